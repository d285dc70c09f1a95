import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdir } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { BackendOptions } from '@daypass/server';
import dynalite from 'dynalite';
import { startFauxqs } from 'fauxqs';
import { closeServer, listen, loopback } from '../port.ts';

/** A store behind the gateway: kept in a directory, reached on loopback only, and by nobody but the gateway. */
export interface DevStore {
  readonly backend: BackendOptions;
  close(): Promise<void>;
}

/**
 * All that fauxqs tells from the plain operation: to `DELETE /key?tagging` it would delete the key, to `GET /key?uploadId`
 * it would answer the object.
 */
const subresources = [
  'attributes',
  'delete',
  'lifecycle',
  'POST uploads',
  'PUT uploadId',
  'POST uploadId',
  'DELETE uploadId',
];

/**
 * Starts an S3 store with one bucket. Objects are kept in SQLite: fauxqs's plain files would let a key with `..` in it
 * reach other keys' files.
 */
export async function startS3Store(directory: string, bucket: string): Promise<DevStore> {
  await mkdir(directory, { recursive: true });
  const key = newKey();
  const server = await onLoopbackOnly(key.accessKeyId, () =>
    startFauxqs({ port: 0, logger: false, dataDir: directory }),
  );
  server.createBucket(bucket);
  return { backend: { url: server.address, ...key, subresources }, close: () => server.stop() };
}

/** Starts a DynamoDB store; tables are made through its API. */
export async function startDynamoDbStore(directory: string): Promise<DevStore> {
  await mkdir(directory, { recursive: true });
  const key = newKey();
  const server = dynalite({ path: directory, createTableMs: 0 });
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (!namesKey(request, key.accessKeyId)) return response.writeHead(403).end();
    for (const listener of listeners) listener.call(server, request, response);
  });
  const url = await listen(server, 0);
  return { backend: { url, ...key }, close: () => closeServer(server) };
}

// The stores verify no signature. An access key that is new on every start and known to the gateway alone keeps out
// other programs, and pages in the browser, that find the port.
function newKey(): { accessKeyId: string; secretAccessKey: string } {
  return {
    accessKeyId: `DEV${randomBytes(16).toString('hex')}`,
    secretAccessKey: randomBytes(20).toString('hex'),
  };
}

function namesKey(request: IncomingMessage, accessKeyId: string): boolean {
  return request.headers.authorization?.includes(`Credential=${accessKeyId}/`) === true;
}

/** The part of a Fastify server that its `fastify.initialization` channel gives us to hold. */
interface FastifyServer {
  listen(options: { port: number; host: string }): Promise<string>;
  addHook(
    name: 'onRequest',
    hook: (
      request: { raw: IncomingMessage },
      reply: { code(status: number): { send(): void } },
      next: () => void,
    ) => void,
  ): void;
}

/** fauxqs always listens on every interface; this catches its Fastify server as it is made and keeps it at home. */
async function onLoopbackOnly<Started>(accessKeyId: string, start: () => Promise<Started>): Promise<Started> {
  const restrict = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyServer };
    const listenAnywhere = fastify.listen.bind(fastify);
    fastify.listen = (options) => listenAnywhere({ ...options, host: loopback });
    fastify.addHook('onRequest', (request, reply, next) => {
      if (namesKey(request.raw, accessKeyId)) next();
      else reply.code(403).send();
    });
  };
  subscribe('fastify.initialization', restrict);
  try {
    return await start();
  } finally {
    unsubscribe('fastify.initialization', restrict);
  }
}
