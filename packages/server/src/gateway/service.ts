import type { IncomingMessage, ServerResponse } from 'node:http';
import { type SignedHttpRequest, verifySignature } from '@daypass/sigv4';
import { type Attempt, newAttempt, refused } from './attempt.ts';
import { claimOf } from './authenticate.ts';
import { authenticationRefusal } from './authentication-refusal.ts';
import { refusalOf } from './authorize.ts';
import { BackendConnection, BackendUnavailable } from './backend.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import type { Backend, GatewayHandler, GatewayServices } from './gateway.ts';
import { sha256 } from './hashes.ts';
import { requestContext } from './request-context.ts';
import { protocolOf, readCall } from './service/call.ts';
import { GenericError, writeGenericError } from './service/errors.ts';
import { checkRules, type ServiceRules } from './service/rules.ts';
import { ClientLeft, inviteBody, readBody, wireRequest } from './wire.ts';

/** In bytes; more than any JSON service takes. */
const maxBody = 16 * 1024 * 1024;

/** A service of which the gateway knows nothing but its name and how its operations are told apart. */
export interface GenericService {
  /** As in credential scopes: `sqs`. */
  readonly name: string;
  readonly backend: Backend;
  readonly rules: ServiceRules;
}

/**
 * The data plane for any other service: a request is allowed by `<service>:<operation>` and goes on, signed anew. Every
 * request is answered, refusals in the protocol of the client. Throws `RulesError`.
 */
export function createServiceHandler(services: GatewayServices, service: GenericService): GatewayHandler {
  checkRules(service.name, service.rules);
  const connection = new BackendConnection(service.backend, service.name, services.clock);
  return async (request, response, requestId) => {
    if (answerPreflight(request, response)) return;
    response.setHeader('x-amzn-requestid', requestId);
    allowOrigin(request, response);
    const attempt = newAttempt(requestId);
    const wire = wireRequest(request);
    try {
      await serve({ request, response, wire, services, service, connection, attempt });
    } catch (error) {
      if (error instanceof ClientLeft) return void response.destroy();
      const refusal = errorOf(error, service.name);
      if (refusal.isFault) services.failed?.(requestId, error);
      else services.denied({ ...attempt, reason: refusal.reason });
      if (response.headersSent || response.destroyed) return void response.destroy();
      const protocol = wire === undefined ? 'rest' : protocolOf(wire);
      writeGenericError(response, refusal, { protocol, requestId });
    }
  };
}

/** The service that a request's signature says it is for; nothing is proven yet. */
export function scopedService({ headers }: SignedHttpRequest): string | undefined {
  const authorization = headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  return /[ ,]Credential=[^/,]+\/\d{8}\/[^/,]+\/([^/,]+)\/aws4_request/.exec(authorization ?? '')?.[1];
}

async function serve(exchange: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly wire: SignedHttpRequest | undefined;
  readonly services: GatewayServices;
  readonly service: GenericService;
  readonly connection: BackendConnection;
  readonly attempt: Attempt;
}): Promise<void> {
  const { request, response, wire, services, service, connection, attempt } = exchange;
  if (wire === undefined) throw new GenericError('UnknownOperationException', '', 'not a path');
  const claim = await claimOf(wire, services);
  // The rest of the query of a presigned URL would have to be told from its signature.
  if (claim.signature.form !== 'header')
    throw new GenericError('IncompleteSignatureException', 'Only requests signed in a header are served.');
  inviteBody(request, response);
  const body = await readBody(request, maxBody);
  if (body === undefined)
    throw new GenericError('RequestEntityTooLargeException', 'Request entity is too large.');
  const { clock, region } = services;
  const key = { secretKey: claim.secretKey, now: clock.now(), service: service.name, region };
  verifySignature(claim.signature, wire, key, sha256(body));
  const { caller } = claim;
  attempt.caller = caller;

  const call = readCall(wire, body, service.rules, services);
  if (call === undefined)
    throw new GenericError('UnknownOperationException', '', 'no rule covers the operation');
  const action = `${service.name}:${actionOf(call.operation, service.rules)}`;
  const resource = call.resource ?? '*';
  attempt.action = action;
  attempt.resource = resource;
  const demand = {
    action,
    resource,
    resourceIsUnknown: call.resource === undefined,
    context: new Map(),
    // Whatever a service calls its own, and tags: nothing of it is read.
    unknown: [`${service.name}:`, 'aws:resourcetag/', 'aws:requesttag/', 'aws:tagkeys'],
  };
  const policies = await services.policiesOf(caller);
  const context = requestContext(request, caller, services);
  const refusal = refusalOf(demand, { caller, policies, context });
  if (refusal !== undefined) {
    refused(attempt, refusal);
    throw new GenericError('AccessDeniedException', refusal.message, refusal.reason);
  }
  await connection.forward(call.sent, response);
}

function actionOf(operation: string, { actions = {} }: ServiceRules): string {
  return (Object.hasOwn(actions, operation) ? actions[operation] : undefined) ?? operation;
}

function errorOf(error: unknown, service: string): GenericError {
  if (error instanceof GenericError) return error;
  if (error instanceof BackendUnavailable)
    return new GenericError(
      'ServiceUnavailableException',
      'The service is currently unavailable. Please try again later.',
      error.message,
    );
  const unauthenticated = authenticationRefusal(error, service);
  if (unauthenticated !== undefined)
    return new GenericError(unauthenticated.code, unauthenticated.message, unauthenticated.reason);
  return new GenericError(
    'InternalFailure',
    'An internal error occurred.',
    error instanceof Error ? error.message : String(error),
  );
}
