import type { Clock } from '../clock.ts';
import type { ProviderFetch } from './fetch.ts';
import { parseJsonObject } from './json.ts';
import type { VerificationKey } from './jwk.ts';
import { findKey, type KeySet, parseJwks } from './jwks.ts';
import { TokenRefused } from './refusal.ts';

/** Whose keys, and where they are. */
export interface KeySource {
  /** The login key, under which an override is looked up. */
  readonly providerKey: string;
  /** `https://…`; its discovery document names the JWK Set unless `jwksUri` does. */
  readonly issuer: string;
  readonly jwksUri?: string;
  /** As `ProviderFetch` takes them. Default: none. */
  readonly thumbprints?: readonly string[];
}

export interface KeyCacheOptions {
  readonly clock: Clock;
  readonly fetch: ProviderFetch;
  /** Seconds that keys stay usable after they should have been fetched again but could not be. */
  readonly staleSeconds: number;
  readonly log: (event: KeyEvent) => void;
}

export interface KeyEvent {
  readonly event: 'keys-fetched' | 'keys-fetch-failed';
  readonly issuer: string;
  readonly keys?: number;
  readonly error?: string;
}

const minute = 60_000;
/** Bounds on what Cache-Control may ask for, and the life of keys that come without it. */
const minLife = 5 * minute;
const maxLife = 24 * 60 * minute;
const defaultLife = 10 * minute;
/** Keys are fetched again in the background when this part of their life has passed. */
const refreshAfter = 0.8;
/** An unknown key id makes us ask again at most this often, whoever sends how many of them. */
const unknownKeyPause = minute;
const maxFailurePause = minute;
const discoveryLife = 24 * 60 * minute;
const maxDiscoveryBytes = 64 * 1024;
const maxJwksBytes = 256 * 1024;

/**
 * The keys of one issuer: fetched when first needed, kept as long as the issuer's Cache-Control says (within
 * bounds), renewed ahead of time, and kept on through an outage for `staleSeconds`. There is never more than one
 * fetch under way, and after a failed one there is a pause that doubles up to a minute.
 */
export class IssuerKeys {
  readonly #source: KeySource;
  readonly #options: KeyCacheOptions;
  #set: KeySet | undefined;
  #refreshAt = 0;
  #freshUntil = 0;
  #failures = 0;
  #lastFailure = '';
  #retryAt = 0;
  #askForUnknownAt = 0;
  #fetching: Promise<void> | undefined;
  #jwksUri: { value: string; until: number } | undefined;

  constructor(source: KeySource, options: KeyCacheOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** The set to use at `now` (milliseconds) without waiting; undefined when `wait` must be asked. */
  current(now: number): KeySet | undefined {
    if (now < this.#refreshAt) return this.#set;
    return this.#currentAndRefresh(now);
  }

  #currentAndRefresh(now: number): KeySet | undefined {
    const fresh = now < this.#freshUntil;
    const outage = this.#failures > 0 && now < this.#freshUntil + this.#options.staleSeconds * 1000;
    if (!fresh && !outage) return undefined;
    if (now >= this.#retryAt) void this.#fetch();
    return this.#set;
  }

  /** Like `current`, but fetches first when that is needed; throws `TokenRefused` (`keys-unavailable`). */
  async wait(): Promise<KeySet> {
    if (this.#options.clock.now() >= this.#retryAt) await this.#fetch();
    const set = this.current(this.#options.clock.now());
    if (!set) throw this.#unavailable();
    return set;
  }

  /**
   * The key with this id after asking the issuer again, which happens at most once a minute. Throws `TokenRefused`:
   * `signature` when the issuer has no such key, `keys-unavailable` when it could not be asked.
   */
  async findUnknown(keyId: string | undefined, algorithm: string): Promise<VerificationKey> {
    const now = this.#options.clock.now();
    if (this.#fetching === undefined && now >= this.#askForUnknownAt) {
      this.#askForUnknownAt = now + unknownKeyPause;
      void this.#fetch();
    }
    await this.#fetching;
    const key = this.#set && findKey(this.#set, keyId, algorithm);
    if (key) return key;
    if (this.#failures > 0) throw this.#unavailable();
    throw new TokenRefused({ kind: 'signature' }, 'the issuer has no key with this kid for this alg');
  }

  #unavailable(): TokenRefused {
    return new TokenRefused(
      { kind: 'keys-unavailable' },
      `the keys of ${this.#source.issuer} cannot be fetched: ${this.#lastFailure}`,
    );
  }

  /** Never rejects: the outcome is in `#set` and `#failures`. */
  #fetch(): Promise<void> {
    this.#fetching ??= this.#fetchOnce().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetchOnce(): Promise<void> {
    const { clock, log } = this.#options;
    const { issuer } = this.#source;
    try {
      const { set, life } = await this.#load();
      const now = clock.now();
      this.#set = set;
      this.#freshUntil = now + life;
      this.#refreshAt = now + life * refreshAfter;
      this.#failures = 0;
      this.#retryAt = 0;
      log({ event: 'keys-fetched', issuer, keys: set.keys.length });
    } catch (error) {
      this.#failures++;
      this.#retryAt = clock.now() + Math.min(1000 * 2 ** (this.#failures - 1), maxFailurePause);
      this.#jwksUri = undefined;
      this.#lastFailure = error instanceof Error ? error.message : String(error);
      log({ event: 'keys-fetch-failed', issuer, error: this.#lastFailure });
    }
  }

  async #load(): Promise<{ set: KeySet; life: number }> {
    const jwks = await this.#get(await this.#findJwksUri(), maxJwksBytes);
    return { set: parseJwks(jwks.body), life: lifeOf(jwks.header('cache-control'), jwks.header('age')) };
  }

  async #findJwksUri(): Promise<string> {
    const { issuer, jwksUri } = this.#source;
    if (jwksUri !== undefined) return jwksUri;
    const now = this.#options.clock.now();
    if (!this.#jwksUri || now >= this.#jwksUri.until) {
      this.#jwksUri = { value: await this.#discover(issuer), until: now + discoveryLife };
    }
    return this.#jwksUri.value;
  }

  /** OpenID Connect Discovery 1.0 §4: the document must name exactly the issuer it was asked for (§4.3). */
  async #discover(issuer: string): Promise<string> {
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const document = parseJsonObject((await this.#get(address, maxDiscoveryBytes)).body);
    if (document.issuer !== issuer) throw new Error('the discovery document is of another issuer');
    if (typeof document.jwks_uri !== 'string') throw new Error('the discovery document has no jwks_uri');
    return document.jwks_uri;
  }

  async #get(address: string, maxBytes: number) {
    const { providerKey, thumbprints = [] } = this.#source;
    const answer = await this.#options.fetch.get(providerKey, address, { maxBytes, thumbprints });
    if (answer.status !== 200) throw new Error(`status ${answer.status} from ${new URL(address).host}`);
    return answer;
  }
}

/** Milliseconds a response may be kept (RFC 9111 §5.2.2), within our bounds. */
export function lifeOf(cacheControl: string | undefined, age: string | undefined): number {
  if (cacheControl === undefined) return defaultLife;
  if (/\b(no-store|no-cache)\b/i.test(cacheControl)) return minLife;
  const maxAge = /\bmax-age="?(\d+)/i.exec(cacheControl)?.[1];
  if (maxAge === undefined) return defaultLife;
  const alreadyOld = age !== undefined && /^\d+$/.test(age) ? Number(age) : 0;
  return Math.min(Math.max((Number(maxAge) - alreadyOld) * 1000, minLife), maxLife);
}
