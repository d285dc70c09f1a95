import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLocal } from './client.ts';

/**
 * Whether a request may read the metrics: with the token as a bearer token (RFC 6750), or without one when a process of
 * this machine asks itself.
 */
export function mayScrape(request: IncomingMessage, token: string | undefined): boolean {
  if (token === undefined) return isLocal(request);
  return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`));
}

/** Of one length, whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
