import { createServer } from 'node:http';
import { type Listening, listen } from './listen.ts';

/** A request as it passed the relay. */
export interface Relayed {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body as JSON. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** What may go wrong on the way: `down` drops the connection, the others answer in the service's place. */
export type Fault = 'down' | 'throttled' | 'internal' | 'portal' | 'redirect' | 'noGuests';

/** A relay in front of a service, which counts what passes, and fails when told to. */
export interface Relay extends Listening {
  readonly requests: readonly Relayed[];
  /** Faults of the next requests, one each; `always` for all until it is set back to `undefined`. Preflights pass. */
  fail(...faults: Fault[]): void;
  always: Fault | undefined;
  /** Milliseconds by which the service's clock is ahead, as its Date header says. */
  ahead: number;
  /** Called with each request before it is passed on. */
  before: ((request: Relayed) => unknown) | undefined;
  reset(): void;
}

const faults: Record<Exclude<Fault, 'down'>, { status: number; body: string }> = {
  throttled: { status: 429, body: '{"__type":"TooManyRequestsException","message":"Rate exceeded"}' },
  internal: { status: 500, body: '{"__type":"InternalErrorException","message":"Internal error"}' },
  noGuests: {
    status: 400,
    body: '{"__type":"NotAuthorizedException","message":"Unauthenticated access is not supported for this identity pool."}',
  },
  redirect: { status: 307, body: '' },
  portal: { status: 200, body: '<html>Welcome to the hotel</html>' },
};

/**
 * Without `keepAlive` each request has a connection of its own: a browser sends a request again by itself when the
 * connection it kept breaks.
 */
export async function startRelay(upstream: string, { keepAlive = true } = {}): Promise<Relay> {
  const requests: Relayed[] = [];
  const next: Fault[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { method = '', url: path = '', headers } = request;
    const relayed = { method, path, headers, input: body.length > 0 ? JSON.parse(body.toString()) : {} };
    requests.push(relayed);
    await relay.before?.(relayed);
    if (!keepAlive) response.setHeader('connection', 'close');

    const fault = method === 'OPTIONS' ? undefined : (next.shift() ?? relay.always);
    if (fault === 'down') return void request.socket.destroy();
    if (fault) {
      const cors = { 'access-control-allow-origin': '*', location: '/elsewhere' };
      return void response.writeHead(faults[fault].status, cors).end(faults[fault].body);
    }
    const { host: _host, connection: _connection, 'content-length': _length, ...passed } = headers;
    const answer = await fetch(upstream + path, {
      method,
      // What time it is here, for a service that runs on the clock of its client.
      headers: Object.entries({ ...passed, date: new Date().toUTCString() }).map(
        ([name, value]): [string, string] => [name, String(value)],
      ),
      ...(body.length > 0 && { body }),
    }).catch(() => undefined);
    // The test is over, and the service with it.
    if (!answer) return void request.socket.destroy();
    const date = new Date(Date.now() + relay.ahead).toUTCString();
    const text = await answer.text();
    const {
      'transfer-encoding': _encoding,
      connection: _close,
      'keep-alive': _keep,
      ...kept
    } = Object.fromEntries(answer.headers);
    response.writeHead(answer.status, { ...kept, date });
    response.end(text);
  });

  const listening = await listen(server);
  const relay: Relay = {
    ...listening,
    requests,
    fail: (...faults) => void next.push(...faults),
    always: undefined,
    ahead: 0,
    before: undefined,
    reset() {
      requests.length = 0;
      next.length = 0;
      relay.always = undefined;
      relay.ahead = 0;
      relay.before = undefined;
    },
  };
  return relay;
}
