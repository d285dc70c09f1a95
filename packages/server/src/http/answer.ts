import type { ServerResponse } from 'node:http';
import type { ApiResponse } from '../api/service.ts';

/**
 * What every answer of the API says to browsers: any page may read it, since a request carries its own proof (a token
 * or a signature) and never a cookie. Source: the headers Amazon Cognito Identity answers with.
 */
const cors: readonly string[] = [
  'access-control-allow-origin',
  '*',
  'access-control-expose-headers',
  'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date',
];

export function writeAnswer(response: ServerResponse, answer: ApiResponse, requestId: string): void {
  const { status, contentType, body, error } = answer;
  const length = Buffer.byteLength(body);
  const headers = [
    'content-type',
    contentType,
    'content-length',
    String(length),
    'x-amzn-requestid',
    requestId,
    ...cors,
  ];
  if (error !== undefined) {
    headers.push('x-amzn-errortype', `${error.code}:`, 'x-amzn-errormessage', headerText(error.message));
    // The rest of a body that was not read makes the connection useless.
    if (!response.req.complete) headers.push('connection', 'close');
  }
  response.writeHead(status, headers);
  // Plain ASCII, as nearly every answer is, goes out without being encoded again.
  response.end(body, length === body.length ? 'latin1' : 'utf8');
}

/** A message may repeat what the client sent; in a header only printable ASCII may stand. */
function headerText(message: string): string {
  return message.replace(/[^\x20-\x7e]/g, '?').slice(0, 1024);
}

/** A public document that verifiers of our tokens keep for a while. `maxAge` in seconds. */
export function writeDocument(response: ServerResponse, document: { json: object; maxAge: number }): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'cache-control': `public, max-age=${document.maxAge}`,
    'access-control-allow-origin': '*',
  });
  response.end(JSON.stringify(document.json));
}

export function writeStatus(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ status: text }));
}
