import { hash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { CircuitBreaker } from './breaker.ts';
import type { Fetched, ProviderFetch } from './fetch.ts';
import { parseJsonObject } from './json.ts';
import { RecentMap } from './recent.ts';
import { TokenRefused } from './refusal.ts';

/** What a provider says about a token that means nothing to anyone else. */
export interface OpaqueFacts {
  readonly subject: string;
  readonly audience: string;
  /** Epoch seconds; 0 when the provider does not say. */
  readonly expiresAt: number;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** One answer of a provider. */
export interface ProviderAnswer {
  readonly status: number;
  readonly document: Record<string, unknown>;
}

/** What a token may be made of so that a provider can be asked about it: no header and no URL breaks. */
const askable = /^[\x21-\x7e]{1,4096}$/;
const maxAnswerBytes = 64 * 1024;
/** Milliseconds a good answer is believed: a token revoked at the provider lives on for at most this long. */
const beliefLife = 60_000;

/**
 * Asks providers about opaque tokens: one retry when there is no proper answer, a circuit breaker for each
 * provider, and good answers kept for a minute (never longer than the token lives) under the token's hash.
 */
export class OpaqueTokens {
  readonly #clock: Clock;
  readonly #fetch: ProviderFetch;
  readonly #believed: RecentMap<{ facts: OpaqueFacts; until: number }>;
  readonly #breakers = new Map<string, CircuitBreaker>();

  constructor(options: { clock: Clock; fetch: ProviderFetch; cacheSize: number }) {
    this.#clock = options.clock;
    this.#fetch = options.fetch;
    this.#believed = new RecentMap(options.cacheSize);
  }

  /**
   * The facts about `token`, from `find` unless found less than a minute ago. `context` is everything else the
   * answer depends on, such as the app's own secret. Throws `TokenRefused`.
   */
  async facts(token: string, context: string, find: () => Promise<OpaqueFacts>): Promise<OpaqueFacts> {
    if (!askable.test(token)) throw denied('not made of 1 to 4,096 visible ASCII characters');
    const key = hash('sha256', JSON.stringify([context, token]), 'base64url');
    const believed = this.#believed.get(key);
    const now = this.#clock.now();
    if (believed && now < believed.until) return believed.facts;
    const facts = await find();
    if (facts.expiresAt !== 0 && now >= facts.expiresAt * 1000) {
      const at = { now: Math.floor(now / 1000), expiresAt: facts.expiresAt };
      throw new TokenRefused({ kind: 'expired', at }, 'the provider says that the token has expired');
    }
    const until = Math.min(now + beliefLife, facts.expiresAt === 0 ? Infinity : facts.expiresAt * 1000);
    this.#believed.set(key, { facts, until });
    return facts;
  }

  /**
   * GETs what a provider knows. Throws `TokenRefused` (`provider-unavailable`) when it does not answer, answers with
   * 5xx or 429, or with a 200 that is not JSON.
   */
  async ask(
    providerKey: string,
    url: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ProviderAnswer> {
    let breaker = this.#breakers.get(providerKey);
    if (!breaker) {
      breaker = new CircuitBreaker(this.#clock);
      this.#breakers.set(providerKey, breaker);
    }
    if (!breaker.allows()) throw unavailable(providerKey, 'it has been failing');
    try {
      const answer = await this.#get(providerKey, url, headers).catch(() =>
        this.#get(providerKey, url, headers),
      );
      breaker.succeeded();
      return answer;
    } catch (cause) {
      breaker.failed();
      throw unavailable(providerKey, cause instanceof Error ? cause.message : 'unknown');
    }
  }

  async #get(providerKey: string, url: string, headers: Readonly<Record<string, string>>) {
    const answer = await this.#fetch.get(providerKey, url, { maxBytes: maxAnswerBytes, headers });
    if (answer.status >= 500 || answer.status === 429) throw new Error(`status ${answer.status}`);
    return { status: answer.status, document: documentOf(answer) };
  }

  forget(): void {
    this.#believed.clear();
    this.#breakers.clear();
  }
}

/**
 * A refusal need not be JSON to be one. It is no fault of the provider's either: nobody shall open the circuit for all
 * by sending what it refuses in HTML.
 */
function documentOf({ status, body }: Fetched): Record<string, unknown> {
  try {
    return parseJsonObject(body);
  } catch (error) {
    if (status >= 400) return {};
    throw error;
  }
}

function unavailable(providerKey: string, why: string): TokenRefused {
  return new TokenRefused({ kind: 'provider-unavailable' }, `${providerKey} did not answer: ${why}`);
}

/** The provider knows the token and does not stand by it. */
export function denied(reason: string): TokenRefused {
  return new TokenRefused({ kind: 'denied' }, reason);
}

/** The token is good, but of an app that the pool does not accept. */
export function foreignApp(provider: string): TokenRefused {
  return new TokenRefused({ kind: 'audience' }, `the token belongs to another ${provider} app`);
}
