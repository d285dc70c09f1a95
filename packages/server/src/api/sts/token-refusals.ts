import { ServiceError } from '../../errors.ts';
import { TokenRefused } from '../../tokens/refusal.ts';

/**
 * What STS says to a web identity token that proves nothing. Texts are those seen on the wire; where none is known
 * (`issuer`, `not-yet-valid`, `signature`, `denied`, an outage) a plain one of our own stands in.
 * Anything but a refused token is passed on as it is.
 */
export function webIdentityRefused(error: unknown): unknown {
  const refused = refusedToken(error);
  if (refused === undefined) return error;
  const { refusal, message: reason } = refused;
  const because = { reason, cause: refused };
  const invalid = (text: string) => new ServiceError('InvalidIdentityToken', text, because);
  switch (refusal.kind) {
    case 'not-a-jwt':
    case 'not-saml':
    case 'replayed':
      return invalid(
        'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
      );
    case 'missing-claim':
      return invalid(`Missing a required claim: ${refusal.claim}`);
    case 'issuer':
    case 'unsupported-provider':
      return invalid('The token was issued by another provider.');
    case 'audience':
      return invalid('Incorrect token audience');
    case 'not-yet-valid':
      return invalid('The token is not valid yet.');
    case 'signature':
      return invalid("Couldn't verify signed token.");
    case 'expired':
      return new ServiceError('ExpiredTokenException', expiredText(refusal.at), because);
    case 'denied':
      return new ServiceError('IDPRejectedClaim', 'The identity provider rejected the token.', because);
    case 'keys-unavailable':
      return invalid(
        "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
      );
    case 'provider-unavailable':
      return new ServiceError(
        'IDPCommunicationError',
        'The identity provider could not be reached to verify the token.',
        because,
      );
  }
}

/**
 * The same for a SAML response. The code on the wire is InvalidIdentityToken even where AWS's text goes on, in brackets,
 * with that of a service behind STS (AuthSamlInvalidSamlResponseException), which there is none of here.
 * Source: IAM User Guide, "Troubleshoot SAML federation with IAM".
 */
export function rejectSaml(error: unknown): never {
  if (!(error instanceof TokenRefused)) throw error;
  const because = { reason: error.message, cause: error };
  const invalid = (text: string) => new ServiceError('InvalidIdentityToken', text, because);
  switch (error.kind) {
    case 'issuer':
      throw invalid('Issuer not present in specified provider');
    case 'audience':
      throw invalid('Response does not contain the required audience.');
    case 'signature':
      throw invalid('Response signature invalid');
    case 'expired':
      throw new ServiceError(
        'ExpiredTokenException',
        'Token must be redeemed within 5 minutes of issuance',
        because,
      );
    case 'replayed':
      throw invalid('The assertion has been used already.');
    default:
      throw invalid('Invalid SAML response.');
  }
}

/** Opaque tokens are refused in the words of Cognito, which keep the refusal as their cause. */
function refusedToken(error: unknown): TokenRefused | undefined {
  const refused = error instanceof ServiceError ? error.cause : error;
  return refused instanceof TokenRefused ? refused : undefined;
}

function expiredText(at: { readonly now: number; readonly expiresAt: number } | undefined): string {
  return at === undefined
    ? 'The token has expired.'
    : `Token expired: current date/time ${at.now} must be before the expiration date/time ${at.expiresAt}`;
}
