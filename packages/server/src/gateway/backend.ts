import type { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import { signRequest } from '@daypass/sigv4';
import type { Dispatcher, Pool } from 'undici';
import type { Clock } from '../clock.ts';
import type { Backend } from './gateway.ts';
import type { Header } from './wire.ts';

/** A request as the backend is to see it, before it is signed. */
export interface BackendRequest {
  readonly method: Dispatcher.HttpMethod;
  /** Percent-encoded. */
  readonly path: string;
  /** Percent-encoded, without `?`. */
  readonly query: string;
  /** Without `host` and whatever the signature adds. */
  readonly headers: readonly Header[];
  /** A stream must end with an error if its bytes must not be stored. */
  readonly body: Buffer | Readable | undefined;
  /** Hex, or one of S3's names for a body that is not hashed. */
  readonly payloadSha256: string;
}

export interface BackendAnswer {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: Buffer;
}

/** The backend did not answer, or broke off. The message is for the log: it may name the backend's address. */
export class BackendUnavailable extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'BackendUnavailable';
  }
}

/** There is no store behind the gateway: for whoever asks the same, and nothing that an operator need look into. */
export class NoBackend extends BackendUnavailable {}

const load = createRequire(import.meta.url);
/** More requests than this to one backend wait for a connection. */
const maxConnections = 256;
/** The longest answer `call` takes, in bytes. */
const maxAnswer = 16 * 1024 * 1024;

/** Connections to one store, and the key to it. Its key signs every request; nothing of the client's signature goes along. */
export class BackendConnection {
  readonly #backend: Backend;
  readonly #service: string;
  readonly #clock: Clock;
  readonly #pool: Pool;

  /** `service` is the name that signatures are made for. */
  constructor(backend: Backend, service: string, clock: Clock) {
    this.#backend = backend;
    this.#service = service;
    this.#clock = clock;
    // A prefix would have to be told from the bucket in every path and Location; no store needs one.
    if (backend.url.pathname !== '/')
      throw new TypeError(`the URL of a backend has no path: ${backend.url.href}`);
    // Loaded for the first backend: it would double the time in which a service without one starts.
    const undici: typeof import('undici') = load('undici');
    this.#pool = new undici.Pool(backend.url.origin, { connections: maxConnections, pipelining: 1 });
  }

  get subresources(): ReadonlySet<string> | undefined {
    return this.#backend.subresources;
  }

