import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { compilePolicy, parsePolicy } from '@daypass/policy';
import { parseSignature, signRequest, verifySignature } from '@daypass/sigv4';
import { Pool } from 'undici';
import type { SessionCaller } from '../packages/server/src/access/caller.ts';
import { systemClock } from '../packages/server/src/clock.ts';
import { createS3Handler } from '../packages/server/src/gateway/s3.ts';
import { type ServerProcess, startServer } from './load/process.ts';

const small = 1024;
const large = 100 * 1024 * 1024;
const connections = 32;
const seconds = 4;
const rounds = 5;
const largeTransfers = 4;

/**
 * The S3 gateway beside the store itself, a bare undici streaming proxy, and the same proxy with what no gateway can do
 * without, one signature verified and one made, each in a process of its own: small GET and PUT requests, and bodies
 * of 100 MB. The store answers from memory, so that it is not what is measured. Rounds
 * go through all contenders in turn; the figures are medians.
 */
export async function run(): Promise<void> {
  const running: ServerProcess[] = [];
  const start = async (role: string, ...args: string[]): Promise<ServerProcess> => {
    const server = await startServer(import.meta.filename, [role, ...args]);
    running.push(server);
    return server;
  };
  try {
    const store = await start('store');
    const contenders = {
      direct: store,
      'bare proxy': await start('proxy', store.url),
      'signing proxy': await start('signing-proxy', store.url),
      Daypass: await start('gateway', store.url),
    };
    const results = new Map<string, Result[]>();
    for (let round = 0; round <= rounds; round++) {
      for (const [name, server] of Object.entries(contenders)) {
        const result = await measure(server);
        // The first round warms up every server and is not counted.
        if (round > 0) results.set(name, [...(results.get(name) ?? []), result]);
      }
    }
    report(results, contenders);
  } finally {
    for (const server of running) await server.stop();
  }
}

interface Small {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p99: number;
  /** Processor time of the server for one request, in microseconds; what else runs on the machine hardly touches it. */
  readonly processor: number;
}

interface Result {
  readonly get: Small;
  readonly put: Small;
  /** MB/s, 1 MB being 1,048,576 bytes. */
  readonly download: number;
  readonly upload: number;
}

async function measure(server: ServerProcess): Promise<Result> {
  const { url } = server;
  return {
    get: await loadSmall(server, 'GET', ''),
    put: await loadSmall(server, 'PUT', 'x'.repeat(small)),
    download: await transfer(() => download(url)),
    upload: await transfer(() => upload(url)),
  };
}

