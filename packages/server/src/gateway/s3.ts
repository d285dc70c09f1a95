import type { IncomingMessage, ServerResponse } from 'node:http';
import { payloadKind, SignatureError, type SignedHttpRequest, verifySignature } from '@daypass/sigv4';
import { type Attempt, newAttempt, refused } from './attempt.ts';
import { type Claim, claimOf } from './authenticate.ts';
import { type Asking, firstRefusal, type Refusal } from './authorize.ts';
import { BackendConnection, BackendUnavailable } from './backend.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import type { GatewayHandler, GatewayServices } from './gateway.ts';
import { requestContext } from './request-context.ts';
import { authenticationError } from './s3/authentication-errors.ts';
import { objectBody, refuseBody } from './s3/body.ts';
import { arnOf, contextOf, demand, demandsOf } from './s3/demands.ts';
import { S3Error, writeS3Error } from './s3/errors.ts';
import { outgoing } from './s3/outgoing.ts';
import { readRequest, type S3Request } from './s3/request.ts';
import { wireRequest } from './wire.ts';

/** The data plane for S3. Every request is answered, refusals in S3's format. */
export function createS3Handler(services: GatewayServices): GatewayHandler {
  const store =
    services.s3 === undefined ? undefined : new BackendConnection(services.s3, 's3', services.clock);
  return async (request, response, requestId) => {
    if (answerPreflight(request, response)) return;
    response.setHeader('x-amz-request-id', requestId);
    allowOrigin(request, response);
    const attempt = newAttempt(requestId);
    try {
      if (store === undefined)
        throw new S3Error('ServiceUnavailable', 'There is no S3 store behind this gateway');
      await serve(request, response, services, store, attempt);
    } catch (error) {
      const refusal = errorOf(error);
      if (refusal.isFault) services.failed?.(requestId, error);
      else services.denied({ ...attempt, reason: refusal.reason });
      if (response.headersSent || response.destroyed) response.destroy();
      else
        writeS3Error(response, refusal, {
          requestId,
          resource: request.url?.split('?', 1)[0] ?? '',
          bodiless: request.method === 'HEAD',
        });
    }
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  services: GatewayServices,
  store: BackendConnection,
  attempt: Attempt,
): Promise<void> {
  const wire = wireRequest(request);
  if (wire === undefined) throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
  const claim = await authenticated(wire, services);
  attempt.caller = claim.caller;

  const s3Request = readRequest(wire, request.headers.host, services.s3Domain);
  if (s3Request === undefined) throw unrecognised(claim);
  attempt.action = s3Request.operation.name;
  attempt.resource = arnOf(s3Request.target.bucket, s3Request.target.key);
  const asking: Asking = {
    caller: claim.caller,
    policies: await services.policiesOf(claim.caller),
    context: requestContext(request, claim.caller, services),
  };
  const context = contextOf(s3Request, claim.signature, {
    account: services.account,
    now: services.clock.now(),
  });
  const demands = demandsOf(s3Request, context);
  // No demand would be no question to the policy.
  if (demands.length === 0) throw unrecognised(claim);
  grant(firstRefusal(demands, asking), attempt);

  const body =
    s3Request.operation.body === 'none' ? refuseBody(request, claim) : await objectBody(request, wire, claim);
  const streamed = payloadKind(claim.signature).kind === 'streaming';
  const withheld = await store.forward(outgoing(s3Request, body, streamed), response, (status) => {
    return isRedirect(status) || (status === 404 && hidesAbsence(s3Request, asking) !== undefined);
  });
  if (withheld === undefined) return;
  if (isRedirect(withheld)) throw new BackendUnavailable(`the backend redirects with status ${withheld}`);
  grant(hidesAbsence(s3Request, asking), attempt);
}

async function authenticated(wire: SignedHttpRequest, services: GatewayServices): Promise<Claim> {
  const claim = await claimOf(wire, services);
  const { signature, secretKey } = claim;
  const { region } = signature.scope;
  if (region !== services.region) {
    throw new S3Error(
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${region}' is wrong; expecting '${services.region}'`,
    );
  }
  const payload = payloadKind(signature);
  if (payload.kind === 'whole')
    throw new SignatureError('wrong-scope', 'the credential scope is of another service');
  verifySignature(
    signature,
    wire,
    { secretKey, now: services.clock.now(), service: 's3', region },
    payload.canonical,
  );
  return claim;
}

function grant(refusal: Refusal | undefined, attempt: Attempt): void {
  if (refusal === undefined) return;
  refused(attempt, refusal);
  throw new S3Error('AccessDenied', refusal.message, refusal.reason);
}

/** A backend that sends the client elsewhere would send it past the gateway. */
function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

/**
 * Who may read an object, but not list its bucket, is not told that the object is missing.
 * Source: Amazon S3 API Reference, `GetObject` and `HeadObject`, permissions.
 */
function hidesAbsence({ operation, target }: S3Request, asking: Asking): Refusal | undefined {
  if (operation.name !== 'GetObject' && operation.name !== 'HeadObject') return undefined;
  return firstRefusal(
    [demand('ListBucket', arnOf(target.bucket, undefined), new Map(), 'ListObjectsV2')],
    asking,
  );
}

/** What is not recognised is refused, not passed on; only root is told that it is the operation. */
function unrecognised({ caller }: Claim): S3Error {
  const reason = 'not an operation that is recognised';
  if (caller.kind === 'root')
    return new S3Error(
      'NotImplemented',
      'A parameter you provided implies functionality that is not implemented.',
      reason,
    );
  return new S3Error('AccessDenied', 'Access Denied', reason);
}

function errorOf(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  if (error instanceof BackendUnavailable)
    return new S3Error('ServiceUnavailable', 'Service is unable to handle request.', error.message);
  return (
    authenticationError(error) ??
    new S3Error(
      'InternalError',
      'We encountered an internal error. Please try again.',
      error instanceof Error ? error.message : String(error),
    )
  );
}
