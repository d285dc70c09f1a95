import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SignedHttpRequest } from '@daypass/sigv4';
import type { Logger } from 'pino';
import type { Discovery } from '../api/discovery.ts';
import { answerJson, refuseJson } from '../api/json-endpoint.ts';
import { answerQuery, type QueryService, refuseQuery } from '../api/query-endpoint.ts';
import type { Refusals } from '../api/refusals.ts';
import type { ApiRequest, ApiResponse, Gate, Service } from '../api/service.ts';
import { ServiceError } from '../errors.ts';
import { answerPreflight } from '../gateway/cors.ts';
import type { GatewayHandler } from '../gateway/gateway.ts';
import { wireRequest } from '../gateway/wire.ts';
import { BodyTooLarge, readBody } from './body.ts';
import { headerOf, type Route, route } from './route.ts';

/** Everything that answers requests. */
export interface Endpoints {
  readonly gate: Gate;
  /** The AWS JSON services by the name `route` gives them. */
  readonly json: Readonly<Record<'cognito-identity' | 'daypass', Service>>;
  readonly query: readonly QueryService[];
  readonly s3: GatewayHandler;
  readonly dynamodb: GatewayHandler;
  readonly discovery: Discovery;
  readonly refusals: Refusals;
  /** Resolves when requests can be served; throws with the reason otherwise. */
  ready(): Promise<void>;
}

export interface Listener {
  /** The port it listens on, the real one when 0 was asked for. */
  readonly port: number;
  /** Takes no more connections, lets what is in flight finish for at most `grace` milliseconds, then ends. */
  close(grace: number): Promise<void>;
}

/** Ten logins of 50,000 characters, the most the API allows, fit. */
const largestBody = 1024 * 1024;
/** Session tokens travel in headers and can be several kilobytes long. */
const maxHeaderSize = 32 * 1024;

export async function listen(
  endpoints: Endpoints,
  options: { readonly host: string; readonly port: number; readonly log: Logger },
): Promise<Listener> {
  const { log } = options;
  const server = createServer({
    maxHeaderSize,
    headersTimeout: 20_000,
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
  });
  server.on('request', (request, response) => {
    const requestId = randomUUID();
    serve(endpoints, log, request, response, requestId).catch((fault: unknown) => {
      if (response.destroyed || request.destroyed) return;
      log.error({ requestId, err: fault }, 'request failed');
      const failed = new ServiceError('InternalErrorException', 'An internal error occurred.');
      if (response.headersSent) response.destroy();
      else write(response, refuseJson(failed), requestId);
    });
  });
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    const status =
      error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
    socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  });
  await started(server, options.host, options.port);
  const address = server.address() as AddressInfo;
  return { port: address.port, close: (grace) => stop(server, grace) };
}

async function serve(
  endpoints: Endpoints,
  log: Logger,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  const wire = wireRequest(request);
  if (wire === undefined) return writeStatus(response, 400, 'bad request target');
  const way = route(wire);
  switch (way.to) {
    case 'preflight':
      answerPreflight(request, response);
      return;
    case 's3':
      return endpoints.s3(request, response, requestId);
    case 'dynamodb':
      return endpoints.dynamodb(request, response, requestId);
    case 'openid-configuration':
      return writeDocument(response, endpoints.discovery.configuration());
    case 'jwks':
      return writeDocument(response, await endpoints.discovery.jwks());
    case 'health':
      return writeStatus(response, 200, 'ok');
    case 'ready':
      return endpoints.ready().then(
        () => writeStatus(response, 200, 'ready'),
        () => writeStatus(response, 503, 'not ready'),
      );
    default: {
      const answer = await answerApi(endpoints, way, request, wire, requestId);
      if (answer === undefined) return;
      if (answer.error !== undefined) noteRefusal(endpoints.refusals, log, way, answer.error, requestId);
      write(response, answer, requestId);
    }
  }
}

