import { payloadKind, SignatureError, type SignedHttpRequest, verifySignature } from '@daypass/sigv4';
import { refused } from '../attempt.ts';
import { type Claim, claimOf } from '../authenticate.ts';
import { type Asking, firstRefusal, type Refusal } from '../authorize.ts';
import type { Demand } from '../demand.ts';
import type { GatewayServices } from '../gateway.ts';
import { requestContext } from '../request-context.ts';
import { arnOf, demand, demandsOf, tagCopyDemands } from './demands.ts';
import { S3Error } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { tagsOf, withExistingTags } from './object-tags.ts';
import type { S3Request } from './request.ts';

/** Verifies the signature of a request's head. Throws `CredentialError`, `SignatureError` and `S3Error`. */
export async function authenticated(wire: SignedHttpRequest, services: GatewayServices): Promise<Claim> {
  const claim = await claimOf(wire, services);
  const { signature, secretKey } = claim;
  const { region } = signature.scope;
  if (region !== services.region) {
    const message = `The authorization header is malformed; the region '${region}' is wrong; expecting '${services.region}'`;
    throw new S3Error('AuthorizationHeaderMalformed', message);
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

/** Who asks, under which policies; from here on a refusal can say what was asked for. */
export async function ask(
  { operation, target }: S3Request,
  { caller }: Claim,
  exchange: Exchange,
): Promise<Asking> {
  const { request, services, attempt } = exchange;
  attempt.caller = caller;
  attempt.action = `s3:${operation.action ?? operation.name}`;
  attempt.resource = arnOf(target.bucket, target.key);
  return {
    caller,
    policies: await services.policiesOf(caller),
    context: requestContext(request, caller, services),
  };
}

/** Throws `AccessDenied` unless every demand is granted. */
export async function authorise(
  s3Request: S3Request,
  context: Demand['context'],
  asking: Asking,
  exchange: Exchange,
): Promise<void> {
  const { store, attempt } = exchange;
  const demands = await withExistingTags(demandsOf(s3Request, context, store.subresources), asking, store);
  // No demand would be no question to the policy.
  if (demands.length === 0) throw new TypeError(`${s3Request.operation.name} demands nothing`);
  grant(firstRefusal(demands, asking), attempt);
  if (s3Request.operation.name === 'CopyObject') await authoriseTagCopy(s3Request, context, asking, exchange);
}

/** Tags go along with a copy unless they are replaced; who may not copy them may still copy an object without any. */
async function authoriseTagCopy(
  s3Request: S3Request,
  context: Demand['context'],
  asking: Asking,
  { store, attempt }: Exchange,
): Promise<void> {
  const { copySource, headers } = s3Request;
  if (copySource === undefined || headers.get('x-amz-tagging-directive') === 'REPLACE') return;
  const demands = await withExistingTags(tagCopyDemands(s3Request, context), asking, store);
  const refusal = firstRefusal(demands, asking);
  if (refusal === undefined) return;
  const tags = await tagsOf(copySource, store);
  if (tags === 'untold' || (tags !== 'no tagging' && tags.length > 0)) grant(refusal, attempt);
}

export function grant(refusal: Refusal | undefined, attempt: Exchange['attempt']): void {
  if (refusal === undefined) return;
  refused(attempt, refusal);
  throw new S3Error('AccessDenied', refusal.message, refusal.reason);
}

/**
 * Who may read an object, but not list it, is not told that the object is missing. A policy that allows to list some
 * prefixes only is asked about the key itself.
 * Source: Amazon S3 API Reference, `GetObject` and `HeadObject`, permissions.
 */
export function hidesAbsence(
  { operation, target: { bucket, key = '' } }: S3Request,
  context: Demand['context'],
  asking: Asking,
): Refusal | undefined {
  if (operation.name !== 'GetObject' && operation.name !== 'HeadObject') return undefined;
  const listing = new Map([...context, ['s3:prefix', key]]);
  return firstRefusal([demand('ListBucket', arnOf(bucket, undefined), listing)], asking);
}
