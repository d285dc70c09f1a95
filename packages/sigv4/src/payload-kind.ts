import { isS3 } from './canonical-request.ts';
import { SignatureError } from './failure.ts';
import type { ParsedSignature } from './parse.ts';

/**
 * What the signature says of the body. `canonical` is what `verifySignature` takes as the payload's hash.
 *
 * - `whole`: not S3; the signature covers the SHA-256 of the whole body, which the verifier must have first
 * - `exact`: the body's SHA-256 is `canonical`
 * - `unsigned`: any body
 * - `streaming`: the body is aws-chunked, each chunk `signed` or not, with a `trailer` or not
 */
export type PayloadKind =
  | { readonly kind: 'whole' }
  | { readonly kind: 'exact'; readonly canonical: string }
  | { readonly kind: 'unsigned'; readonly canonical: string }
  | {
      readonly kind: 'streaming';
      readonly canonical: string;
      readonly signed: boolean;
      readonly trailer: boolean;
    };

const streaming = new Map<string, { readonly signed: boolean; readonly trailer: boolean }>([
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', { signed: true, trailer: false }],
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', { signed: true, trailer: true }],
  ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', { signed: false, trailer: true }],
]);

/**
 * What the body of a signed request must satisfy (Amazon S3 API Reference, "Authenticating Requests: Using the
 * Authorization Header", `x-amz-content-sha256`). Throws `malformed` or `unsupported-algorithm`.
 */
export function payloadKind(parsed: ParsedSignature): PayloadKind {
  if (!isS3(parsed.scope.service)) return { kind: 'whole' };
  // A presigned URL is made before its body is known; a POST form's body is bound by its policy.
  const canonical = parsed.contentSha256 ?? 'UNSIGNED-PAYLOAD';
  if (canonical === 'UNSIGNED-PAYLOAD') return { kind: 'unsigned', canonical };
  if (/^[0-9a-f]{64}$/.test(canonical)) return { kind: 'exact', canonical };
  if (canonical.startsWith('STREAMING-AWS4-ECDSA-')) {
    throw new SignatureError('unsupported-algorithm', 'chunks are signed with Signature Version 4A');
  }
  const form = streaming.get(canonical);
  if (form === undefined)
    throw new SignatureError('malformed', 'x-amz-content-sha256 is none of the known values');
  if (parsed.form !== 'header') {
    // AWS documents chunked uploads for the Authorization header only: there is no other seed signature.
    throw new SignatureError('malformed', 'a presigned URL cannot have a chunked payload');
  }
  return { kind: 'streaming', canonical, ...form };
}
