import { createHash, timingSafeEqual } from 'node:crypto';
import { sessionGrant } from '../access/assume.ts';
import type { Roles } from '../access/roles.ts';
import type { Clock } from '../clock.ts';
import type { CredentialIssuer, TemporaryCredentials } from '../credentials/issuer.ts';
import { ServiceError } from '../errors.ts';
import type { OidcToken, TokenVerifier } from '../tokens/login.ts';
import { cognitoError, TokenRefused } from '../tokens/refusal.ts';

/** Who may sign in to the console with an account of an OpenID provider, and as what. */
export interface ConsoleSignIn {
  /** As in the `iss` of its tokens. */
  readonly issuer: string;
  readonly clientId: string;
  /** Claim → values; one value of one claim makes an administrator. */
  readonly administrators: Readonly<Record<string, readonly string[]>>;
  readonly roleName: string;
  /** Seconds. */
  readonly duration: number;
}

interface Services {
  readonly clock: Clock;
  readonly tokens: Pick<TokenVerifier, 'verifyOidcToken'>;
  readonly roles: Roles;
  readonly credentials: CredentialIssuer;
}

/**
 * Credentials of the console's role for an administrator's ID token. The role's trust policy is not asked: who gets in is
 * said where the service is configured. `nonceSecret` is the text whose SHA-256 the token carries as its nonce, so that a
 * token alone, read from a log for instance, opens nothing (OpenID Connect Core 1.0 §15.5.2).
 *
 * Throws NotAuthorizedException and, when the provider's keys cannot be fetched, ExternalServiceException.
 */
export async function signInToConsole(
  services: Services,
  settings: ConsoleSignIn,
  { idToken, nonceSecret }: { readonly idToken: string; readonly nonceSecret: string },
): Promise<TemporaryCredentials> {
  const { clock, roles, credentials } = services;
  const token = await proven(services, settings, idToken);
  if (!isNonce(token.claims.nonce, nonceSecret)) throw notAdmitted('the nonce is not of who shows the token');
  if (!isAdministrator(token.claims, settings.administrators)) {
    throw notAdmitted(`${token.subject} has none of the claims that make an administrator`);
  }
  const role = await roles.byName(settings.roleName);
  if (role === undefined) throw notAdmitted(`there is no role ${settings.roleName}`);
  const lifetime = Math.min(settings.duration, role.document.maxSessionDuration);
  const session = { name: sessionName(token), tags: {} };
  return credentials.issue({
    ...sessionGrant(role, session, clock.now() + lifetime * 1000),
    federation: {
      provider: providerOf(settings),
      audience: token.audience,
      subject: token.subject,
      amr: [],
    },
  });
}

function providerOf({ issuer }: ConsoleSignIn): string {
  return issuer.replace(/^https:\/\//, '');
}

async function proven(
  { tokens }: Services,
  { issuer, clientId }: ConsoleSignIn,
  idToken: string,
): Promise<OidcToken> {
  try {
    return await tokens.verifyOidcToken(idToken, { issuer, clientIds: [clientId], thumbprints: [] });
  } catch (error) {
    throw error instanceof TokenRefused ? cognitoError(error) : error;
  }
}

function isNonce(nonce: unknown, secret: string): boolean {
  const expected = createHash('sha256').update(secret).digest();
  const shown = Buffer.from(typeof nonce === 'string' ? nonce : '', 'base64url');
  return shown.length === expected.length && timingSafeEqual(shown, expected);
}

/** A claim is a value or a list of them. An address that the provider has not verified is anybody's. */
function isAdministrator(
  claims: OidcToken['claims'],
  administrators: ConsoleSignIn['administrators'],
): boolean {
  return Object.entries(administrators).some(([name, values]) => {
    if (name === 'email' && claims.email_verified !== true) return false;
    return [claims[name]].flat().some((value) => isPlain(value) && values.includes(String(value)));
  });
}

function isPlain(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** What the audit log names the session by, in the characters that IAM allows. */
function sessionName({ claims, subject }: OidcToken): string {
  const { email, email_verified } = claims;
  const name = typeof email === 'string' && email_verified === true ? email : subject;
  return name.replace(/[^\w+=,.@-]/g, '-').slice(0, 64);
}

function notAdmitted(reason: string): ServiceError {
  return new ServiceError('NotAuthorizedException', 'You are not an administrator of this service.', {
    reason,
  });
}
