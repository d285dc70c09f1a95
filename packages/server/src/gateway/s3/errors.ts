import type { ServerResponse } from 'node:http';

/** Source: Amazon S3 API Reference, "Error responses". */
const statuses = {
  AccessDenied: 403,
  AccessForbidden: 403,
  AuthorizationHeaderMalformed: 400,
  AuthorizationQueryParametersError: 400,
  BadDigest: 400,
  BadRequest: 400,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  ExpiredToken: 400,
  IncompleteBody: 400,
  IncompleteSignature: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidPolicyDocument: 400,
  InvalidRequest: 400,
  InvalidToken: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MalformedPOSTRequest: 400,
  MalformedXML: 400,
  MaxMessageLengthExceeded: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  MissingSecurityHeader: 400,
  NotImplemented: 501,
  RequestTimeTooSkewed: 403,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  XAmzContentSHA256Mismatch: 400,
} as const;

/** An error in S3's own terms. `message` goes on the wire, `reason` only to the log. */
export class S3Error extends Error {
  readonly code: keyof typeof statuses;
  readonly reason: string;

  constructor(code: keyof typeof statuses, message: string, reason: string = message) {
    super(message);
    this.name = code;
    this.code = code;
    this.reason = reason;
  }

  /** Whether the fault is not the caller's. */
  get isFault(): boolean {
    return statuses[this.code] >= 500 && this.code !== 'NotImplemented';
  }
}

/** Writes the error as S3 does: XML, or the status alone where an answer has no body. `resource` is the path. */
export function writeS3Error(
  response: ServerResponse,
  error: S3Error,
  context: { readonly requestId: string; readonly resource: string; readonly bodiless: boolean },
): void {
  const { requestId, resource, bodiless } = context;
  if (bodiless) {
    response.writeHead(statuses[error.code]);
    response.end();
    return;
  }
  const body = Buffer.from(
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      `<Error><Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message>` +
      `<Resource>${escapeXml(resource)}</Resource><RequestId>${escapeXml(requestId)}</RequestId></Error>`,
  );
  response.writeHead(statuses[error.code], {
    'content-type': 'application/xml',
    'content-length': body.length,
  });
  response.end(body);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Escapes text for XML 1.0; characters that XML cannot hold become U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"']/g, (character) => entities[character] ?? '')
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
    .replaceAll('\r', '&#13;');
}
