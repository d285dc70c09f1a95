import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SignedHttpRequest } from '@daypass/sigv4';

export type Header = readonly [name: string, value: string];

/**
 * The request as it came over the wire, one character a byte: what signatures are made over. Undefined for a target
 * that is not a plain path, such as an absolute URL or `*`.
 */
export function wireRequest(request: IncomingMessage): SignedHttpRequest | undefined {
  const { method = '', url = '', rawHeaders } = request;
  if (!url.startsWith('/')) return undefined;
  const question = url.indexOf('?');
  const headers: Header[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    headers.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  return {
    method,
    path: question === -1 ? url : url.slice(0, question),
    query: question === -1 ? '' : url.slice(question + 1),
    headers,
  };
}

/** Lets a client send its body that waits to be asked for it (RFC 9110 section 10.1.1). */
export function inviteBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
}

/** The client went away before its request was complete: there is nobody left to answer. */
export class ClientLeft extends Error {
  constructor() {
    super('the client went away before its request was complete');
    this.name = 'ClientLeft';
  }
}

/** The body as one piece; undefined once it is longer than `limit` bytes. Rejects with `ClientLeft`. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
  const chunks: Buffer[] = [];
  let length = 0;
  // The stream flows on past the limit, so that the refusal can still be read.
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > limit) resolve(undefined);
    else chunks.push(chunk);
  });
  request.once('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
  whenClientLeaves(request, reject);
  return promise;
}

/** Calls back once the client is gone before its request was complete; returns what takes that back. */
export function whenClientLeaves(request: IncomingMessage, left: (error: ClientLeft) => void): () => void {
  const closed = () => {
    if (!request.complete) left(new ClientLeft());
  };
  if (request.destroyed) closed();
  request.once('close', closed);
  return () => request.off('close', closed);
}
