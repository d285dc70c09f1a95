import { hash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { IssuerKeys, type KeyCacheOptions, type KeySource } from './issuer-keys.ts';
import type { VerificationKey } from './jwk.ts';
import { findKey, hasKey, type KeySet } from './jwks.ts';
import { parseJwt, type UnverifiedJwt } from './jwt.ts';
import { RecentMap } from './recent.ts';
import { TokenRefused } from './refusal.ts';

/** Whose id tokens: where the keys are, and what `iss` may say (exactly `issuer` unless `alsoIssuedAs`). */
export interface OidcSource extends KeySource {
  readonly alsoIssuedAs?: readonly string[];
}

/** What a signature by the issuer proves about a token. For whom it was issued is the caller's question. */
export interface ProvenClaims {
  readonly issuer: string;
  readonly subject: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
  /** No prototype, frozen. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Seconds that clocks may differ for `nbf` and `iat`; `exp` is taken at its word. */
const clockSkew = 300;
/** Characters; longer tokens are verified each time, so that the memory of the cache stays bounded. */
const maxRememberedLength = 4096;
const maxIssuers = 5000;

interface Seen {
  readonly proven: ProvenClaims;
  readonly source: string;
  readonly key: VerificationKey;
  /** The last key set that `key` was found in. */
  set: KeySet;
}

/**
 * Verifies id tokens of OpenID Connect providers (OpenID Connect Core 1.0 §3.1.3.7, RFC 8725). A token that was
 * verified before costs one hash: what is remembered is only that the issuer's key made the signature, and only
 * while that key is one of the issuer's; expiry and audience are looked at each time.
 */
export class OidcVerifier {
  readonly #clock: Clock;
  readonly #keyCache: KeyCacheOptions;
  readonly #issuers = new RecentMap<IssuerKeys>(maxIssuers);
  readonly #seen: RecentMap<Seen>;

  constructor(options: { keyCache: KeyCacheOptions; cacheSize: number }) {
    this.#clock = options.keyCache.clock;
    this.#keyCache = options.keyCache;
    this.#seen = new RecentMap(options.cacheSize);
  }

  /**
   * Proves signature, issuer and times; synchronous unless keys must be fetched. Throws (or rejects with)
   * `TokenRefused`.
   */
  prove(token: string, source: OidcSource): ProvenClaims | Promise<ProvenClaims> {
    const now = this.#clock.now();
    const keys = this.#keysOf(source);
    const digest = token.length <= maxRememberedLength ? hash('sha256', token, 'base64url') : undefined;
    const proven = digest && this.#recall(digest, source, keys, now);
    if (proven) return proven;

    const jwt = parseJwt(token);
    const claims = checkClaims(jwt.claims, source, Math.floor(now / 1000));
    const conclude = (set: KeySet): ProvenClaims | Promise<ProvenClaims> => {
      const key = findKey(set, jwt.keyId, jwt.algorithm);
      if (!key) return keys.findUnknown(jwt.keyId, jwt.algorithm).then(accept);
      return accept(key);
    };
    const accept = (key: VerificationKey): ProvenClaims => {
      checkSignature(jwt, key);
      const set = keys.current(now);
      if (digest && set?.keys.includes(key)) {
        this.#seen.set(digest, { proven: claims, source: source.providerKey, key, set });
      }
      return claims;
    };
    const set = keys.current(now);
    return set ? conclude(set) : keys.wait().then(conclude);
  }

  forget(): void {
    this.#seen.clear();
    this.#issuers.clear();
  }

  #recall(digest: string, source: OidcSource, keys: IssuerKeys, now: number): ProvenClaims | undefined {
    const seen = this.#seen.get(digest);
    const set = seen && keys.current(now);
    if (!seen || !set || seen.source !== source.providerKey) return undefined;
    if (seen.set !== set) {
      if (!hasKey(set, seen.key)) {
        this.#seen.delete(digest);
        return undefined;
      }
      seen.set = set;
    }
    checkExpiry(seen.proven.expiresAt, Math.floor(now / 1000));
    return seen.proven;
  }

  #keysOf(source: OidcSource): IssuerKeys {
    const { providerKey, thumbprints = [] } = source;
    // What was fetched under thumbprints that no longer count is fetched again.
    const name = thumbprints.length === 0 ? providerKey : `${providerKey} ${thumbprints.join(' ')}`;
    let keys = this.#issuers.get(name);
    if (!keys) {
      keys = new IssuerKeys(source, this.#keyCache);
      this.#issuers.set(name, keys);
    }
    return keys;
  }
}

/**
 * To whom a token was issued: `azp` where it has one, every `aud` otherwise; all of them must be accepted client ids.
 * That is the rule of the Cognito guide ("Setting up OIDC providers": `azp` first), and for several audiences
 * without `azp` that of OpenID Connect Core §3.1.3.7 (3): one that is not trusted refuses the token.
 */
export function presentedAudience(claims: Readonly<Record<string, unknown>>): readonly [string, ...string[]] {
  const { aud, azp } = claims;
  const [first, ...others] = Array.isArray(aud) ? aud : [aud];
  if (first === undefined || first === '') {
    throw new TokenRefused({ kind: 'missing-claim', claim: 'aud' }, 'the token names no audience');
  }
  if (azp !== undefined) {
    if (typeof azp === 'string' && azp !== '') return [azp];
    throw new TokenRefused({ kind: 'audience' }, 'azp is not a string');
  }
  if (typeof first !== 'string' || !others.every((other) => typeof other === 'string')) {
    throw new TokenRefused({ kind: 'audience' }, 'aud is not a string or an array of strings');
  }
  return [first, ...others];
}

function checkClaims(claims: Record<string, unknown>, source: OidcSource, now: number): ProvenClaims {
  const { iss, sub, exp } = claims;
  if (iss === undefined) throw missing('iss');
  if (iss !== source.issuer && !(typeof iss === 'string' && source.alsoIssuedAs?.includes(iss))) {
    throw new TokenRefused({ kind: 'issuer' }, `the token was not issued by ${source.issuer}`);
  }
  if (exp === undefined) throw missing('exp');
  const expiresAt = integerTime(exp, 'exp');
  checkExpiry(expiresAt, now);
  for (const name of ['nbf', 'iat'] as const) {
    const time = claims[name];
    if (time !== undefined && integerTime(time, name) > now + clockSkew) {
      throw new TokenRefused({ kind: 'not-yet-valid' }, `${name} lies more than ${clockSkew} s ahead`);
    }
  }
  if (sub === undefined) throw missing('sub');
  return {
    issuer: iss,
    subject: subjectOf(sub),
    expiresAt,
    // Without a prototype no claim name of a role mapping (`constructor`, `toString`) finds what is no claim.
    claims: Object.freeze(Object.assign(Object.create(null), claims)),
  };
}

function checkExpiry(expiresAt: number, now: number): void {
  if (now >= expiresAt) {
    throw new TokenRefused({ kind: 'expired', at: { now, expiresAt } }, `expired ${now - expiresAt} s ago`);
  }
}

function checkSignature({ algorithm, signed, signature }: UnverifiedJwt, key: VerificationKey): void {
  const check = key.checks.get(algorithm);
  if (!check?.(signed, signature)) {
    throw new TokenRefused({ kind: 'signature' }, 'the signature is not by the key that the header names');
  }
}

/** Times are whole seconds: STS refuses others too (AssumeRoleWithWebIdentity, WebIdentityToken). */
function integerTime(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new TokenRefused({ kind: 'not-a-jwt' }, `${name} is not a whole number of seconds`);
}

/**
 * At most 255 characters (OpenID Connect Core §2), and none that a store might drop or replace: two subjects must
 * never become one.
 */
export function subjectOf(value: unknown): string {
  if (typeof value === 'string' && /^[^\p{Cc}\p{Cs}]{1,255}$/u.test(value)) return value;
  throw new TokenRefused({ kind: 'not-a-jwt' }, 'the subject is empty, too long or has control characters');
}

function missing(claim: string): TokenRefused {
  return new TokenRefused({ kind: 'missing-claim', claim }, `the token has no ${claim}`);
}