async function loadSmall(
  { url, processorTime }: ServerProcess,
  method: 'GET' | 'PUT',
  body: string,
): Promise<Small> {
  const folder = mkdtempSync(join(tmpdir(), 'daypass-bench-'));
  try {
    const script = join(folder, 'load.lua');
    const headers = signedHeaders(
      url,
      method,
      '/bench/small',
      'UNSIGNED-PAYLOAD',
      body === '' ? undefined : body.length,
    );
    // wrk itself writes the two others.
    const lines = Object.entries(headers)
      .filter(([name]) => name !== 'host' && name !== 'content-length')
      .map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`);
    const done =
      'function done(summary, latency)\n  local e = summary.errors\n' +
      '  io.write(string.format("RESULT %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))\nend\n';
    writeFileSync(
      script,
      `wrk.method = "${method}"\n${body === '' ? '' : `wrk.body = "${body}"`}\n${lines.join('\n')}\n${done}`,
    );
    const before = processorTime();
    const { stdout } = await promisify(execFile)('wrk', [
      '-t1',
      `-c${connections}`,
      `-d${seconds}s`,
      '-s',
      script,
      `${url}/bench/small`,
    ]);
    const [, requests = 0, micros = 0, p99 = 0, errors = 0] = (
      /RESULT (\d+) (\d+) (\d+) (\d+)/.exec(stdout) ?? []
    ).map(Number);
    if (errors !== 0 || requests === 0) throw new Error(`wrk said: ${stdout}`);
    const processor = (processorTime() - before) / requests;
    return { requestsPerSecond: requests / (micros / 1e6), p99: p99 / 1000, processor };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function transfer(once: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  for (let count = 0; count < largeTransfers; count++) await once();
  return (largeTransfers * large) / 1024 ** 2 / ((performance.now() - begun) / 1000);
}

async function download(url: string): Promise<void> {
  const answer = await fetch(`${url}/bench/large`, {
    headers: signedHeaders(url, 'GET', '/bench/large', 'UNSIGNED-PAYLOAD'),
  });
  let length = 0;
  for await (const chunk of answer.body ?? []) length += chunk.length;
  if (length !== large) throw new Error(`${length} bytes came instead of ${large}`);
}

async function upload(url: string): Promise<void> {
  const headers = signedHeaders(url, 'PUT', '/bench/large', 'UNSIGNED-PAYLOAD', large);
  const pool = new Pool(url);
  const { statusCode, body } = await pool.request({
    method: 'PUT',
    path: '/bench/large',
    headers,
    body: Readable.from(zeros(large), { objectMode: false }),
  });
  await body.dump();
  await pool.close();
  if (statusCode !== 200) throw new Error(`the upload was answered with status ${statusCode}`);
}

function* zeros(length: number): Generator<Buffer> {
  const piece = Buffer.alloc(64 * 1024);
  for (let left = length; left > 0; left -= piece.length) yield piece;
}

function report(
  results: ReadonlyMap<string, readonly Result[]>,
  contenders: Readonly<Record<string, ServerProcess>>,
): void {
  const median = (name: string, value: (result: Result) => number): number => {
    const sorted = (results.get(name) ?? []).map(value).sort((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? Number.NaN;
  };
  const figures = {
    'GET 1 KB /s': (result: Result) => result.get.requestsPerSecond,
    'PUT 1 KB /s': (result: Result) => result.put.requestsPerSecond,
    'GET 100 MB, MB/s': (result: Result) => result.download,
    'PUT 100 MB, MB/s': (result: Result) => result.upload,
    'GET µs': (result: Result) => result.get.processor,
    'PUT µs': (result: Result) => result.put.processor,
    'GET p99 ms': (result: Result) => result.get.p99,
    'PUT p99 ms': (result: Result) => result.put.p99,
  };
  const ratiosTo = (proxy: string) =>
    Object.fromEntries(
      Object.entries(figures).map(([label, value]) => [
        label,
        Number((median('Daypass', value) / median(proxy, value)).toFixed(2)),
      ]),
    );
  console.table({
    'Daypass ÷ bare proxy': ratiosTo('bare proxy'),
    'Daypass ÷ signing proxy': ratiosTo('signing proxy'),
  });
  console.table(
    Object.fromEntries(
      Object.entries(contenders).map(([name, server]) => [
        name,
        {
          ...Object.fromEntries(
            Object.entries(figures).map(([label, value]) => [
              label,
              Number(median(name, value).toPrecision(3)),
            ]),
          ),
          'memory MB': Math.round(server.memory() / 1024 ** 2),
        },
      ]),
    ),
  );
}

const key = {
  accessKeyId: 'ASIABENCH',
  secretKey: 'bench-secret',
  sessionToken: 'bench-token',
  region: 'us-east-1',
};

function signedHeaders(
  url: string,
  method: string,
  path: string,
  payload: string,
  length?: number,
): Record<string, string> {
  const headers: [string, string][] = [['host', new URL(url).host]];
  if (length !== undefined) headers.push(['content-length', String(length)]);
  const signature = signRequest(
    { method, path, query: '', headers },
    { ...key, service: 's3', now: Date.now() },
    payload,
  );
  return Object.fromEntries([...headers, ...signature]);
}

/** The contenders, each run as `node gateway.ts ROLE [STORE URL]`. */
const roles: Readonly<Record<string, (store: string) => RequestListener>> = {
  store: () => {
    const object = Buffer.alloc(small, 'x');
    return (request, response) => {
      if (request.method === 'PUT') {
        request.resume();
        request.on('end', () => response.writeHead(200, { etag: '"1"', 'content-length': 0 }).end());
      } else if (request.url === '/bench/large') {
        response.writeHead(200, { 'content-length': large });
        Readable.from(zeros(large), { objectMode: false }).pipe(response);
      } else {
        response.writeHead(200, {
          etag: '"1"',
          'content-type': 'application/octet-stream',
          'content-length': small,
        });
        response.end(object);
      }
    };
  },
  proxy: (store) => {
    const pool = new Pool(store, { connections: 256 });
    // wrk leaves in the middle of answers.
    return (request, response) => void proxied(pool, request, response).catch(() => response.destroy());
  },
  'signing-proxy': (store) => {
    const pool = new Pool(store, { connections: 256 });
    return (request, response) => {
      const headers = Array.from(
        { length: request.rawHeaders.length / 2 },
        (_, at) => [request.rawHeaders[2 * at] ?? '', request.rawHeaders[2 * at + 1] ?? ''] as const,
      );
      const signed = { method: request.method ?? '', path: request.url ?? '', query: '', headers };
      const signature = parseSignature(signed);
      if (signature === undefined) throw new Error('the request is not signed');
      verifySignature(
        signature,
        signed,
        { secretKey: key.secretKey, now: Date.now(), service: 's3' },
        'UNSIGNED-PAYLOAD',
      );
      const sent = { ...signed, headers: [['host', new URL(store).host]] as const };
      const added = signRequest(sent, { ...key, service: 's3', now: Date.now() }, 'UNSIGNED-PAYLOAD');
      Object.assign(request.headers, Object.fromEntries(added));
      proxied(pool, request, response).catch(() => response.destroy());
    };
  },
  gateway: (store) => {
    const statement = {
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject'],
      Resource: 'arn:aws:s3:::bench/*',
    };
    const document = parsePolicy(
      JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
      'identity',
    );
    const policies = { identity: [compilePolicy(document, 'role policy')] };
    const caller: SessionCaller = {
      kind: 'session',
      accessKeyId: key.accessKeyId,
      arn: 'arn:aws:sts::000000000000:assumed-role/Bench/bench',
      userId: 'AROABENCH:bench',
      account: '000000000000',
      roleArn: 'arn:aws:iam::000000000000:role/Bench',
      roleName: 'Bench',
      sessionName: 'bench',
      issuedAt: 0,
      expiresAt: Number.MAX_SAFE_INTEGER,
      tags: {},
    };
    const handler = createS3Handler({
      clock: systemClock,
      region: key.region,
      account: caller.account,
      s3: { url: new URL(store), region: key.region, accessKeyId: 'STORE', secretAccessKey: 'store-secret' },
      dynamodb: undefined,
      openCredentials: async () => ({ status: 'valid', secretKey: key.secretKey, caller }),
      policiesOf: async () => policies,
      contextOf: () => new Map([['aws:userid', caller.userId]]),
      denied: () => {},
    });
    return (request, response) => void handler(request, response, 'bench');
  },
};

async function proxied(pool: Pool, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { connection: _, host: __, ...headers } = request.headers;
  const body = request.method === 'PUT' ? request : null;
  await pool.stream(
    { method: request.method === 'PUT' ? 'PUT' : 'GET', path: request.url ?? '/', headers, body },
    ({ statusCode, headers: answer }) => {
      const { connection: ___, 'keep-alive': ____, ...kept } = answer;
      return response.writeHead(statusCode, kept);
    },
  );
}

if (import.meta.main) {
  const [role = '', store = ''] = process.argv.slice(2);
  const listener = roles[role];
  if (listener === undefined) throw new Error(`unknown role ${role}`);
  const server = createServer(listener(store));
  server.listen(0, '127.0.0.1', () =>
    console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  );
  process.on('SIGTERM', () => process.exit(0));
}
