import { createHash } from 'node:crypto';
import { PassThrough, type Transform } from 'node:stream';
import { ChunkSignatures } from './chunk-signatures.ts';
import { ChunkedPayload } from './chunked-payload.ts';
import { SignatureError } from './failure.ts';
import type { ParsedSignature } from './parse.ts';
import { type PayloadKind, payloadKind } from './payload-kind.ts';
import { headerValues, type SignedHttpRequest } from './request.ts';
import { VerifyingTransform } from './verifying-transform.ts';

/**
 * A stream that takes the body of an S3 request as it comes over the wire and gives the object's bytes, if the body
 * is what the signature says. Else it errors with a `SignatureError` (`content-sha256-mismatch`, `chunk-mismatch`,
 * `chunk-malformed`, `chunk-too-small`, `length-mismatch`, `checksum-mismatch`) before its last bytes: use
 * `pipeline`, which then aborts the destination too.
 *
 * Only for requests that `verifySignature` accepted: their signature is where the chain of chunk signatures
 * begins. Throws `SignatureError` (`incomplete`, `malformed`, `ambiguous`) if the headers of a chunked body are not
 * as they must be, and `TypeError` for services other than S3, whose bodies are hashed before verification.
 */
export function createPayloadVerifier(
  parsed: ParsedSignature,
  key: { readonly secretKey: string },
  request: SignedHttpRequest,
): Transform {
  const kind = payloadKind(parsed);
  switch (kind.kind) {
    case 'whole':
      throw new TypeError('only S3 bodies are verified while they stream');
    case 'unsigned':
      return new PassThrough();
    case 'exact':
      return new ExactPayload(kind.canonical);
    case 'streaming':
      return new ChunkedPayload({
        decodedLength: decodedLength(request),
        signatures: kind.signed ? new ChunkSignatures(parsed, key.secretKey) : undefined,
        trailer: trailerNames(request, kind),
      });
  }
}

/**
 * The checksums that came in the trailer of a body, under their headers' names in lower case: complete once `payload`,
 * made by `createPayloadVerifier`, has ended. Empty for a body without a trailer.
 */
export function trailingChecksums(payload: Transform): ReadonlyMap<string, string> {
  return payload instanceof ChunkedPayload ? payload.verifiedChecksums : new Map();
}

/** Passes a body on and compares its SHA-256 at the end. */
class ExactPayload extends VerifyingTransform {
  readonly #expected: string;
  readonly #hash = createHash('sha256');

  constructor(expected: string) {
    super();
    this.#expected = expected;
  }

  protected override receive(bytes: Buffer): void {
    this.#hash.update(bytes);
    this.release(bytes);
  }

  protected override finish(): void {
    if (this.#hash.digest('hex') !== this.#expected) {
      throw new SignatureError(
        'content-sha256-mismatch',
        'the body is not the one that x-amz-content-sha256 names',
      );
    }
  }
}

function decodedLength(request: SignedHttpRequest): number {
  const [value, ...more] = headerValues(request, 'x-amz-decoded-content-length');
  if (value === undefined) throw new SignatureError('incomplete', 'x-amz-decoded-content-length is missing');
  if (more.length > 0) throw new SignatureError('ambiguous', 'more than one x-amz-decoded-content-length');
  if (!/^\d{1,15}$/.test(value)) {
    throw new SignatureError('malformed', 'x-amz-decoded-content-length is not a number of bytes');
  }
  return Number(value);
}

function trailerNames(request: SignedHttpRequest, kind: PayloadKind & { kind: 'streaming' }): string[] {
  const names = headerValues(request, 'x-amz-trailer')
    .flatMap((value) => value.split(','))
    .map((name) => name.trim().toLowerCase());
  if (kind.trailer && names.length === 0) throw new SignatureError('incomplete', 'x-amz-trailer is missing');
  if (!kind.trailer && names.length > 0) {
    throw new SignatureError('malformed', 'x-amz-trailer with a payload that has no trailer');
  }
  return names;
}
