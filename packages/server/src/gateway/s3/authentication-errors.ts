import { SignatureError } from '@daypass/sigv4';
import { CredentialError } from '../authenticate.ts';
import { S3Error } from './errors.ts';

/** S3's own words for a failed authentication or a body that is not what was signed; undefined for another error. */
export function authenticationError(error: unknown): S3Error | undefined {
  if (error instanceof CredentialError) return credentialError(error);
  if (!(error instanceof SignatureError)) return undefined;
  const { message, reason } = error;
  switch (reason) {
    case 'missing':
      return new S3Error('AccessDenied', 'Access Denied', message);
    case 'incomplete':
    case 'malformed':
      return new S3Error(
        'AuthorizationHeaderMalformed',
        `The authorization header is malformed; ${message}.`,
        message,
      );
    case 'wrong-scope':
      return new S3Error(
        'AuthorizationHeaderMalformed',
        `The authorization header is malformed; ${message}.`,
        message,
      );
    case 'ambiguous':
      return new S3Error(
        'InvalidArgument',
        'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
        message,
      );
    case 'unsupported-algorithm':
      return new S3Error(
        'InvalidRequest',
        'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
        message,
      );
    case 'unsigned-header':
      return new S3Error(
        'AccessDenied',
        'There were headers present in the request which were not signed',
        message,
      );
    case 'skewed':
      return new S3Error(
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
        message,
      );
    case 'not-yet-valid':
      return new S3Error('AccessDenied', 'Request is not valid yet', message);
    case 'expired':
      return new S3Error('AccessDenied', 'Request has expired', message);
    case 'mismatch':
    case 'chunk-mismatch':
      return new S3Error(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
        message,
      );
    case 'content-sha256-mismatch':
      return new S3Error(
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
        message,
      );
    case 'chunk-malformed':
    case 'length-mismatch':
      return new S3Error('IncompleteBody', 'The request body terminated unexpectedly', message);
    case 'checksum-mismatch':
      return new S3Error(
        'BadDigest',
        'The checksum you specified did not match the calculated checksum.',
        message,
      );
    case 'policy-condition':
      return new S3Error('AccessDenied', `Invalid according to Policy: ${message}`, message);
  }
}

function credentialError({ kind, message }: CredentialError): S3Error {
  switch (kind) {
    case 'missing':
      return new S3Error('AccessDenied', 'Access Denied', message);
    case 'unknown-key':
      return new S3Error(
        'InvalidAccessKeyId',
        'The AWS Access Key Id you provided does not exist in our records.',
        message,
      );
    case 'unknown-token':
      return new S3Error('InvalidToken', 'The provided token is malformed or otherwise invalid.', message);
    case 'expired-token':
      return new S3Error('ExpiredToken', 'The provided token has expired.', message);
  }
}
