import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { refuseJson } from '../api/json-endpoint.ts';
import { ServiceError } from '../errors.ts';
import { writeAnswer } from './answer.ts';
import { type Endpoints, serve } from './serve.ts';

export interface Listener {
  /** The port it listens on, the real one when 0 was asked for. */
  readonly port: number;
  /** Takes no more connections, lets what is in flight finish for at most `grace` milliseconds, then ends. */
  close(grace: number): Promise<void>;
}

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  /** Connections at one time; more are closed at once. */
  readonly maxConnections: number;
  readonly timeouts?: Timeouts;
  /** Default: `serve`. */
  readonly answers?: typeof serve;
}

/** How long a client may take, in milliseconds. */
export interface Timeouts {
  /** For the head of a request, from the moment it is connected. */
  readonly head: number;
  /** For the body of a request, unless it is one to S3: uploads take as long as they take. */
  readonly body: number;
  /** Without a single byte in either direction while a request is under way. */
  readonly idle: number;
}

const defaultTimeouts: Timeouts = { head: 20_000, body: 30_000, idle: 300_000 };

/** Session tokens travel in headers and can be several kilobytes long. */
const maxHeaderSize = 32 * 1024;
/** Milliseconds that a connection is kept between two requests: longer than load balancers keep theirs. */
const keepAliveTimeout = 65_000;
/** Milliseconds that what is under way without a client gets to finish when the service ends. */
const lastWork = 2_000;

/** Serves HTTP. Throws the system's error when the port or the host cannot be had. */
export async function listen(endpoints: Endpoints, options: ListenerOptions): Promise<Listener> {
  const { log, metrics } = endpoints;
  const { timeouts = defaultTimeouts, answers = serve } = options;
  const server = createServer({
    maxHeaderSize,
    headersTimeout: timeouts.head,
    connectionsCheckingInterval: timeouts.head / 4,
    keepAliveTimeout,
    requestTimeout: 0,
  });
  server.timeout = timeouts.idle;
  server.maxConnections = options.maxConnections;
  // Among several workers each would send the connection on to the next, for ever.
  Object.assign(server, { dropMaxConnection: true });
  server.on('connection', (socket) => {
    metrics.connections.value++;
    socket.once('close', () => metrics.connections.value--);
  });
  server.on('drop', () => metrics.droppedConnections.inc('http', 'too-many'));
  const underway = new Set<ServerResponse>();
  const answer: RequestListener = (request, response) => {
    const requestId = randomUUID();
    underway.add(response);
    if (!server.listening) response.shouldKeepAlive = false;
    answers(endpoints, request, response, { requestId, bodyTimeout: timeouts.body })
      .catch((fault: unknown) => {
        if (response.destroyed || request.destroyed) return;
        log.error({ requestId, err: fault }, 'request failed');
        const failed = new ServiceError('InternalErrorException', 'An internal error occurred.');
        if (response.headersSent) response.destroy();
        else writeAnswer(response, refuseJson(failed), requestId);
      })
      .then(() => underway.delete(response));
  };
  server.on('request', answer);
  // Node would say 100 Continue before anybody has looked at the request.
  server.on('checkContinue', answer);
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') metrics.droppedConnections.inc('http', 'slow');
    socket.end(`HTTP/1.1 ${statusOf(error.code)}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  });
  await started(server, options);
  const address = server.address() as AddressInfo;
  return { port: address.port, close: (grace) => stop(server, underway, grace) };
}

function statusOf(code: string | undefined): string {
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return '408 Request Timeout';
  return '400 Bad Request';
}

function started(server: Server, { host, port }: ListenerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function stop(server: Server, underway: ReadonlySet<ServerResponse>, grace: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  // Else whoever has an open connection would go on asking on it.
  for (const response of underway) response.shouldKeepAlive = false;
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), grace);
  await closed;
  clearTimeout(timer);
  // What was begun for clients that have gone away is not over with their connections.
  for (let waited = 0; underway.size > 0 && waited < lastWork; waited += 10) await sleep(10);
}