  /**
   * Sends a request and streams the answer to the client, each side no faster than the other takes it. When the
   * client leaves, the request to the backend is aborted; when the backend breaks off, so is the answer.
   *
   * Resolves to the status if `withhold` wanted the answer kept from the client, to undefined once it is sent.
   * Rejects with what the body stream failed with, or with `BackendUnavailable`, while nothing has been sent yet.
   */
  forward(
    request: BackendRequest,
    response: ServerResponse,
    withhold: (status: number, headers: readonly Header[]) => boolean = () => false,
  ): Promise<number | undefined> {
    const { watch } = this.#backend;
    if (watch === undefined) return this.#forward(request, response, withhold);
    return watch(() => this.#forward(request, response, withhold));
  }

  #forward(
    request: BackendRequest,
    response: ServerResponse,
    withhold: (status: number, headers: readonly Header[]) => boolean,
  ): Promise<number | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    let withheld: number | undefined;
    let refused: BackendUnavailable | undefined;
    let abort: ((reason: Error) => void) | undefined;
    const clientLeft = () => {
      if (!response.writableFinished) abort?.(new Error('the client has left'));
    };
    response.once('close', clientLeft);
    this.#dispatch(request, {
      onRequestStart: (controller) => {
        abort = (reason) => controller.abort(reason);
        if (response.destroyed) clientLeft();
      },
      onResponseStart: (controller, status) => {
        if (status < 200) return;
        refused = redirect(status);
        if (refused !== undefined) return controller.abort(refused);
        const headers = endToEnd(controller.rawHeaders);
        if (withhold(status, headers)) withheld = status;
        else response.writeHead(status, headers.flat());
      },
      onResponseData: (controller, chunk) => {
        if (withheld !== undefined || response.write(chunk)) return;
        controller.pause();
        response.once('drain', () => controller.resume());
      },
      onResponseEnd: () => {
        response.off('close', clientLeft);
        if (withheld === undefined) response.end();
        resolve(withheld);
      },
      onResponseError: (_controller, error) => {
        response.off('close', clientLeft);
        if (!response.headersSent && !response.destroyed) return reject(refused ?? failureOf(request, error));
        // A broken-off answer must not look complete.
        response.destroy();
        resolve(undefined);
      },
    });
    return promise;
  }

  /** Sends a request and takes the whole answer, for requests of the gateway's own. Rejects with `BackendUnavailable`. */
  call(request: BackendRequest): Promise<BackendAnswer> {
    const { watch } = this.#backend;
    return watch === undefined ? this.#call(request) : watch(() => this.#call(request));
  }

  #call(request: BackendRequest): Promise<BackendAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<BackendAnswer>();
    const chunks: Buffer[] = [];
    let status = 0;
    let length = 0;
    let headers: Header[] = [];
    this.#dispatch(request, {
      onRequestStart: () => {},
      onResponseStart: (controller, statusCode) => {
        const refused = redirect(statusCode);
        if (refused !== undefined) return controller.abort(refused);
        status = statusCode;
        headers = endToEnd(controller.rawHeaders);
      },
      onResponseData: (controller, chunk) => {
        length += chunk.length;
        if (length > maxAnswer) return controller.abort(new Error('the answer is too long'));
        chunks.push(chunk);
      },
      onResponseEnd: () => resolve({ status, headers, body: Buffer.concat(chunks) }),
      onResponseError: (_controller, error) => reject(new BackendUnavailable(error)),
    });
    return promise;
  }

  #dispatch(request: BackendRequest, handler: Dispatcher.DispatchHandler): void {
    const { method, path, query, body, payloadSha256 } = request;
    const { accessKeyId, secretAccessKey: secretKey, region, url } = this.#backend;
    const headers: Header[] = [['host', url.host], ...request.headers];
    const key = { accessKeyId, secretKey, region, service: this.#service, now: this.#clock.now() };
    const signature = signRequest({ method, path, query, headers }, key, payloadSha256);
    this.#pool.dispatch(
      {
        method,
        path: query === '' ? path : `${path}?${query}`,
        headers: [...headers, ...signature].flat(),
        body: body ?? null,
        // Only so does the connection outlive a HEAD request.
        reset: false,
      },
      handler,
    );
  }
}

/** A backend that sends the client elsewhere would send it past the gateway. */
function redirect(status: number): BackendUnavailable | undefined {
  const elsewhere = status >= 300 && status < 400 && status !== 304;
  return elsewhere ? new BackendUnavailable(`the backend redirects with status ${status}`) : undefined;
}

/** An error of the body's own, such as a wrong hash found at its end, is the client's and not the backend's. */
function failureOf({ body }: BackendRequest, error: Error): Error {
  if (body === undefined || Buffer.isBuffer(body)) return new BackendUnavailable(error);
  return body.errored ?? new BackendUnavailable(error);
}

/**
 * Headers that mean one connection only (RFC 9110 section 7.6.1), those in whose place the gateway speaks for
 * itself, those that name the store behind it, and those that tell a browser about the whole origin, which is ours.
 */
const connectionHeaders = new Set([
  'clear-site-data',
  'connection',
  'content-security-policy',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'server',
  'service-worker-allowed',
  'set-cookie',
  'strict-transport-security',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
  'x-amz-id-2',
  'x-amz-request-id',
  'x-amzn-requestid',
  'x-powered-by',
]);

function endToEnd(raw: Dispatcher.DispatchController['rawHeaders']): Header[] {
  const headers: Header[] = [];
  const named = new Set<string>();
  if (!Array.isArray(raw)) return headers;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = String(raw[at]).toLowerCase();
    const value = latin1(raw[at + 1]);
    if (name === 'connection') for (const token of value.split(',')) named.add(token.trim().toLowerCase());
    if (connectionHeaders.has(name) || name.startsWith('access-control-')) continue;
    // A path is the client's way to the gateway, a URL the way past it.
    if (name === 'location' && !value.startsWith('/')) continue;
    headers.push([name, value]);
  }
  return named.size === 0 ? headers : headers.filter(([name]) => !named.has(name));
}

/** Header values are bytes; read as anything but latin1 they could not be written again. */
function latin1(value: Buffer | string | undefined): string {
  return typeof value === 'string' ? value : (value?.toString('latin1') ?? '');
}
