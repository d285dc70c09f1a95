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

/**
 * The body as one piece; undefined once it is longer than `limit` bytes. Rejects when the client goes away.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop must not destroy the connection: the refusal still has to be sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes: Buffer = chunk;
    length += bytes.length;
    if (length > limit) return undefined;
    chunks.push(bytes);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
}
