import { constants, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { type Place, poolArn } from '../access/arn.ts';
import type { IdentityClaim } from '../access/assume.ts';
import { type Clock, epochSeconds } from '../clock.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import { publishedKeyId, type TokenAlgorithm, type TokenSigningKeys } from '../keys/signing.ts';
import { parseJwt } from '../tokens/jwt.ts';
import { TokenRefused } from '../tokens/refusal.ts';

/** What makes and checks the pools' own OpenID tokens. */
export interface PoolTokenServices {
  readonly clock: Clock;
  readonly place: Place;
  readonly signingKeys: TokenSigningKeys;
  /** The issuer: the service's public URL. */
  issuer(): string;
}

const tagsClaim = 'https://aws.amazon.com/tags';
const poolArnClaim = 'https://cognito-identity.amazonaws.com/identity-pool-arn';

/**
 * An OpenID token for an identity of a pool, RS512, as GetOpenIdToken hands out; `lifetime` in seconds.
 * Header and claims are those of tokens that Cognito issues.
 */
export function mintPoolToken(
  services: PoolTokenServices,
  claim: IdentityClaim,
  lifetime: number,
): Promise<string> {
  const now = epochSeconds(services.clock);
  return mint(services, claim, { algorithm: 'RS512', issuedAt: now, expiresAt: now + lifetime });
}

/** Seconds that a foreign clock may be behind ours: STSs take no token from the future, Ceph's not by a second. */
const foreignClocks = 60;

/** The same for a foreign STS: RS256, which every one of them verifies, and which is no token of a pool here. */
export function mintForeignToken(
  services: PoolTokenServices,
  claim: IdentityClaim,
  lifetime: number,
): Promise<string> {
  const now = epochSeconds(services.clock);
  const [issuedAt, expiresAt] = [now - foreignClocks, now + lifetime];
  return mint(services, claim, { algorithm: 'RS256', issuedAt, expiresAt });
}

async function mint(
  services: PoolTokenServices,
  claim: IdentityClaim,
  as: { readonly algorithm: TokenAlgorithm; readonly issuedAt: number; readonly expiresAt: number },
): Promise<string> {
  const { algorithm, issuedAt, expiresAt } = as;
  const { kid, privateKey } = await services.signingKeys.current();
  const tags = Object.entries(claim.tags);
  const payload = {
    sub: claim.identityId,
    aud: claim.poolId,
    amr: claim.amr,
    ...(tags.length > 0 && {
      [tagsClaim]: { principal_tags: Object.fromEntries(tags.map(([key, value]) => [key, [value]])) },
    }),
    iss: services.issuer(),
    [poolArnClaim]: poolArn(services.place, claim.poolId),
    exp: expiresAt,
    iat: issuedAt,
  };
  const header = { kid: publishedKeyId(kid, algorithm), typ: 'JWS', alg: algorithm };
  const signed = `${encoded(header)}.${encoded(payload)}`;
  const digest = algorithm === 'RS512' ? 'sha512' : 'sha256';
  const signature = await signOffThread(digest, Buffer.from(signed), privateKey);
  return `${signed}.${signature.toString('base64url')}`;
}

// Signing takes 0.3 ms: with a callback it does not hold up the event loop.
const signOffThread = promisify(sign);

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** What a pool token proves. Throws `TokenRefused` for what is not a valid token of this service. */
export async function verifyPoolToken(services: PoolTokenServices, token: string): Promise<IdentityClaim> {
  const jwt = parseJwt(token);
  const key = jwt.keyId === undefined ? undefined : await services.signingKeys.find(jwt.keyId);
  const padding = constants.RSA_PKCS1_PADDING;
  if (
    jwt.algorithm !== 'RS512' ||
    key === undefined ||
    !verify('sha512', jwt.signed, { key: key.publicKey, padding }, jwt.signature)
  ) {
    throw new TokenRefused({ kind: 'signature' }, 'the token was not signed here');
  }
  const { iss, sub, aud, amr, exp } = jwt.claims;
  const now = epochSeconds(services.clock);
  if (iss !== services.issuer()) throw new TokenRefused({ kind: 'issuer' }, 'the token has another issuer');
  if (typeof exp !== 'number' || exp <= now) {
    throw new TokenRefused({ kind: 'expired', at: { now, expiresAt: Number(exp) } }, 'the token is expired');
  }
  return {
    identityId: String(sub) as IdentityId,
    poolId: String(aud) as PoolId,
    amr: Array.isArray(amr) ? amr.map(String) : [],
    tags: principalTags(jwt.claims[tagsClaim]),
  };
}

/** The tags of a token we signed: each value is a list of one. */
function principalTags(claim: unknown): Readonly<Record<string, string>> {
  const tags =
    typeof claim === 'object' && claim !== null && 'principal_tags' in claim
      ? claim.principal_tags
      : undefined;
  if (typeof tags !== 'object' || tags === null) return {};
  return Object.fromEntries(
    Object.entries(tags).map(([key, values]) => [key, String(Array.isArray(values) ? values[0] : values)]),
  );
}
