declare const proven: unique symbol;

/** A login that a token verifier has proven. The brand keeps every other floor from making one by hand. */
export interface Login {
  readonly [proven]: true;
  /** The login key: `accounts.google.com`, an OIDC issuer without its scheme, a user pool, a SAML provider ARN. */
  readonly provider: string;
  /** The user at that provider; unique and never reassigned there. */
  readonly subject: string;
  /** The client id (app id, consumer key) the token was issued to. */
  readonly audience: string;
  readonly issuer: string;
  /** What role mappings and principal tag maps may use. No prototype, frozen. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Epoch seconds; 0 when the token carries no expiry. */
  readonly expiresAt: number;
  /** The key of this login's provider in the pool's RoleMappings. */
  readonly roleMappingKey: string;
  /** The long `amr` entry of the pool's own token, such as `<provider arn>:OIDC:<subject>`. */
  readonly amr: string;
}

export type LoginFields = Omit<Login, typeof proven>;

/** Turns verified fields into a `Login`; called by the verifiers of this folder only. */
export function proveLogin(fields: LoginFields): Login {
  return fields as Login;
}

/** The providers one identity pool accepts, each already looked up (IAM providers by their ARN). */
export interface PoolProviders {
  /** Login key → app id; for `api.twitter.com`, `<consumer key>;<consumer secret>`. */
  readonly supportedLoginProviders: Readonly<Record<string, string>>;
  readonly openIdConnectProviders: readonly OpenIdConnectProvider[];
  readonly cognitoIdentityProviders: readonly CognitoIdentityProvider[];
  readonly samlProviders: readonly PoolSamlProvider[];
  readonly developerProviderName?: string;
  /** Login key → further client ids that are as good as the configured one (an app on several platforms). */
  readonly extraClientIds?: Readonly<Record<string, readonly string[]>>;
}

interface OpenIdConnectProvider {
  readonly arn: string;
  /** As registered: `https://host[/path]`. */
  readonly url: string;
  readonly clientIds: readonly string[];
  /** SHA-1 of authorities for its certificates, in lower-case hexadecimal; the trusted ones count without. */
  readonly thumbprints: readonly string[];
}

export interface CognitoIdentityProvider {
  /** `cognito-idp.<region>.amazonaws.com/<user pool id>` */
  readonly providerName: string;
  readonly clientId: string;
  readonly serverSideTokenCheck: boolean;
}

export interface SamlProvider {
  readonly arn: string;
  /** The identity provider's metadata document, as registered. */
  readonly metadata: string;
}

export interface PoolSamlProvider extends SamlProvider {
  /** The pool; an assertion that was shown to one is good for no other. */
  readonly poolId: string;
}

export interface TokenVerifier {
  /**
   * Proves one entry of a Logins map. Throws the `ServiceError` that Cognito answers, its `reason` being the
   * precise one.
   */
  verify(providerKey: string, token: string, providers: PoolProviders): Promise<Login>;
  /** Proves an id token for STS; throws `TokenRefused`, which STS puts into its own words. */
  verifyOidcToken(token: string, expected: OidcExpectation): Promise<OidcToken>;
  /** Proves a SAML response for STS; throws `TokenRefused`. It may still have been used: `spendSaml` says so. */
  verifySaml(response: string, provider: SamlProvider): Promise<SamlAssertion>;
  /** Uses an assertion up, once all else is well; throws `TokenRefused` (`replayed`) when it was used before. */
  spendSaml(assertion: SamlAssertion): Promise<void>;
  /** The same verifier, but `verify` does not keep that a pool was shown an assertion. */
  withoutTrace(): TokenVerifier;
  /** Ends connections and forgets every cached key and token. */
  close(): void;
}

export interface OidcExpectation {
  /** As registered, `https://host[/path]`; the token's `iss` must be exactly this. */
  readonly issuer: string;
  readonly clientIds: readonly string[];
  /** Those that the provider is registered with. */
  readonly thumbprints: readonly string[];
}

export interface OidcToken {
  readonly issuer: string;
  readonly subject: string;
  /** `azp` where the token has it, `aud` otherwise. */
  readonly audience: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/** What a signed SAML assertion says. */
export interface SamlAssertion {
  /** Its ID, which the identity provider gives to no other one. */
  readonly id: string;
  /** The identity provider's entity id. */
  readonly issuer: string;
  /** The one of our audiences that it names. */
  readonly audience: string;
  /** The NameID, and its Format. */
  readonly subject: string;
  readonly subjectFormat: string | undefined;
  /** The Recipient of the subject confirmation, which STS calls the audience. */
  readonly recipient: string;
  /** Epoch seconds: the earliest NotOnOrAfter. */
  readonly expiresAt: number;
  /** Name → value, or values where there are several. No prototype, frozen. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What was done with SAML assertions, known to all workers and nodes until the assertions have expired. */
export interface UsedAssertions {
  /**
   * Takes the assertion for logins of one pool, where it may then be shown again. Throws `TokenRefused` (`replayed`)
   * when it was used in another pool or for a role session.
   */
  signIn(assertion: SamlAssertion, poolId: string): Promise<void>;
  /** Throws what `signIn` would throw, and writes nothing. */
  maySignIn(assertion: SamlAssertion, poolId: string): Promise<void>;
  /** Uses the assertion up. Throws `TokenRefused` (`replayed`) when it was used for anything before. */
  spend(assertion: SamlAssertion): Promise<void>;
}
