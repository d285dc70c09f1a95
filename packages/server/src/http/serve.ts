import type { IncomingMessage, ServerResponse } from 'node:http';
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
import { writeAnswer, writeDocument, writeStatus } from './answer.ts';
import { BodyTooLarge, mustArriveWithin, readBody } from './body.ts';
import { type Client, isLocal } from './client.ts';
import type { RateLimits } from './rate-limit.ts';
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
  readonly limits: RateLimits;
  readonly log: Logger;
  clientOf(request: IncomingMessage): Client;
  /** Resolves when requests can be served; throws with the reason otherwise. */
  ready(): Promise<void>;
}

type ApiRoute = Extract<Route, { to: 'json' | 'query' | 'federate' | 'unknown-target' }>;

/** Ten logins of 50,000 characters, the most the API allows, fit. */
const largestBody = 1024 * 1024;

/** Answers one request, whatever it is; `bodyTimeout` in milliseconds. */
export async function serve(
  endpoints: Endpoints,
  request: IncomingMessage,
  response: ServerResponse,
  { requestId, bodyTimeout }: { readonly requestId: string; readonly bodyTimeout: number },
): Promise<void> {
  const wire = wireRequest(request);
  if (wire === undefined) return writeStatus(response, 400, 'bad request target');
  const way = route(wire);
  if (way.to !== 's3') mustArriveWithin(bodyTimeout, request);
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
      if (answer.error !== undefined) noteRefusal(endpoints, way, answer.error, requestId);
      writeAnswer(response, answer, requestId);
    }
  }
}

async function answerApi(
  endpoints: Endpoints,
  way: ApiRoute,
  incoming: IncomingMessage,
  wire: SignedHttpRequest,
  requestId: string,
): Promise<ApiResponse | undefined> {
  const refuse = (error: ServiceError): ApiResponse =>
    way.to === 'query'
      ? refuseQuery(endpoints.query[0]?.namespace ?? '', error, requestId)
      : refuseJson(error);
  const { address: sourceIp } = endpoints.clientOf(incoming);
  const admitted = (service: Service | undefined, operation: string): boolean =>
    service?.operations.get(operation)?.isPublic !== true ||
    isLocal(incoming) ||
    endpoints.limits.admitsAddress(sourceIp, operation);

  const { json, query, gate } = endpoints;
  // A flood is turned away before its bodies are read, where the operation is known by then.
  if (way.to === 'json' && !admitted(json[way.service], way.operation)) return refuse(tooManyRequests());
  if (way.to === 'federate' && !admitted(json.daypass, 'Federate')) return refuse(tooManyRequests());

  let body: Buffer;
  try {
    body = await readBody(incoming, Number(headerOf(wire, 'content-length') ?? 0), largestBody);
  } catch (fault) {
    if (!(fault instanceof BodyTooLarge)) return undefined;
    return refuse(new ServiceError('RequestEntityTooLargeException', 'Request entity is too large.'));
  }
  const request: ApiRequest = { ...wire, requestId, sourceIp, body };
  switch (way.to) {
    case 'json':
      if (!isAwsJson(headerOf(wire, 'content-type'))) break;
      return answerJson(gate, json[way.service], way.operation, request);
    case 'federate':
      return answerJson(gate, json.daypass, 'Federate', request);
    case 'query': {
      const form = new URLSearchParams(request.method === 'GET' ? request.query : body.toString('utf8'));
      const service = query.find(({ version }) => version === form.get('Version'));
      if (!admitted(service, form.get('Action') ?? ''))
        return refuse(new ServiceError('Throttling', 'Rate exceeded'));
      return answerQuery(gate, query, form, request);
    }
    case 'unknown-target':
  }
  return refuse(new ServiceError('UnknownOperationException', 'The operation is not known.'));
}

function tooManyRequests(): ServiceError {
  return new ServiceError('TooManyRequestsException', 'Rate exceeded', {
    reason: 'the limit of this address for this operation',
  });
}

function isAwsJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/x-amz-json-1\.[01](?:\s*;|$)/i.test(contentType);
}

function noteRefusal(
  { refusals, log }: Endpoints,
  way: ApiRoute,
  error: ServiceError,
  requestId: string,
): void {
  const operation = way.to === 'json' ? way.operation : way.to;
  refusals.note(requestId, operation, error);
  const fields = { requestId, operation, code: error.code, message: error.message, reason: error.reason };
  if (error.fault === 'Receiver') log.error({ ...fields, err: error.cause }, 'failed');
  else log.info(fields, 'refused');
}
