import type { AuthStorage } from './storage.ts';

const ITEMS = 'items';
const KEYS = 'keys';

/**
 * A storage in IndexedDB: for workers, which have no Web Storage, and for what Web Storage is too small for.
 *
 * @example
 * ```ts
 * const auth = createAuth({ identityPoolId, endpoint, storage: indexedDbStorage() });
 * ```
 */
export function indexedDbStorage(database = 'daypass'): AuthStorage {
  return {
    getItem: (key) => transact<string | undefined>(database, ITEMS, 'readonly', (items) => items.get(key)),
    setItem: (key, value) => transact(database, ITEMS, 'readwrite', (items) => items.put(value, key)),
    removeItem: (key) => transact(database, ITEMS, 'readwrite', (items) => items.delete(key)),
  };
}

/** The key called `name`, made by `make` the first time; of two tabs that make one, both get the first. */
export async function databaseKey<Key>(
  database: string,
  name: string,
  make: () => Promise<Key>,
): Promise<Key> {
  const find = () => transact<Key | undefined>(database, KEYS, 'readonly', (keys) => keys.get(name));
  const known = await find();
  if (known) return known;
  const made = await make();
  // `add` refuses a name that is taken, in one transaction with the look-up.
  await transact(database, KEYS, 'readwrite', (keys) => keys.add(made, name)).catch(() => undefined);
  return (await find()) ?? made;
}

/** Runs one request in a transaction of its own; rejects where there is no IndexedDB. */
async function transact<T>(
  database: string,
  store: string,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest,
): Promise<T> {
  const connection = await open(database);
  try {
    const transaction = connection.transaction(store, mode);
    const request: IDBRequest<T> = work(transaction.objectStore(store));
    return await new Promise<T>((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    connection.close();
  }
}

function open(database: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(ITEMS);
      request.result.createObjectStore(KEYS);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
