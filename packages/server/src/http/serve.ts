import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Discovery } from '../api/discovery.ts';
import { answerJson, refuseJson } from '../api/json-endpoint.ts';
import { answerQuery, type QueryService, refuseQuery } from '../api/query-endpoint.ts';
import type { Refusals } from '../api/refusals.ts';
import type { ApiRequest, ApiResponse, BoundOperation, Gate, Service } from '../api/service.ts';
import type { Call } from '../audit/request.ts';
import type { Trail } from '../audit/trail.ts';
import { ServiceError } from '../errors.ts';
import type { GatewayHandler } from '../gateway/gateway.ts';
import { inviteBody, wireRequest } from '../gateway/wire.ts';
import { refusalClass } from '../metrics/measured-tokens.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { writeAnswer, writeDocument, writeStatus } from './answer.ts';
import { BodyTooLarge, mustArriveWithin, readBody } from './body.ts';
import { type Client, isLocal } from './client.ts';
import { type ConsolePlace, serveConsole } from './console.ts';
import type { RateLimits } from './rate-limit.ts';
import { headerOf, type Route, route } from './route.ts';
import { mayScrape } from './scrape.ts';

/** Everything that answers requests. */
export interface Endpoints {
  readonly gate: Gate;
  /** The AWS JSON services by the name `route` gives them. */
  readonly json: Readonly<Record<'cognito-identity' | 'daypass', Service>>;
  readonly query: readonly QueryService[];
  readonly s3: GatewayHandler;
  readonly dynamodb: GatewayHandler;
  /** Other services behind the gateway, by their signing name. */
  readonly services: ReadonlyMap<string, GatewayHandler>;
  readonly discovery: Discovery;
  readonly console: ConsolePlace;
  /** Below it each bucket has a host of its own. */
  readonly s3Domain?: string;
  readonly refusals: Refusals;
  readonly limits: RateLimits;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly trail: Trail;
  /** The metrics of all processes; with a token, whoever knows it may read them, else only this machine itself. */
  readonly scrape: {
    readonly token: string | undefined;
    render(): Promise<{ readonly contentType: string; readonly text: string }>;
  };
  clientOf(request: IncomingMessage): Client;
  /** Resolves when requests can be served; throws with the reason otherwise. */
  ready(): Promise<void>;
}

type ApiRoute = Extract<Route, { to: 'json' | 'query' | 'federate' | 'unknown-target' }>;

/**
 * Ten logins of 50,000 characters, the most the API allows, fit. SAML metadata of more than some 700,000 characters does
 * not, though AWS takes ten million: who sent a form, and for which operation, is known once all of it is in memory.
 */
const largestBody = 1024 * 1024;

/** Answers one request, whatever it is; `bodyTimeout` in milliseconds. */
export async function serve(
  endpoints: Endpoints,
  request: IncomingMessage,
  response: ServerResponse,
  { requestId, bodyTimeout }: { readonly requestId: string; readonly bodyTimeout: number },
): Promise<void> {
  const startedAt = performance.now();
  const done = (operation: string, outcome: string): void => {
    endpoints.metrics.requests.inc(operation, outcome);
    endpoints.metrics.requestDurations.observeSince(operation, startedAt);
    if (endpoints.log.isLevelEnabled('debug'))
      logAccess(endpoints.log, request, response, { requestId, operation, sourceIp, startedAt });
  };
  const { trail } = endpoints;
  const { address: sourceIp } = endpoints.clientOf(request);
  const wire = wireRequest(request);
  if (wire === undefined) return writeStatus(response, 400, 'bad request target');
  const way = route(wire, endpoints.services, endpoints.s3Domain);
  if (way.to !== 's3') mustArriveWithin(bodyTimeout, request);
  // The gateway asks for a body when it may come.
  if (way.to !== 's3' && way.to !== 'dynamodb' && way.to !== 'service') inviteBody(request, response);
  switch (way.to) {
    case 'preflight':
      // A bucket may say itself which pages it is for; for the rest its answer is that of every service.
      return endpoints.s3(request, response, requestId);
    case 's3':
    case 'dynamodb':
    case 'service': {
      const name = way.to === 'service' ? way.name : way.to;
      const gateway = way.to === 'service' ? endpoints.services.get(name) : endpoints[way.to];
      await trail.follow(requestId, sourceIp, () => gateway?.(request, response, requestId));
      return done(name, response.writableEnded ? `${Math.floor(response.statusCode / 100)}xx` : 'aborted');
    }
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
    case 'console':
      return serveConsole(request, response, wire.path, endpoints.console);
    case 'metrics': {
      if (!mayScrape(request, endpoints.scrape.token)) return writeStatus(response, 403, 'forbidden');
      const { contentType, text } = await endpoints.scrape.render();
      response.writeHead(200, { 'content-type': contentType });
      response.end(text);
      return;
    }
    default: {
      const answered = await trail.follow(requestId, sourceIp, async () => {
        const answered = await answerApi(endpoints, way, request, { ...wire, requestId, sourceIp });
        if (answered !== undefined) trail.answered(answered, answered.answer.error);
        return answered;
      });
      if (answered === undefined) return done('unknown', 'aborted');
      const { operation, answer } = answered;
      if (answer.error !== undefined) noteRefusal(endpoints, operation, answer.error, requestId);
      writeAnswer(response, answer, requestId);
      done(operation, answer.error?.code ?? 'ok');
    }
  }
}

