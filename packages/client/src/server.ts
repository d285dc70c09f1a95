import type { Auth } from './auth.ts';
import type { AuthConfig } from './config.ts';
import { createAuth } from './create-auth.ts';
import { cookieStorage, cookiesIn } from './storage/cookie.ts';
import { seal, unseal } from './storage/seal.ts';
import type { AuthStorage } from './storage/storage.ts';

export interface RequestAuthConfig extends Omit<AuthConfig, 'storage'> {
  /** The `Cookie` header of the request. */
  readonly cookie: string | null | undefined;
  /**
   * At least 32 random characters, the same on all servers. The cookies are encrypted and authenticated with it: a
   * visitor can neither read the session nor claim another identity with one made up.
   */
  readonly secret: string;
}

/** The session of one request. */
export interface RequestAuth {
  readonly auth: Auth;
  /** The `Set-Cookie` lines the response needs, for what changed while the request was served. */
  setCookies(): string[];
}

/**
 * A session that lives as long as one request and is kept in the visitor's cookies, which scripts cannot read. Against
 * a Daypass server it costs at most one round trip, and none while the credentials in the cookies are good.
 *
 * @throws RangeError when the secret is shorter than 32 characters
 *
 * @example
 * ```ts
 * const { auth, setCookies } = createRequestAuth({ identityPoolId, endpoint, secret, cookie: request.headers.get('cookie') });
 * const page = await render(await auth.fetchAuthSession());
 * for (const line of setCookies()) page.headers.append('set-cookie', line);
 * ```
 */
export function createRequestAuth({ cookie, secret, ...config }: RequestAuthConfig): RequestAuth {
  if (secret.length < 32) throw new RangeError('The secret must be at least 32 characters long.');
  const cookies = cookiesIn(cookie ?? '');
  const lines = new Map<string, string>();
  const jar = {
    read: () => Array.from(cookies, (pair) => pair.join('=')).join('; '),
    write(line: string) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = pair.split('=');
      lines.set(name, line);
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    },
  };
  const storage = sealed(cookieStorage(jar, 'Path=/; Secure; HttpOnly; SameSite=Lax'), secret);
  return { auth: createAuth({ ...config, storage }), setCookies: () => [...lines.values()] };
}

function sealed(inner: AuthStorage, secret: string): AuthStorage {
  let derived: Promise<CryptoKey> | undefined;
  const key = () => {
    derived ??= keyOf(secret);
    return derived;
  };
  return {
    shared: false,
    async getItem(name) {
      const text = await inner.getItem(name);
      return text ? unseal(await key(), name, text) : undefined;
    },
    async setItem(name, text) {
      await inner.setItem(name, await seal(await key(), name, text));
    },
    removeItem: (name) => inner.removeItem(name),
  };
}

/** An AES-GCM key of the secret (HKDF, RFC 5869). */
async function keyOf(secret: string): Promise<CryptoKey> {
  const encoder = new TextEncoder();
  const material = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveKey']);
  const how = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(),
    info: encoder.encode('daypass session cookie'),
  };
  return crypto.subtle.deriveKey(how, material, { name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
}
