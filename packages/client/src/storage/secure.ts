import { databaseKey, indexedDbStorage } from './indexed-db.ts';
import { seal, unseal } from './seal.ts';
import type { AuthStorage } from './storage.ts';

/**
 * A storage that encrypts what `inner` keeps, with an AES-GCM key that scripts can use but not read: it lives in
 * IndexedDB and cannot be exported. A copy of the disk, a backup or another origin learns nothing. Where there is no
 * WebCrypto (a page that is not secure, some React Native engines) nothing is stored at all.
 *
 * @example
 * ```ts
 * const auth = createAuth({ identityPoolId, endpoint, storage: secureStorage() });
 * ```
 */
export function secureStorage(inner: AuthStorage = indexedDbStorage(), database = 'daypass'): AuthStorage {
  let found: Promise<CryptoKey> | undefined;
  const key = () => {
    found ??= databaseKey(database, 'storage', () =>
      crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']),
    );
    // A database that failed to open is tried again, not remembered.
    found.catch(() => {
      found = undefined;
    });
    return found;
  };
  return {
    ...(inner.shared !== undefined && { shared: inner.shared }),
    async getItem(name) {
      const sealed = await inner.getItem(name);
      return sealed ? unseal(await key(), name, sealed) : undefined;
    },
    async setItem(name, text) {
      await inner.setItem(name, await seal(await key(), name, text));
    },
    removeItem: (name) => inner.removeItem(name),
  };
}
