import type { ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';

/** The namespace before `#` in `__type`, the status, and whether AWS spells the text's name with a capital. */
const table = {
  AccessDeniedException: { namespace: 'com.amazon.coral.service', status: 400, text: 'Message' },
  ExpiredTokenException: { namespace: 'com.amazon.coral.service', status: 400, text: 'message' },
  IncompleteSignatureException: { namespace: 'com.amazon.coral.service', status: 400, text: 'message' },
  InternalServerError: { namespace: 'com.amazonaws.dynamodb.v20120810', status: 500, text: 'message' },
  InvalidSignatureException: { namespace: 'com.amazon.coral.service', status: 400, text: 'message' },
  MissingAuthenticationTokenException: {
    namespace: 'com.amazon.coral.service',
    status: 400,
    text: 'message',
  },
  RequestEntityTooLargeException: { namespace: 'com.amazon.coral.service', status: 413, text: 'message' },
  SerializationException: { namespace: 'com.amazon.coral.service', status: 400, text: 'message' },
  ServiceUnavailableException: { namespace: 'com.amazon.coral.service', status: 503, text: 'message' },
  UnknownOperationException: { namespace: 'com.amazon.coral.service', status: 400, text: 'message' },
  UnrecognizedClientException: { namespace: 'com.amazon.coral.service', status: 400, text: 'message' },
  ValidationException: { namespace: 'com.amazon.coral.validate', status: 400, text: 'message' },
} as const;

/** An error in DynamoDB's own terms. `message` goes on the wire, `reason` only to the log. */
export class DynamoDbError extends Error {
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

export function invalid(message: string): DynamoDbError {
  return new DynamoDbError('ValidationException', message);
}

/** Writes the error as AWS JSON 1.0 does, with the checksum that some SDKs verify on DynamoDB's answers. */
export function writeDynamoDbError(response: ServerResponse, error: DynamoDbError): void {
  const { namespace, status, text } = table[error.code];
  const body = Buffer.from(JSON.stringify({ __type: `${namespace}#${error.code}`, [text]: error.message }));
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': body.length,
    'x-amz-crc32': crc32(body),
  });
  response.end(body);
}
