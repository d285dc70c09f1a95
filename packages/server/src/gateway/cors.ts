import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * CORS for both data planes: any origin may call, since a signature and not an ambient cookie is what proves the
 * caller, and credentials mode is never allowed. Stores behind the gateway are not asked.
 */
const exposedHeaders = [
  // The wildcard is enough for current browsers; the names are for those that do not know it.
  '*',
  'Content-Length',
  'Content-Range',
  'Date',
  'ETag',
  'Last-Modified',
  'x-amz-crc32',
  'x-amz-delete-marker',
  'x-amz-request-id',
  'x-amz-version-id',
  'x-amzn-RequestId',
].join(', ');

/** Puts on the response what lets a page of another origin read it, errors included. */
export function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.origin === undefined) return;
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-expose-headers', exposedHeaders);
}

/** Answers a preflight and returns true, or returns false when the request is none. */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): boolean {
  const method = request.headers['access-control-request-method'];
  if (request.method !== 'OPTIONS' || request.headers.origin === undefined || method === undefined)
    return false;
  response.writeHead(200, {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, PUT, POST, DELETE, HEAD',
    'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
    'access-control-max-age': '3600',
    'content-length': '0',
    vary: 'Access-Control-Request-Headers',
  });
  response.end();
  return true;
}
