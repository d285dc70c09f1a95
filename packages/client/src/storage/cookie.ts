import type { AuthStorage } from './storage.ts';

/** Where cookies are read and written: `document.cookie`, or a request's header and its response's `Set-Cookie`s. */
export interface CookieJar {
  /** All cookies as `name=value; name=value`, those just written included. */
  read(): string;
  /** Takes one cookie with its attributes, as in a `Set-Cookie` line. */
  write(cookie: string): void;
}

/** Characters of one cookie's value; browsers keep 4,096 bytes of name, value and attributes. */
const CHUNK = 3000;
const GONE = 'Max-Age=0';
/** Seconds a browser keeps the cookies: 30 days. */
const KEPT = 'Max-Age=2592000';

/**
 * A storage in cookies, cut into as many as a session needs. The attributes decide who sees them; the default keeps them
 * to this site and to https.
 *
 * @example
 * ```ts
 * const storage = cookieStorage({ read: () => document.cookie, write: (cookie) => { document.cookie = cookie; } });
 * ```
 */
export function cookieStorage(jar: CookieJar, attributes = 'Path=/; Secure; SameSite=Lax'): AuthStorage {
  const put = (name: string, value: string, life: string) =>
    jar.write(`${name}=${value}; ${life}; ${attributes}`);
  const dropFrom = (key: string, first: number) => {
    const cookies = cookiesIn(jar.read());
    for (let index = first; cookies.has(nameOf(key, index)); index++) put(nameOf(key, index), '', GONE);
  };

  return {
    getItem(key) {
      const cookies = cookiesIn(jar.read());
      let value = '';
      for (let index = 0; cookies.has(nameOf(key, index)); index++) value += cookies.get(nameOf(key, index));
      return value === '' ? undefined : decodeURIComponent(value);
    },
    setItem(key, text) {
      const value = encodeURIComponent(text);
      const count = Math.ceil(value.length / CHUNK);
      for (let index = 0; index < count; index++) {
        put(nameOf(key, index), value.slice(index * CHUNK, (index + 1) * CHUNK), KEPT);
      }
      dropFrom(key, count);
    },
    removeItem: (key) => dropFrom(key, 0),
  };
}

const nameOf = (key: string, index: number) => `${encodeURIComponent(key)}.${index}`;

/** The cookies of a `Cookie` header by name. */
export function cookiesIn(header: string): Map<string, string> {
  return new Map(
    header.split(';').map((cookie): [string, string] => {
      const [name = '', ...value] = cookie.split('=');
      return [name.trim(), value.join('=').trim()];
    }),
  );
}
