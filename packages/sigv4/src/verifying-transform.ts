import { Transform, type TransformCallback } from 'node:stream';

/**
 * A stream that ends with an error instead of its last bytes if the whole turns out to be wrong. Whoever reads it
 * towards a declared length, such as a store behind a proxy, never gets a complete body that was not verified.
 */
export abstract class VerifyingTransform extends Transform {
  #held: Buffer | undefined;

  /** Some bytes have come. Calls `release` for what may go on; throws to refuse. */
  protected abstract receive(bytes: Buffer): void;

  /** All bytes have come. Throws to refuse them. */
  protected abstract finish(): void;

  /** Passes a piece on as soon as it is known not to be the last, or at the end. */
  protected release(piece: Buffer): void {
    if (this.#held !== undefined) this.push(this.#held);
    this.#held = piece;
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    attempt(done, () => {
      if (bytes.length > 0) this.receive(bytes);
    });
  }

  override _flush(done: TransformCallback): void {
    attempt(done, () => {
      this.finish();
      if (this.#held !== undefined) this.push(this.#held);
    });
  }
}

function attempt(done: TransformCallback, step: () => void): void {
  try {
    step();
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  done();
}