/** An answer of the API, and what was called. */
interface Answered extends Call {
  readonly answer: ApiResponse;
}

/** Undefined when the client went away. */
async function answerApi(
  endpoints: Endpoints,
  way: ApiRoute,
  incoming: IncomingMessage,
  head: Omit<ApiRequest, 'body'>,
): Promise<Answered | undefined> {
  const { query, gate } = endpoints;
  const { requestId, sourceIp } = head;
  const asked = askedByHead(endpoints, way);
  const refuse = (error: ServiceError, call = callOf(asked?.service, asked?.operation)): Answered => ({
    ...call,
    answer: way.to === 'query' ? refuseQuery(query[0]?.namespace ?? '', error, requestId) : refuseJson(error),
  });
  const admitted = (operation: BoundOperation | undefined): boolean =>
    operation?.isPublic !== true ||
    isLocal(incoming) ||
    endpoints.limits.admitsAddress(sourceIp, operation.name);

  // A flood is turned away before its bodies are read, where the operation is known by then.
  if (!admitted(asked?.service.operations.get(asked.operation))) {
    return refuse(new ServiceError('TooManyRequestsException', 'Rate exceeded', ofAddress));
  }
  let body: Buffer;
  try {
    body = await readBody(incoming, Number(headerOf(head, 'content-length') ?? 0), largestBody);
  } catch (fault) {
    if (!(fault instanceof BodyTooLarge)) return undefined;
    return refuse(new ServiceError('RequestEntityTooLargeException', 'Request entity is too large.'));
  }
  const request: ApiRequest = { ...head, body };
  if (way.to === 'query') {
    const form = new URLSearchParams(request.method === 'GET' ? request.query : body.toString('utf8'));
    const service = query.find(({ version }) => version === form.get('Version'));
    const operation = service?.operations.get(form.get('Action') ?? '');
    if (!admitted(operation)) {
      return refuse(
        new ServiceError('Throttling', 'Rate exceeded', ofAddress),
        callOf(service, operation?.name),
      );
    }
    return { ...callOf(service, operation?.name), answer: await answerQuery(gate, query, form, request) };
  }
  if (asked === undefined || (way.to === 'json' && !isAwsJson(headerOf(head, 'content-type')))) {
    return refuse(new ServiceError('UnknownOperationException', 'The operation is not known.'));
  }
  const { service, operation } = asked;
  return { ...callOf(service, operation), answer: await answerJson(gate, service, operation, request) };
}

/** The operation of a request whose head says it; `unknown` when it is none of the service's. */
function askedByHead(
  { json }: Endpoints,
  way: ApiRoute,
): { readonly service: Service; readonly operation: string } | undefined {
  if (way.to === 'json') {
    const service = json[way.service];
    return { service, operation: service.operations.has(way.operation) ? way.operation : 'unknown' };
  }
  if (way.to === 'federate') return { service: json.daypass, operation: 'Federate' };
  return undefined;
}

function callOf(service: Service | undefined, operation = 'unknown'): Call {
  return { service: service?.signingName ?? 'unknown', operation };
}

const ofAddress = { reason: 'the limit of this address for this operation' };

function isAwsJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/x-amz-json-1\.[01](?:\s*;|$)/i.test(contentType);
}

function noteRefusal(
  { refusals, log, metrics }: Endpoints,
  operation: string,
  error: ServiceError,
  requestId: string,
): void {
  refusals.note(requestId, operation, error);
  metrics.refusals.inc(operation, refusalClass(error));
  const fields = { requestId, operation, code: error.code, message: error.message, reason: error.reason };
  if (error.fault === 'Receiver') log.error({ ...fields, err: error.cause }, 'failed');
  else log.info(fields, 'refused');
}

/** The query is left out: signatures of presigned requests stand in it. */
function logAccess(
  log: Logger,
  { method, url }: IncomingMessage,
  { statusCode }: ServerResponse,
  { startedAt, ...known }: { requestId: string; operation: string; sourceIp: string; startedAt: number },
): void {
  const milliseconds = Math.round((performance.now() - startedAt) * 100) / 100;
  log.debug({ ...known, method, path: url?.split('?', 1)[0], status: statusCode, milliseconds }, 'request');
}
