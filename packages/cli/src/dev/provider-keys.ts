import { generateKeyPair, type JsonWebKey, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** What the OpenID provider must not lose, so that tokens and cookies of one run are good in the next. */
export interface ProviderKeys {
  /** Private RSA key that signs ID tokens. */
  readonly signing: JsonWebKey & { kty: string };
  /** Key of the cookies' MAC. */
  readonly cookies: string;
}

/** Reads the keys from the file, or makes them and writes the file with mode 0600. */
export async function providerKeys(file: string): Promise<ProviderKeys> {
  const stored = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (stored !== undefined) return JSON.parse(stored) as ProviderKeys;

  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const id = randomBytes(8).toString('hex');
  const keys = {
    signing: { ...privateKey.export({ format: 'jwk' }), kty: 'RSA', kid: id, use: 'sig', alg: 'RS256' },
    cookies: randomBytes(32).toString('base64url'),
  };
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(keys), { mode: 0o600, flag: 'wx' });
  return keys;
}
