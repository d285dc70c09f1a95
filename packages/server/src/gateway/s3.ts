import type { IncomingMessage, ServerResponse } from 'node:http';
import { payloadKind, SignatureError, type SignedHttpRequest, verifySignature } from '@daypass/sigv4';
import { type Attempt, newAttempt, refused } from './attempt.ts';
import { type Claim, claimOf } from './authenticate.ts';
import { type Asking, firstRefusal, type Refusal } from './authorize.ts';
import { type BackendAnswer, BackendConnection, type BackendRequest, BackendUnavailable } from './backend.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import type { Demand } from './demand.ts';
import type { GatewayHandler, GatewayServices } from './gateway.ts';
import { requestContext } from './request-context.ts';
import { authenticationError } from './s3/authentication-errors.ts';
import { documentBody, objectBody, refuseBody, sized } from './s3/body.ts';
import { deleteObjects } from './s3/delete-objects.ts';
import { arnOf, contextOf, demand, demandsOf, tagCopyDemands } from './s3/demands.ts';
import { leaf, readDocument } from './s3/documents.ts';
import { S3Error, writeS3Error } from './s3/errors.ts';
import { boundaryOf } from './s3/multipart-form.ts';
import { encodedPath, type Target, targetOf } from './s3/names.ts';
import { tagsOf, withExistingTags } from './s3/object-tags.ts';
import { outgoing, outgoingDocument } from './s3/outgoing.ts';
import { answerPost, openForm, publicOrigin, readPostedObject } from './s3/post-object.ts';
import { bucketOfHost, readRequest, type S3Request } from './s3/request.ts';
import { ClientLeft, inviteBody, wireRequest } from './wire.ts';

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
      if (error instanceof ClientLeft) return void response.destroy();
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
  const boundary =
    wire.method === 'POST' && wire.query === '' ? boundaryOf(request.headers['content-type']) : undefined;
  if (boundary !== undefined)
    return servePost(
      request,
      response,
      services,
      store,
      attempt,
      targetOf(wire.path, bucketOfHost(request.headers.host, services.s3Domain)),
      boundary,
    );

  const claim = await authenticated(wire, services);
  attempt.caller = claim.caller;
  const s3Request = readRequest(wire, request.headers.host, services.s3Domain, services.account);
  if (s3Request === undefined) throw unrecognised(claim);
  const asking = await ask(request, s3Request, claim, services, attempt);
  const head = contextOf(s3Request, claim.signature, {
    account: services.account,
    now: services.clock.now(),
  });
  const streamed = payloadKind(claim.signature).kind === 'streaming';
  switch (s3Request.operation.body) {
    case 'none': {
      await authorise(s3Request, head, asking, store, attempt);
      const sent = outgoing(s3Request, refuseBody(request, claim), streamed);
      return forward(s3Request, sent, response, store, asking, attempt);
    }
    case 'object': {
      await authorise(s3Request, head, asking, store, attempt);
      inviteBody(request, response);
      const sent = outgoing(s3Request, await objectBody(request, wire, claim), streamed);
      return forward(s3Request, sent, response, store, asking, attempt);
    }
    case 'document': {
      inviteBody(request, response);
      const received = await documentBody(request, wire, claim);
      if (s3Request.operation.name === 'DeleteObjects') {
        const { answer, refusals } = await deleteObjects(s3Request, received, head, asking, store);
        if (refusals[0] !== undefined)
          services.denied({
            ...attempt,
            action: refusals[0].demand.action,
            resource: refusals[0].demand.resource,
            reason: `${refusals.length} keys, the first: ${refusals[0].reason}`,
          });
        return send(response, answer);
      }
      const { body, context } = readDocument(s3Request, received);
      await authorise(s3Request, new Map([...head, ...context]), asking, store, attempt);
      const sent = outgoingDocument(s3Request, body, body !== received, streamed);
      if (s3Request.operation.name !== 'CompleteMultipartUpload')
        return forward(s3Request, sent, response, store, asking, attempt);
      return send(response, withOwnLocation(await store.call(sent), request, s3Request));
    }
  }
}

