import type { IncomingMessage } from 'node:http';

/** The body is larger than this request may have. */
export class BodyTooLarge extends Error {
  constructor(limit: number) {
    super(`the body is larger than ${limit} bytes`);
    this.name = 'BodyTooLarge';
  }
}

/**
 * The whole body; `announced` is what Content-Length says, both in bytes. Throws `BodyTooLarge` as soon as that is known,
 * and fails when the client goes away.
 */
export function readBody(request: IncomingMessage, announced: number, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (announced > limit) {
      reject(new BodyTooLarge(limit));
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        request.removeAllListeners('data');
        reject(new BodyTooLarge(limit));
        return;
      }
      chunks.push(chunk);
    });
    request.on('end', () => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size));
    });
    request.on('error', reject);
    request.on('close', () => {
      // Every request is closed in the end; an error is made only when it matters, for its stack is dear.
      if (!request.complete) reject(new Error('the client went away before its request was complete'));
    });
  });
}

/** Ends the connection of a request whose body is not there after `limit` milliseconds. */
export function mustArriveWithin(limit: number, request: IncomingMessage): void {
  // Nearly every body comes along with its head and needs no timer.
  process.nextTick(() => {
    if (request.complete || request.destroyed) return;
    const timer = setTimeout(() => request.destroy(), limit);
    request.once('close', () => clearTimeout(timer));
  });
}
