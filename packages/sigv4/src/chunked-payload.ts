import { createHash } from 'node:crypto';
import { AwsChunkedParser } from './aws-chunked.ts';
import { type Checksum, checksumOf } from './checksum.ts';
import type { ChunkSignatures } from './chunk-signatures.ts';
import { SignatureError } from './failure.ts';
import { VerifyingTransform } from './verifying-transform.ts';

/** A signed chunk is held in memory until its signature is checked. SDKs send 64 to 128 KiB. */
const largestSignedChunk = 16 * 1024 * 1024;
/** S3 refuses a smaller chunk that is not the last one (`InvalidChunkSizeError`). */
const smallestChunk = 8192;

export interface ChunkedPayloadOptions {
  /** `x-amz-decoded-content-length`. */
  readonly decodedLength: number;
  /** What checks the chunks' signatures; `undefined` if they have none. */
  readonly signatures: ChunkSignatures | undefined;
  /** The names in `x-amz-trailer`, in lower case. */
  readonly trailer: readonly string[];
}

/** Decodes an `aws-chunked` body; the bytes of a signed chunk are passed on once its signature is checked. */
export class ChunkedPayload extends VerifyingTransform {
  /** Those of the trailer, under their headers' names in lower case; filled in at the end, when they are verified. */
  readonly verifiedChecksums = new Map<string, string>();
  readonly #signatures: ChunkSignatures | undefined;
  readonly #checksums: ReadonlyMap<string, Checksum>;
  readonly #parser: AwsChunkedParser;
  #left: number;
  #chunkSize = smallestChunk;
  #chunkSignature = '';
  #chunkHash = createHash('sha256');
  #chunkPieces: Buffer[] = [];

  /** Throws `malformed` for a trailer that is not a checksum. */
  constructor(options: ChunkedPayloadOptions) {
    super();
    this.#signatures = options.signatures;
    this.#left = options.decodedLength;
    this.#checksums = new Map(options.trailer.map((name) => [name, knownChecksum(name)]));
    this.#parser = new AwsChunkedParser({
      chunk: (size, signature) => this.#beginChunk(size, signature),
      data: (piece) => this.#addData(piece),
      chunkEnd: () => this.#endChunk(),
    });
  }

  protected override receive(bytes: Buffer): void {
    this.#parser.write(bytes);
  }

  protected override finish(): void {
    const trailer = this.#parser.end();
    if (this.#signatures !== undefined && this.#checksums.size > 0) {
      const signature = trailer.get('x-amz-trailer-signature') ?? '';
      if (!/^[0-9a-f]{64}$/.test(signature)) throw malformed('the trailer is not signed');
      trailer.delete('x-amz-trailer-signature');
      this.#signatures.verifyTrailer(signature, trailer);
    }
    for (const name of trailer.keys()) {
      if (!this.#checksums.has(name))
        throw malformed('the trailer has a header that x-amz-trailer does not name');
    }
    for (const [name, checksum] of this.#checksums) {
      const sent = trailer.get(name);
      if (sent === undefined) throw malformed('the trailer lacks a header that x-amz-trailer names');
      if (sent !== checksum.digest())
        throw new SignatureError('checksum-mismatch', `${name} is not of this body`);
      this.verifiedChecksums.set(name, sent);
    }
  }

  #beginChunk(size: number, signature: string | undefined): void {
    if ((signature === undefined) !== (this.#signatures === undefined)) {
      throw malformed('the chunks are not signed as x-amz-content-sha256 says');
    }
    if (size > this.#left || (size === 0 && this.#left > 0)) {
      throw new SignatureError('length-mismatch', 'the body is not as long as x-amz-decoded-content-length');
    }
    if (size > 0 && this.#chunkSize < smallestChunk) {
      throw new SignatureError(
        'chunk-too-small',
        'a chunk that is not the last one has less than 8192 bytes',
      );
    }
    if (signature !== undefined && size > largestSignedChunk) throw malformed('a signed chunk is too large');
    this.#left -= size;
    this.#chunkSize = size;
    this.#chunkSignature = signature ?? '';
  }

  #addData(piece: Buffer): void {
    for (const checksum of this.#checksums.values()) checksum.update(piece);
    if (this.#signatures === undefined) {
      this.release(piece);
      return;
    }
    this.#chunkHash.update(piece);
    this.#chunkPieces.push(piece);
  }

  #endChunk(): void {
    if (this.#signatures === undefined) return;
    this.#signatures.verifyChunk(this.#chunkSignature, this.#chunkHash.digest('hex'));
    for (const piece of this.#chunkPieces) this.release(piece);
    this.#chunkHash = createHash('sha256');
    this.#chunkPieces = [];
  }
}

function knownChecksum(name: string): Checksum {
  const checksum = checksumOf(name);
  if (checksum === undefined)
    throw new SignatureError('malformed', 'x-amz-trailer names what is no known checksum');
  return checksum;
}

function malformed(message: string): SignatureError {
  return new SignatureError('chunk-malformed', message);
}
