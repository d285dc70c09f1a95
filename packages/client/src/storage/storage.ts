/**
 * Where a session is kept between page loads: the shape of Web Storage and of React Native's AsyncStorage, both of
 * which can be passed as they are. A storage that throws is treated as empty; the session then lives in memory.
 */
export interface AuthStorage {
  getItem(key: string): string | null | undefined | Promise<string | null | undefined>;
  setItem(key: string, value: string): unknown;
  removeItem(key: string): unknown;
  /** `false` when no other tab can read this storage, so that nothing needs to be agreed with them. */
  readonly shared?: boolean;
}

/**
 * A storage that ends with the page, or with the process.
 *
 * @example
 * ```ts
 * const auth = createAuth({ identityPoolId, endpoint, storage: memoryStorage() });
 * ```
 */
export function memoryStorage(): AuthStorage {
  const items = new Map<string, string>();
  return {
    shared: false,
    getItem: (key) => items.get(key),
    setItem: (key, value) => items.set(key, value),
    removeItem: (key) => items.delete(key),
  };
}

/**
 * `localStorage` in a browser, memory anywhere else. A server process may have a `localStorage` too (Node ≥ 25), but
 * there it would hand one visitor's session to all of them.
 */
export function defaultStorage(): AuthStorage {
  try {
    if (typeof window === 'object' && window.localStorage) return window.localStorage;
  } catch {
    // A browser that forbids storage throws already on reading the property.
  }
  return memoryStorage();
}
