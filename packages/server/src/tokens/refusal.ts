import { ServiceError } from '../errors.ts';

/** Why a token proves nothing. */
export type Refusal =
  /** The pool does not accept this provider, or not this client of it. */
  | { readonly kind: 'unsupported-provider' }
  /** Not a JWS with a JSON object as payload and well-formed claims. */
  | { readonly kind: 'not-a-jwt' }
  /** Not a SAML response with an assertion that is well-formed and valid by now. */
  | { readonly kind: 'not-saml' }
  /** A SAML assertion that has served already. */
  | { readonly kind: 'replayed' }
  | { readonly kind: 'missing-claim'; readonly claim: string }
  | { readonly kind: 'issuer' }
  | { readonly kind: 'audience' }
  /** The times (epoch seconds) are absent when a provider only says that its opaque token has expired. */
  | { readonly kind: 'expired'; readonly at?: { readonly now: number; readonly expiresAt: number } }
  /** `nbf` or `iat` lies further ahead than clocks may differ. */
  | { readonly kind: 'not-yet-valid' }
  /** No key of the issuer made this signature, or not with an algorithm of that key. */
  | { readonly kind: 'signature' }
  /** The provider was asked about the token and said no. */
  | { readonly kind: 'denied' }
  /** The issuer's keys could not be fetched and no usable ones are cached. */
  | { readonly kind: 'keys-unavailable' }
  /** The provider that must be asked about the token did not answer. */
  | { readonly kind: 'provider-unavailable' };

/** A token that proves nothing. `message` is for operators and never holds any part of the token's signature. */
export class TokenRefused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'TokenRefused';
    this.refusal = refusal;
  }

  get kind(): Refusal['kind'] {
    return this.refusal.kind;
  }
}

const unsupportedProvider = 'Token is not from a supported provider of this identity pool.';

/**
 * What Amazon Cognito says to a refused token. Its texts are those seen on the wire; where none is known
 * (`not-saml`, `replayed`, `not-yet-valid`, `denied`, the two outages) the nearest known text, or a plain one of our own, stands in.
 */
export function cognitoError(refused: TokenRefused): ServiceError {
  const because = { reason: refused.message, cause: refused };
  const { refusal } = refused;
  switch (refusal.kind) {
    case 'unsupported-provider':
      return new ServiceError('NotAuthorizedException', unsupportedProvider, because);
    case 'not-a-jwt':
    case 'not-yet-valid':
      return invalidLogin('Not a valid OpenId Connect identity token.', because);
    case 'missing-claim':
      return invalidLogin(`Missing a required claim: ${refusal.claim}`, because);
    case 'issuer':
      return invalidLogin("Issuer doesn't match providerName", because);
    case 'audience':
      return invalidLogin('Incorrect token audience.', because);
    case 'expired':
      return invalidLogin(
        refusal.at ? `Token expired: ${refusal.at.now} >= ${refusal.at.expiresAt}` : 'Token is expired.',
        because,
      );
    case 'not-saml':
    case 'signature':
    case 'denied':
      return invalidLogin("Couldn't verify signed token.", because);
    case 'replayed':
      return invalidLogin('The SAML assertion has been used already.', because);
    case 'keys-unavailable':
      return new ServiceError(
        'ExternalServiceException',
        "Couldn't retrieve verification key from the identity provider.",
        because,
      );
    case 'provider-unavailable':
      return new ServiceError('ExternalServiceException', 'The identity provider is unavailable.', because);
  }
}

/** A token of our own pools given where only other providers' tokens are legal (GetId). */
export function cognitoTokenNotAccepted(): ServiceError {
  return invalidLogin("Can't pass in a Cognito token.", {
    reason: 'a token of this service is not a login here',
  });
}

/** Something else given as a token of our own pools. */
export function notACognitoToken(reason: string): ServiceError {
  return invalidLogin('Not a Cognito token.', { reason });
}

/** The developer provider's name used as a key of a public Logins map. */
export function notAPublicProvider(): ServiceError {
  return new ServiceError('InvalidParameterException', 'Please provide a valid public provider', {
    reason: 'the developer provider is for GetOpenIdTokenForDeveloperIdentity only',
  });
}

function invalidLogin(detail: string, because: { reason: string; cause?: unknown }): ServiceError {
  return new ServiceError('NotAuthorizedException', `Invalid login token. ${detail}`, because);
}
