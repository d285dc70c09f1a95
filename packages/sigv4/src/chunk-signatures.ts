import { SignatureError } from './failure.ts';
import type { ParsedSignature } from './parse.ts';
import { scopeText, sha256Hex } from './signing-key.ts';
import { formatTimestamp } from './timestamp.ts';
import { isSignatureOf } from './verify.ts';

const emptySha256 = sha256Hex('');

/**
 * The signatures of a body's chunks, each over the one before it and the first over the request's (Amazon S3 API
 * Reference, "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks").
 */
export class ChunkSignatures {
  readonly #seed: ParsedSignature;
  readonly #secretKey: string;
  #previous: string;

  constructor(seed: ParsedSignature, secretKey: string) {
    this.#seed = seed;
    this.#secretKey = secretKey;
    this.#previous = seed.signature;
  }

  /** Throws `chunk-mismatch` unless this is the signature of the next chunk; `sha256` is of its data, in hex. */
  verifyChunk(signature: string, sha256: string): void {
    this.#verify('AWS4-HMAC-SHA256-PAYLOAD', `${emptySha256}\n${sha256}`, signature);
  }

  /** Throws `chunk-mismatch` unless this is the signature of the trailer, which comes after the last chunk. */
  verifyTrailer(signature: string, trailer: ReadonlyMap<string, string>): void {
    const lines = [...trailer].map(([name, value]) => `${name}:${value}\n`).sort();
    this.#verify('AWS4-HMAC-SHA256-TRAILER', sha256Hex(lines.join('')), signature);
  }

  #verify(kind: string, hashes: string, signature: string): void {
    const { scope, timestamp } = this.#seed;
    const text = [kind, formatTimestamp(timestamp), scopeText(scope), this.#previous, hashes].join('\n');
    if (!isSignatureOf(text, signature, scope, this.#secretKey)) {
      throw new SignatureError('chunk-mismatch', 'the signature of a chunk or of the trailer is not its own');
    }
    this.#previous = signature;
  }
}