async function servePost(
  request: IncomingMessage,
  response: ServerResponse,
  services: GatewayServices,
  store: BackendConnection,
  attempt: Attempt,
  { bucket, key }: Target,
  boundary: string,
): Promise<void> {
  if (bucket === undefined || key !== undefined) {
    throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.');
  }
  inviteBody(request, response);
  const form = openForm(request, boundary);
  try {
    const posted = await readPostedObject(request, form, bucket, services);
    const { claim, request: s3Request, fileLength } = posted;
    attempt.caller = claim.caller;
    const asking = await ask(request, s3Request, claim, services, attempt);
    await authorise(
      s3Request,
      contextOf(s3Request, claim.signature, { account: services.account, now: services.clock.now() }),
      asking,
      store,
      attempt,
    );
    const sent = outgoing(
      s3Request,
      { body: await sized(form, fileLength), length: fileLength, payloadSha256: 'UNSIGNED-PAYLOAD' },
      false,
    );
    let etag = '';
    const withheld = await store.forward({ ...sent, method: 'PUT' }, response, (status, headers) => {
      etag = headers.find(([name]) => name === 'etag')?.[1] ?? '';
      return status === 200 || isRedirect(status);
    });
    if (withheld === 200) answerPost(request, response, posted, etag);
    else if (withheld !== undefined)
      throw new BackendUnavailable(`the backend redirects with status ${withheld}`);
  } finally {
    form.destroy();
  }
}

async function ask(
  request: IncomingMessage,
  { operation, target }: S3Request,
  { caller }: Claim,
  services: GatewayServices,
  attempt: Attempt,
): Promise<Asking> {
  attempt.action = `s3:${operation.action ?? operation.name}`;
  attempt.resource = arnOf(target.bucket, target.key);
  return {
    caller,
    policies: await services.policiesOf(caller),
    context: requestContext(request, caller, services),
  };
}

/** Throws `AccessDenied` unless every demand is granted. */
async function authorise(
  s3Request: S3Request,
  context: Demand['context'],
  asking: Asking,
  store: BackendConnection,
  attempt: Attempt,
): Promise<void> {
  const demands = await withExistingTags(demandsOf(s3Request, context, store.subresources), asking, store);
  // No demand would be no question to the policy.
  if (demands.length === 0) throw new TypeError(`${s3Request.operation.name} demands nothing`);
  grant(firstRefusal(demands, asking), attempt);
  if (
    s3Request.operation.name !== 'CopyObject' ||
    s3Request.copySource === undefined ||
    s3Request.headers.get('x-amz-tagging-directive') === 'REPLACE'
  )
    return;
  // The tags go along unless the request replaces them; who may not copy them may still copy an object without any.
  const refusal = firstRefusal(
    await withExistingTags(tagCopyDemands(s3Request, context), asking, store),
    asking,
  );
  if (refusal === undefined) return;
  const tags = await tagsOf(s3Request.copySource, store);
  if (tags === 'untold' || (tags !== 'no tagging' && tags.length > 0)) grant(refusal, attempt);
}

async function forward(
  s3Request: S3Request,
  sent: BackendRequest,
  response: ServerResponse,
  store: BackendConnection,
  asking: Asking,
  attempt: Attempt,
): Promise<void> {
  const withheld = await store.forward(
    sent,
    response,
    (status) => isRedirect(status) || (status === 404 && hidesAbsence(s3Request, asking) !== undefined),
  );
  if (withheld === undefined) return;
  if (isRedirect(withheld)) throw new BackendUnavailable(`the backend redirects with status ${withheld}`);
  grant(hidesAbsence(s3Request, asking), attempt);
}

function send(response: ServerResponse, { status, headers, body }: BackendAnswer): void {
  if (isRedirect(status)) throw new BackendUnavailable(`the backend redirects with status ${status}`);
  const own = headers.filter(([name]) => name !== 'content-length');
  response.writeHead(status, [...own, ['content-length', String(body.length)]].flat());
  response.end(body);
}

/** The backend names the new object by its own address. */
function withOwnLocation(
  answer: BackendAnswer,
  request: IncomingMessage,
  { target }: S3Request,
): BackendAnswer {
  const location = leaf('Location', `${publicOrigin(request)}${encodedPath(target)}`);
  return {
    ...answer,
    body: Buffer.from(answer.body.toString().replace(/<Location>[^<]*<\/Location>/, () => location)),
  };
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
  return firstRefusal([demand('ListBucket', arnOf(target.bucket, undefined), new Map())], asking);
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
