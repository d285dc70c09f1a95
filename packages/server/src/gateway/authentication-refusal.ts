import { SignatureError } from '@daypass/sigv4';
import { CredentialError } from './authenticate.ts';

/** What the framework in front of AWS's JSON services answers when it cannot tell who asks. */
export interface AuthenticationRefusal {
  readonly code:
    | 'ExpiredTokenException'
    | 'IncompleteSignatureException'
    | 'InvalidSignatureException'
    | 'MissingAuthenticationTokenException'
    | 'UnrecognizedClientException';
  readonly message: string;
  /** For the log. */
  readonly reason: string;
}

/** AWS's words for a failed authentication at a service other than S3; undefined for an error of another kind. */
export function authenticationRefusal(error: unknown, service: string): AuthenticationRefusal | undefined {
  if (error instanceof CredentialError) return { ...credentialRefusals[error.kind], reason: error.message };
  if (!(error instanceof SignatureError)) return undefined;
  return { ...signatureRefusal(error, service), reason: error.message };
}

const missing = {
  code: 'MissingAuthenticationTokenException',
  message: 'Request is missing Authentication Token',
} as const;
const unrecognised = {
  code: 'UnrecognizedClientException',
  message: 'The security token included in the request is invalid.',
} as const;

const credentialRefusals = {
  missing,
  'unknown-key': unrecognised,
  'unknown-token': unrecognised,
  'expired-token': {
    code: 'ExpiredTokenException',
    message: 'The security token included in the request is expired',
  },
} as const;

function signatureRefusal(
  { reason, message }: SignatureError,
  service: string,
): Omit<AuthenticationRefusal, 'reason'> {
  switch (reason) {
    case 'missing':
      return missing;
    case 'incomplete':
    case 'malformed':
    case 'ambiguous':
    case 'unsupported-algorithm':
    case 'unsigned-header':
      return {
        code: 'IncompleteSignatureException',
        message: `The request signature does not conform to AWS standards: ${message}`,
      };
    case 'skewed':
    case 'not-yet-valid':
    case 'expired':
      return {
        code: 'InvalidSignatureException',
        message: 'Signature expired: the time of the request is too far from the time of the server.',
      };
    case 'wrong-scope':
      return {
        code: 'InvalidSignatureException',
        message: `Credential should be scoped to a valid region and to the correct service: '${service}'.`,
      };
    default:
      return {
        code: 'InvalidSignatureException',
        message:
          'The request signature we calculated does not match the signature you provided. ' +
          'Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      };
  }
}
