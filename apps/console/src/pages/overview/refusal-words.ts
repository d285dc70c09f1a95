/** What the reasons of `daypass_refusals_total` mean; the codes of AWS that say it themselves are left out. */
const words: Readonly<Record<string, string>> = {
  'unsupported-provider': 'the pool does not accept this provider or client',
  'not-a-jwt': 'not a JSON Web Token at all',
  'not-saml': 'not a valid SAML assertion',
  'missing-claim': 'the token lacks a claim it must have',
  issuer: 'issued by somebody else than its login key says',
  audience: 'made for another app',
  expired: 'the token’s time is over: sign in again',
  'not-yet-valid': 'from the future: compare the clocks',
  signature: 'no key of the issuer signed it',
  replayed: 'the SAML assertion was used before, elsewhere',
  denied: 'the provider was asked and said no',
  'keys-unavailable': 'the issuer’s keys could not be fetched',
  'provider-unavailable': 'the provider did not answer',
  AccessDenied: 'a policy does not allow it',
  AccessDeniedException: 'a policy does not allow it',
  InvalidIdentityPoolConfigurationException: 'no role fits, or the role does not trust the pool',
  NotAuthorizedException: 'try the token to see which step failed',
  ResourceNotFoundException: 'something was asked for that does not exist',
  SignatureDoesNotMatch: 'signed with another secret key',
  TooManyRequestsException: 'over the rate limit',
  fault: 'an error of the service: see its log',
};

export function meaningOf(reason: string): string | undefined {
  return Object.hasOwn(words, reason) ? words[reason] : undefined;
}
