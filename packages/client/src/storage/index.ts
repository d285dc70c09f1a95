export { type CookieJar, cookieStorage } from './cookie.ts';
export { indexedDbStorage } from './indexed-db.ts';
export { secureStorage } from './secure.ts';
export { type AuthStorage, memoryStorage } from './storage.ts';
