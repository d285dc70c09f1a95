import { payloadKind } from '@daypass/sigv4';
import { newAttempt } from './attempt.ts';
import { BackendConnection, type BackendRequest, BackendUnavailable, NoBackend } from './backend.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import type { GatewayHandler, GatewayServices } from './gateway.ts';
import { forward, send, withOwnLocation } from './s3/answer.ts';
import { authenticationError } from './s3/authentication-errors.ts';
import { ask, authenticated, authorise, hidesAbsence } from './s3/authorise.ts';
import { documentBody, objectBody, refuseBody, sized } from './s3/body.ts';
import { BucketCors } from './s3/bucket-cors.ts';
import { contextOf } from './s3/conditions.ts';
import { deleteObjects } from './s3/delete-objects.ts';
import { readDocument } from './s3/documents.ts';
import { S3Error, writeS3Error } from './s3/errors.ts';
import type { Exchange } from './s3/exchange.ts';
import { boundaryOf } from './s3/multipart-form.ts';
import { type Target, targetOf } from './s3/names.ts';
import { keepApart } from './s3/origin.ts';
import { outgoing, outgoingDocument } from './s3/outgoing.ts';
import { answerPost, openForm, readPostedObject } from './s3/post-object.ts';
import { bucketOfHost, readRequest } from './s3/request.ts';
import { ClientLeft, inviteBody, wireRequest } from './wire.ts';

/** The data plane for S3. Every request is answered, refusals in S3's format. */
export function createS3Handler(services: GatewayServices): GatewayHandler {
  const { clock, s3, s3Domain } = services;
  const store = s3 === undefined ? undefined : new BackendConnection(s3, 's3', clock);
  const cors = store === undefined ? undefined : new BucketCors(store, clock, s3Domain);
  return async (request, response, requestId) => {
    response.setHeader('x-amz-request-id', requestId);
    const attempt = newAttempt(requestId);
    try {
      if (store === undefined || cors === undefined) {
        if (answerPreflight(request, response)) return;
        allowOrigin(request, response);
        throw new NoBackend('no S3 store is configured');
      }
      if (await cors.answerPreflight(request, response)) return;
      keepApart(request, response, s3Domain);
      // Most requests are no page's: those need not wait for what there is to ask.
      if (request.headers.origin !== undefined) await cors.allowOrigin(request, response);
      await serve({ request, response, services, store, cors, attempt });
    } catch (error) {
      if (error instanceof ClientLeft) return void response.destroy();
      const refusal = errorOf(error);
      // A page that its bucket is not for has asked nothing of anybody yet.
      const isIdle = error instanceof NoBackend || refusal.code === 'AccessForbidden';
      if (refusal.isFault && !isIdle) services.failed?.(requestId, error);
      if (!refusal.isFault && !isIdle) services.denied({ ...attempt, reason: refusal.reason });
      if (response.headersSent || response.destroyed) return void response.destroy();
      const resource = request.url?.split('?', 1)[0] ?? '';
      writeS3Error(response, refusal, { requestId, resource, bodiless: request.method === 'HEAD' });
    }
  };
}

/** Not a sub-resource, but the same question: what the store implements. */
const takesTrailers = ({ subresources }: BackendConnection): boolean =>
  subresources?.has('x-amz-trailer') === true;

/** What a bucket tells pages may be another thing after these. */
const changesCors = new Set(['CreateBucket', 'DeleteBucket', 'DeleteBucketCors', 'PutBucketCors']);

