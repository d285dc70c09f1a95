import type { Clock } from '../clock.ts';
import { isLoopback } from './address.ts';
import { below, createProviderFetch } from './fetch.ts';
import { parseJsonObject } from './json.ts';

/** Where browsers sign in at a provider, and redeem the code for it. */
export interface SignInEndpoints {
  readonly authorization: URL;
  readonly token: URL;
}

export interface SignInDiscovery {
  /** Undefined while the provider cannot be asked. */
  find(): Promise<SignInEndpoints | undefined>;
  close(): void;
}

/** Milliseconds for which an answer, or that there was none, is kept. */
const life = 60 * 60 * 1000;
const pause = 5000;
const maxBytes = 64 * 1024;

/**
 * Finds the endpoints of an issuer in its discovery document. An override on this machine stands in for the provider for
 * browsers too; elsewhere it is a way for this service alone. Source: OpenID Connect Discovery 1.0 §3 and §4.3.
 */
export function discoverSignIn(options: {
  readonly issuer: string;
  readonly clock: Clock;
  readonly overrides: ReadonlyMap<string, URL>;
  readonly privateProviders?: readonly string[] | undefined;
  readonly failed: (error: unknown) => void;
}): SignInDiscovery {
  const { issuer, clock, overrides, privateProviders, failed } = options;
  const key = issuer.replace(/^https:\/\//, '');
  const override = overrides.get(key);
  const standIn = override !== undefined && isLoopback(override.hostname) ? override : undefined;
  const fetch = createProviderFetch({ overrides, ...(privateProviders && { privateProviders }) });
  let known: SignInEndpoints | undefined;
  let asking: Promise<void> | undefined;
  let askAgainAt = 0;

  async function ask(): Promise<void> {
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    try {
      const { status, body } = await fetch.get(key, address, { maxBytes });
      if (status !== 200) throw new Error(`status ${status} from ${new URL(address).host}`);
      const document = parseJsonObject(body);
      if (document.issuer !== issuer) throw new Error('the discovery document is of another issuer');
      known = {
        authorization: endpoint(document, 'authorization_endpoint'),
        token: endpoint(document, 'token_endpoint'),
      };
      askAgainAt = clock.now() + life;
    } catch (error) {
      failed(error);
      askAgainAt = clock.now() + pause;
    }
  }

  function endpoint(document: Readonly<Record<string, unknown>>, name: string): URL {
    const address = document[name];
    if (typeof address !== 'string' || !URL.canParse(address)) throw new Error(`no ${name} is named`);
    const url = standIn === undefined ? new URL(address) : below(standIn, key, address);
    if (standIn === undefined && url.protocol !== 'https:') throw new Error(`the ${name} is not https`);
    return url;
  }

  return {
    async find() {
      if (clock.now() >= askAgainAt) {
        asking ??= ask().finally(() => {
          asking = undefined;
        });
        await asking;
      }
      return known;
    },
    close: () => fetch.close(),
  };
}
