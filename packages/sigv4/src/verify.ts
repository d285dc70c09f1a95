import { timingSafeEqual } from 'node:crypto';
import { canonicalRequest, isS3, pathRuleOf, stringToSign } from './canonical-request.ts';
import { SignatureError } from './failure.ts';
import type { ParsedSignature } from './parse.ts';
import { payloadKind } from './payload-kind.ts';
import type { SignedHttpRequest } from './request.ts';
import { type CredentialScope, hmac, signingKey } from './signing-key.ts';
import { formatTimestamp } from './timestamp.ts';

export interface VerificationKey {
  /** The secret key of the signature's `accessKeyId`. */
  readonly secretKey: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The service, or services, that the request may be scoped to. */
  readonly service: string | readonly string[];
  /** The region that it must be scoped to; any if left out. */
  readonly region?: string;
  /** How far the timestamp may be from `now`: 15 minutes for S3, 5 for others, as on AWS. */
  readonly maxSkewSeconds?: number;
}

/**
 * Verifies a request's signature in header or query form.
 *
 * `payloadSha256` is the SHA-256 in hex of the body that was received. For S3, whose bodies are checked while they
 * stream, it is `payloadKind(parsed).canonical`, and the body must then go through `createPayloadVerifier`.
 *
 * Throws `SignatureError`: `wrong-scope`, `skewed`, `not-yet-valid`, `expired`, `unsigned-header`,
 * `content-sha256-mismatch`, `malformed`, `unsupported-algorithm` or `mismatch`.
 */
export function verifySignature(
  parsed: ParsedSignature,
  request: SignedHttpRequest,
  key: VerificationKey,
  payloadSha256: string,
): void {
  requireScope(parsed.scope, key);
  requireTime(parsed, key);
  requireSignedHeaders(parsed.signedHeaders, request);
  requirePayload(parsed, payloadSha256);
  const { scope } = parsed;
  const canonical = canonicalRequest(request, parsed.signedHeaders, payloadSha256, pathRuleOf(scope.service));
  const text = stringToSign(formatTimestamp(parsed.timestamp), scope, canonical);
  if (!isSignatureOf(text, parsed.signature, scope, key.secretKey)) {
    throw new SignatureError('mismatch', 'the signature is not that of the request');
  }
}

/** Whether a signature (64 hex digits) is that of the text; compared in constant time. */
export function isSignatureOf(
  text: string,
  signature: string,
  scope: CredentialScope,
  secretKey: string,
): boolean {
  const own = hmac(signingKey(secretKey, scope), text);
  return timingSafeEqual(Buffer.from(own, 'hex'), Buffer.from(signature, 'hex'));
}

/** Throws `wrong-scope` unless the scope is of a service, and the region, that the key is for. */
export function requireScope(scope: CredentialScope, key: Pick<VerificationKey, 'service' | 'region'>): void {
  const services = typeof key.service === 'string' ? [key.service] : key.service;
  if (!services.includes(scope.service)) {
    throw new SignatureError('wrong-scope', 'the credential scope is of another service');
  }
  if (key.region !== undefined && key.region !== scope.region) {
    throw new SignatureError('wrong-scope', 'the credential scope is of another region');
  }
}

/** How far a timestamp may be from now. */
export function skewMilliseconds(service: string, key: Pick<VerificationKey, 'maxSkewSeconds'>): number {
  return 1000 * (key.maxSkewSeconds ?? (isS3(service) ? 900 : 300));
}

function requireTime(parsed: ParsedSignature, key: VerificationKey): void {
  const skew = skewMilliseconds(parsed.scope.service, key);
  const age = key.now - parsed.timestamp;
  if (parsed.expiresSeconds === undefined) {
    // Written so that a `now` that is not a number is refused too.
    if (!(Math.abs(age) <= skew))
      throw new SignatureError('skewed', 'the timestamp is too far from the present');
    return;
  }
  if (!(-age <= skew)) throw new SignatureError('not-yet-valid', 'the URL is not valid yet');
  if (!(age <= 1000 * parsed.expiresSeconds)) throw new SignatureError('expired', 'the URL has expired');
}

/** AWS requires that `host` and all `x-amz-*` headers of the request are signed, whatever else is. */
function requireSignedHeaders(signed: readonly string[], request: SignedHttpRequest): void {
  if (!signed.includes('host')) throw new SignatureError('unsigned-header', 'host is not signed');
  for (const [key] of request.headers) {
    const name = key.toLowerCase();
    if (name.startsWith('x-amz-') && !signed.includes(name)) {
      throw new SignatureError('unsigned-header', `${name} is not signed`);
    }
  }
}

/** The hash given is that of the body, if it is the one that was named; for S3 it is what the body will be held to. */
function requirePayload(parsed: ParsedSignature, payloadSha256: string): void {
  const kind = payloadKind(parsed);
  if (kind.kind === 'whole' && !/^[0-9a-f]{64}$/.test(payloadSha256)) {
    throw new SignatureError('content-sha256-mismatch', 'only S3 takes bodies whose hash is not signed');
  }
  const expected = kind.kind === 'whole' ? (parsed.contentSha256 ?? payloadSha256) : kind.canonical;
  if (payloadSha256 !== expected) {
    throw new SignatureError(
      'content-sha256-mismatch',
      'the body is not the one that x-amz-content-sha256 names',
    );
  }
}