async function serve(exchange: Exchange): Promise<void> {
  const { request, response, services, store, cors, attempt } = exchange;
  const wire = wireRequest(request);
  if (wire === undefined) throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
  const boundary =
    wire.method === 'POST' && wire.query === '' ? boundaryOf(request.headers['content-type']) : undefined;
  if (boundary !== undefined) {
    return servePost(
      targetOf(wire.path, bucketOfHost(request.headers.host, services.s3Domain)),
      boundary,
      exchange,
    );
  }

  const claim = await authenticated(wire, services);
  attempt.caller = claim.caller;
  const s3Request = readRequest(wire, request.headers.host, services.s3Domain, services.account);
  if (s3Request === undefined) throw unrecognised(claim.caller.kind === 'root');
  const asking = await ask(s3Request, claim, exchange);
  const head = contextOf(s3Request, claim.signature, {
    account: services.account,
    now: services.clock.now(),
  });
  const { body, name } = s3Request.operation;
  const forwarded = async (sent: BackendRequest) => {
    await forward(sent, () => hidesAbsence(s3Request, head, asking), exchange);
    if (changesCors.has(name)) cors.forget(s3Request.target.bucket ?? '');
  };
  const framed = payloadKind(claim.signature).kind === 'streaming';
  if (body !== 'document') {
    await authorise(s3Request, head, asking, exchange);
    if (body === 'object') inviteBody(request, response);
    const taken =
      body === 'none'
        ? refuseBody(request, claim)
        : await objectBody(request, wire, claim, takesTrailers(store));
    return forwarded(outgoing(s3Request, taken, framed));
  }

  // A document says what is asked for, so it is read before the decision.
  inviteBody(request, response);
  const received = await documentBody(request, wire, claim);
  if (name === 'DeleteObjects') {
    const { answer, refusals } = await deleteObjects(s3Request, received, head, asking, store);
    const [first] = refusals;
    if (first !== undefined) {
      const { action, resource } = first.demand;
      services.denied({
        ...attempt,
        action,
        resource,
        reason: `${refusals.length} keys, the first: ${first.reason}`,
      });
    }
    return send(answer, exchange);
  }
  const document = readDocument(s3Request, received);
  await authorise(s3Request, new Map([...head, ...document.context]), asking, exchange);
  const sent = outgoingDocument(s3Request, document.body, document.body !== received, framed);
  if (name !== 'CompleteMultipartUpload') return forwarded(sent);
  return send(withOwnLocation(await store.call(sent), exchange, s3Request.target), exchange);
}

/** A browser's upload: it goes on as the PutObject it amounts to, and is answered as the form asks. */
async function servePost({ bucket, key }: Target, boundary: string, exchange: Exchange): Promise<void> {
  const { request, response, services, store } = exchange;
  if (bucket === undefined || key !== undefined) {
    throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.');
  }
  inviteBody(request, response);
  const form = openForm(request, boundary);
  try {
    const posted = await readPostedObject(request, form, bucket, services);
    const { claim, request: s3Request, fileLength } = posted;
    const asking = await ask(s3Request, claim, exchange);
    const context = contextOf(s3Request, claim.signature, {
      account: services.account,
      now: services.clock.now(),
    });
    await authorise(s3Request, context, asking, exchange);
    const file = {
      body: await sized(form, fileLength),
      length: fileLength,
      payloadSha256: 'UNSIGNED-PAYLOAD',
    };
    let etag = '';
    const withheld = await store.forward(
      { ...outgoing(s3Request, file, false), method: 'PUT' },
      response,
      (status, headers) => {
        etag = headers.find(([name]) => name === 'etag')?.[1] ?? '';
        return status === 200;
      },
    );
    if (withheld !== undefined) answerPost(request, response, posted, etag);
  } finally {
    form.destroy();
  }
}

/** What is not recognised is refused, not passed on; only root is told that it is the operation. */
function unrecognised(byRoot: boolean): S3Error {
  const reason = 'not an operation that is recognised';
  if (!byRoot) return new S3Error('AccessDenied', 'Access Denied', reason);
  return new S3Error(
    'NotImplemented',
    'A parameter you provided implies functionality that is not implemented.',
    reason,
  );
}

function errorOf(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  if (error instanceof BackendUnavailable)
    return new S3Error('ServiceUnavailable', 'Service is unable to handle request.', error.message);
  const reason = error instanceof Error ? error.message : String(error);
  return (
    authenticationError(error) ??
    new S3Error('InternalError', 'We encountered an internal error. Please try again.', reason)
  );
}