async function answerApi(
  endpoints: Endpoints,
  way: Extract<Route, { to: 'json' | 'query' | 'federate' | 'unknown-target' }>,
  incoming: IncomingMessage,
  wire: SignedHttpRequest,
  requestId: string,
): Promise<ApiResponse | undefined> {
  let body: Buffer;
  try {
    body = await readBody(incoming, Number(headerOf(wire, 'content-length') ?? 0), largestBody);
  } catch (fault) {
    if (!(fault instanceof BodyTooLarge)) return undefined;
    const tooLarge = new ServiceError('RequestEntityTooLargeException', 'Request entity is too large.');
    return way.to === 'query'
      ? refuseQuery(endpoints.query[0]?.namespace ?? '', tooLarge, requestId)
      : refuseJson(tooLarge);
  }
  const request: ApiRequest = { ...wire, requestId, sourceIp: incoming.socket.remoteAddress ?? '', body };
  switch (way.to) {
    case 'json':
      if (!isAwsJson(headerOf(wire, 'content-type'))) break;
      return answerJson(endpoints.gate, endpoints.json[way.service], way.operation, request);
    case 'federate':
      return answerJson(endpoints.gate, endpoints.json.daypass, 'Federate', request);
    case 'query': {
      const form = new URLSearchParams(request.method === 'GET' ? request.query : body.toString('utf8'));
      return answerQuery(endpoints.gate, endpoints.query, form, request);
    }
    case 'unknown-target':
  }
  return refuseJson(new ServiceError('UnknownOperationException', 'The operation is not known.'));
}

function isAwsJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/x-amz-json-1\.[01](?:\s*;|$)/i.test(contentType);
}

/**
 * What every answer of the API says to browsers: any page may read it, since a request carries its own proof (a token
 * or a signature) and never a cookie. Source: the headers Amazon Cognito Identity answers with.
 */
const cors: readonly string[] = [
  'access-control-allow-origin',
  '*',
  'access-control-expose-headers',
  'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date',
];

function write(response: ServerResponse, answer: ApiResponse, requestId: string): void {
  const { status, contentType, body, error } = answer;
  const length = Buffer.byteLength(body);
  const headers = [
    'content-type',
    contentType,
    'content-length',
    String(length),
    'x-amzn-requestid',
    requestId,
    ...cors,
  ];
  if (error !== undefined) {
    headers.push('x-amzn-errortype', `${error.code}:`, 'x-amzn-errormessage', headerText(error.message));
    // The rest of a body that was too large is not read: the connection cannot be used again.
    if (status === 413) headers.push('connection', 'close');
  }
  response.writeHead(status, headers);
  // Plain ASCII, as nearly every answer is, goes out without being encoded again.
  response.end(body, length === body.length ? 'latin1' : 'utf8');
}

/** A message may repeat what the client sent; in a header only printable ASCII may stand. */
function headerText(message: string): string {
  return message.replace(/[^\x20-\x7e]/g, '?').slice(0, 1024);
}

/** A public document that verifiers of our tokens keep for a while. `maxAge` in seconds. */
function writeDocument(response: ServerResponse, document: { json: object; maxAge: number }): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'cache-control': `public, max-age=${document.maxAge}`,
    'access-control-allow-origin': '*',
  });
  response.end(JSON.stringify(document.json));
}

function writeStatus(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ status: text }));
}

function noteRefusal(
  refusals: Refusals,
  log: Logger,
  way: Route,
  error: ServiceError,
  requestId: string,
): void {
  const operation = way.to === 'json' ? way.operation : way.to;
  refusals.note(requestId, operation, error);
  const fields = { requestId, operation, code: error.code, message: error.message, reason: error.reason };
  if (error.fault === 'Receiver') log.error({ ...fields, err: error.cause }, 'failed');
  else log.info(fields, 'refused');
}

function started(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function stop(server: Server, grace: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), grace);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
