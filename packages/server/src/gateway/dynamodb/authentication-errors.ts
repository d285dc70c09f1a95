import { SignatureError } from '@daypass/sigv4';
import { CredentialError } from '../authenticate.ts';
import { DynamoDbError } from './errors.ts';

/** DynamoDB's own words for a failed authentication; undefined for an error of another kind. */
export function authenticationError(error: unknown): DynamoDbError | undefined {
  if (error instanceof CredentialError) {
    switch (error.kind) {
      case 'missing':
        return new DynamoDbError(
          'MissingAuthenticationTokenException',
          'Request is missing Authentication Token',
          error.message,
        );
      case 'expired-token':
        return new DynamoDbError(
          'ExpiredTokenException',
          'The security token included in the request is expired',
          error.message,
        );
      case 'unknown-key':
      case 'unknown-token':
        return new DynamoDbError(
          'UnrecognizedClientException',
          'The security token included in the request is invalid.',
          error.message,
        );
    }
  }
  if (!(error instanceof SignatureError)) return undefined;
  switch (error.reason) {
    case 'missing':
      return new DynamoDbError(
        'MissingAuthenticationTokenException',
        'Request is missing Authentication Token',
        error.message,
      );
    case 'incomplete':
    case 'malformed':
    case 'ambiguous':
    case 'unsupported-algorithm':
    case 'unsigned-header':
      return new DynamoDbError(
        'IncompleteSignatureException',
        `The request signature does not conform to AWS standards: ${error.message}`,
        error.message,
      );
    case 'skewed':
    case 'not-yet-valid':
    case 'expired':
      return new DynamoDbError(
        'InvalidSignatureException',
        'Signature expired: the time of the request is too far from the time of the server.',
        error.message,
      );
    case 'wrong-scope':
      return new DynamoDbError(
        'InvalidSignatureException',
        `Credential should be scoped to a valid region and to the correct service: 'dynamodb'.`,
        error.message,
      );
    default:
      return new DynamoDbError(
        'InvalidSignatureException',
        'The request signature we calculated does not match the signature you provided. ' +
          'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
        error.message,
      );
  }
}
