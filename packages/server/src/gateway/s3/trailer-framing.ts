import { Transform, type TransformCallback } from 'node:stream';

/** Bytes of each chunk but the last. Stores hold no more than a few MiB of one. */
const chunkSize = 1024 * 1024;

/**
 * Puts a body of a known length into `aws-chunked` framing without signatures, with a checksum in the trailer that is
 * known only once the body is through. Source: Amazon S3 API Reference, "Signature calculations for trailing headers".
 */
export class TrailerFraming extends Transform {
  readonly #length: number;
  readonly #trailer: () => string;
  #sent = 0;

  /** `trailer` is asked for the line, without its end, when all bytes have come. */
  constructor(length: number, trailer: () => string) {
    super();
    this.#length = length;
    this.#trailer = trailer;
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    for (let at = 0; at < bytes.length; ) {
      const within = this.#sent % chunkSize;
      if (within === 0) this.push(`${sizeOf(this.#length - this.#sent).toString(16)}\r\n`);
      const piece = bytes.subarray(at, at + chunkSize - within);
      this.push(piece);
      at += piece.length;
      this.#sent += piece.length;
      if (this.#sent % chunkSize === 0 || this.#sent === this.#length) this.push('\r\n');
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    this.push(`0\r\n${this.#trailer()}\r\n\r\n`);
    done();
  }
}

/** How long a framed body is, in bytes, for one of `length` bytes and a trailer line of `trailerLength` characters. */
export function framedLength(length: number, trailerLength: number): number {
  const whole = Math.floor(length / chunkSize);
  const rest = length % chunkSize;
  const chunks = whole * framedChunk(chunkSize) + (rest === 0 ? 0 : framedChunk(rest));
  return chunks + '0\r\n\r\n\r\n'.length + trailerLength;
}

function framedChunk(size: number): number {
  return size.toString(16).length + size + '\r\n\r\n'.length;
}

function sizeOf(left: number): number {
  return Math.min(left, chunkSize);
}
