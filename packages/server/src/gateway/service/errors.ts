import type { ServerResponse } from 'node:http';
import { escapeXml } from '../s3/errors.ts';
import type { Protocol } from './call.ts';

/** The code of JSON and REST services, the one of the Query protocol, and the status under AWS JSON and the others. */
const table = {
  AccessDeniedException: { query: 'AccessDenied', status: 403, json: 400 },
  ExpiredTokenException: { query: 'ExpiredToken', status: 403, json: 400 },
  IncompleteSignatureException: { query: 'IncompleteSignature', status: 400, json: 400 },
  InternalFailure: { query: 'InternalFailure', status: 500, json: 500 },
  InvalidSignatureException: { query: 'SignatureDoesNotMatch', status: 403, json: 400 },
  MissingAuthenticationTokenException: { query: 'MissingAuthenticationToken', status: 403, json: 400 },
  RequestEntityTooLargeException: { query: 'RequestEntityTooLarge', status: 413, json: 413 },
  ServiceUnavailableException: { query: 'ServiceUnavailable', status: 503, json: 503 },
  UnknownOperationException: { query: 'InvalidAction', status: 404, json: 400 },
  UnrecognizedClientException: { query: 'InvalidClientTokenId', status: 403, json: 400 },
} as const;

/**
 * An error in the terms that AWS's services have in common. `message` goes on the wire, `reason` only to the log.
 * Source: "Common Errors" in each service's API reference.
 */
export class GenericError extends Error {
  readonly code: keyof typeof table;
  readonly reason: string;

  constructor(code: keyof typeof table, message: string, reason: string = message) {
    super(message);
    this.name = code;
    this.code = code;
    this.reason = reason;
  }

  /** Whether the fault is not the caller's. */
  get isFault(): boolean {
    return table[this.code].status >= 500;
  }
}

export function writeGenericError(
  response: ServerResponse,
  { code, message, isFault }: GenericError,
  { protocol, requestId }: { readonly protocol: Protocol; readonly requestId: string },
): void {
  const { query, status, json } = table[code];
  if (protocol === 'query') {
    const type = isFault ? 'Receiver' : 'Sender';
    const error = `<Error><Type>${type}</Type><Code>${query}</Code><Message>${escapeXml(message)}</Message></Error>`;
    const xml = `<ErrorResponse>${error}<RequestId>${escapeXml(requestId)}</RequestId></ErrorResponse>`;
    write(response, status, 'text/xml', xml);
    return;
  }
  response.setHeader('x-amzn-errortype', code);
  if (protocol === 'json')
    write(response, json, 'application/x-amz-json-1.0', JSON.stringify({ __type: code, message }));
  else write(response, status, 'application/json', JSON.stringify({ message }));
}

function write(response: ServerResponse, status: number, contentType: string, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(status, { 'content-type': contentType, 'content-length': body.length });
  response.end(body);
}
