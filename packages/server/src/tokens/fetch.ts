import { Buffer } from 'node:buffer';
import { isIP, type LookupFunction } from 'node:net';
import type { Agent } from 'undici';
import { isLoopback, isPublicAddress, lookupPublic } from './address.ts';
import { isUntrusted, registeredAuthority } from './thumbprint.ts';

interface FetchOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes; a longer answer is an error. */
  readonly maxBytes: number;
  /**
   * SHA-1 of authorities, in lower-case hexadecimal, that may stand behind the provider's certificates when no
   * trusted one does.
   */
  readonly thumbprints?: readonly string[];
}

export interface Fetched {
  readonly status: number;
  /** Lower-case names; of a repeated header the first value. */
  readonly header: (name: string) => string | undefined;
  readonly body: string;
}

/** GETs documents of providers, and only of them. */
export interface ProviderFetch {
  /**
   * GETs `url`, which belongs to the provider with login key `providerKey`. Throws an `Error` whose message says
   * why and holds neither query nor headers, when there was no complete answer.
   */
  get(providerKey: string, url: string, options: FetchOptions): Promise<Fetched>;
  close(): void;
}

/** Each provider gets this many connections; who asks more waits, and gives up in time. */
const connections = 32;
const maxRedirects = 2;

/**
 * Reaches providers over https at public addresses only: no redirect to another origin, bounded in time and size.
 * With an override, everything of that provider is fetched below the override's URL, and that URL is trusted to be
 * where it is: addresses are not checked, and `http:` is allowed on loopback. Throws for an override that is not
 * https and not on loopback.
 */
export function createProviderFetch(options: {
  overrides: ReadonlyMap<string, URL>;
  /** Login keys of providers that may be anywhere; `*` is any. Default: none. */
  privateProviders?: readonly string[];
  /** Milliseconds for a whole answer. Default: 5,000. */
  timeoutMs?: number;
}): ProviderFetch {
  const { timeoutMs = 5_000, privateProviders = [] } = options;
  const isPrivate = (key: string): boolean =>
    privateProviders.includes(key) || privateProviders.includes('*');
  for (const [key, url] of options.overrides) {
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
      throw new Error(`the override of ${key} must be https, or http on loopback`);
    }
  }
  const anywhere: Way = {};
  const publicOnly: Way = { lookup: lookupPublic };

  /** Asks once, and with a registered authority again when there is no trusted one: trusted ones come first, as on AWS. */
  async function getOnce(url: URL, way: Way, options: FetchOptions): Promise<Fetched> {
    const { lookup } = way;
    const { Agent } = await undici();
    way.agent ??= new Agent({ connections, ...(lookup && { connect: { lookup } }) });
    const signal = AbortSignal.timeout(timeoutMs);
    const { thumbprints = [] } = options;
    try {
      return await ask(url, way.agent, signal, options);
    } catch (error) {
      if (thumbprints.length === 0 || !isUntrusted(error)) throw error;
    }
    const ca = await registeredAuthority(url, thumbprints, { lookup, signal });
    // Of this question alone: another provider at the same host has not registered this authority.
    const own = new Agent({
      connections: 1,
      connect: { ca, allowPartialTrustChain: true, ...(lookup && { lookup }) },
    });
    try {
      return await ask(url, own, signal, options);
    } finally {
      void own.destroy();
    }
  }

  return {
    async get(providerKey, address, fetchOptions) {
      const override = options.overrides.get(providerKey);
      const trusted = override !== undefined || isPrivate(providerKey);
      let url = override ? below(override, providerKey, address) : new URL(address);
      for (let redirects = 0; ; redirects++) {
        if (!override) requireHttps(url);
        if (!trusted) requirePublicHost(url);
        const answer = await getOnce(url, trusted ? anywhere : publicOnly, fetchOptions);
        const location = answer.status >= 300 && answer.status < 400 ? answer.header('location') : undefined;
        if (location === undefined) return answer;
        const next = new URL(location, url);
        if (next.origin !== url.origin) throw new Error(`${url.host} redirects to ${next.host}`);
        if (redirects === maxRedirects) throw new Error(`${url.host} redirects too often`);
        url = next;
      }
    },
    close() {
      void anywhere.agent?.destroy();
      void publicOnly.agent?.destroy();
    },
  };
}

/** Loaded with the first question: it would double the time of a start. */
const undici = (): Promise<typeof import('undici')> => import('undici');

/** How sockets are made: to any address, or to public ones only. */
interface Way {
  readonly lookup?: LookupFunction;
  /** Made with the first question. */
  agent?: Agent;
}

async function ask(
  url: URL,
  dispatcher: Agent,
  signal: AbortSignal,
  options: FetchOptions,
): Promise<Fetched> {
  const { request } = await undici();
  const {
    statusCode: status,
    headers,
    body,
  } = await request(url, {
    dispatcher,
    headers: { accept: 'application/json', ...options.headers },
    signal,
  });
  const header = (name: string) => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return { status, header, body: await readText(body, options.maxBytes) };
}

/**
 * Where `address` of a provider is found below its override: as it is when it lies there already, otherwise with
 * `https://<login key>`, or else its origin, replaced by the override's URL.
 */
export function below(override: URL, providerKey: string, address: string): URL {
  const base = override.href.replace(/\/+$/, '');
  const url = new URL(address);
  if (isBelow(url.href, base)) return url;
  const own = new URL(`https://${providerKey}`).href.replace(/\/+$/, '');
  return new URL(base + (isBelow(url.href, own) ? url.href.slice(own.length) : url.pathname + url.search));
}

function isBelow(href: string, base: string): boolean {
  return href.startsWith(base) && (href.length === base.length || /[/?#]/.test(href.charAt(base.length)));
}

function requireHttps(url: URL): void {
  if (url.protocol !== 'https:') throw new Error(`${url.host} is not addressed by https`);
  if (url.username || url.password) throw new Error(`the address at ${url.host} carries user information`);
}

/** Names are checked when they resolve; an address in the URL itself never gets that far. */
function requirePublicHost(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new Error(`${url.host} is not a public address`);
}

async function readText(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    // Leaving the loop destroys the stream, and with it the connection.
    if (length > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
