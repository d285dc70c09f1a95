import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Cross-origin rules of the API: any page may call, since a request carries its own proof (a token or a signature)
 * and never a cookie. Source: the headers Amazon Cognito Identity answers with.
 */
export const apiCors: readonly string[] = [
  'access-control-allow-origin',
  '*',
  'access-control-expose-headers',
  'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date',
];

/** Seconds a browser may keep the answer to a preflight; browsers cap it at two hours and less. */
const maxAge = '7200';

/** Answers a preflight: every method the services know, and the very headers the browser asks for. */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  const asked = request.headers['access-control-request-headers'];
  response.writeHead(200, {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE',
    ...(asked !== undefined && { 'access-control-allow-headers': asked }),
    'access-control-max-age': maxAge,
    vary: 'Access-Control-Request-Headers',
    'content-length': '0',
  });
  response.end();
}
