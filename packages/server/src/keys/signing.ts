import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../clock.ts';
import type { KeyDocument } from '../store/documents.ts';
import type { Store } from '../store/store.ts';
import { selfSignedCertificate } from './certificate.ts';
import type { MasterKey } from './master.ts';

/** A key that signs the pools' OpenID tokens. */
export interface TokenSigningKey {
  /** `<region><number>`, as on AWS. */
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** The public half as published, once for each algorithm: RFC 7517 with `alg`, `use`, `x5c` and `x5t`. */
  readonly publicJwks: readonly Readonly<Record<string, unknown>>[];
}

/** RS512 is what Cognito signs with; RS256 is what every STS can verify. */
export type TokenAlgorithm = 'RS512' | 'RS256';

/** The id under which a key is published for an algorithm; an entry of a JWK Set is of one algorithm alone. */
export function publishedKeyId(kid: string, algorithm: TokenAlgorithm): string {
  return algorithm === 'RS512' ? kid : `${kid}-rs256`;
}

/** The signing keys all nodes share. The first one is made when it is first needed. */
export interface TokenSigningKeys {
  /** The key new tokens are signed with. */
  current(): Promise<TokenSigningKey>;
  /** The key of an id: what a token in hand was signed with. */
  find(kid: string): Promise<TokenSigningKey | undefined>;
  /**
   * The public halves of all keys that a valid token can have been signed with, the current one first: Ceph looks at no
   * other.
   */
  published(): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

const prefix = 'sign/';
const modulusLength = 2048;

export function openTokenSigningKeys(options: {
  store: Store;
  master: MasterKey;
  clock: Clock;
  region: string;
}): TokenSigningKeys {
  const { store, master, clock, region } = options;
  const documents = store.collection('keys');
  const known = new Map<string, TokenSigningKey & { usedFrom: number }>();
  let reading: Promise<void> | undefined;

  function learn(kid: string, document: KeyDocument): TokenSigningKey {
    const der = master.unwrap(document.wrapped, `signing key ${kid}`);
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const publicKey = createPublicKey(privateKey);
    const notBefore = document.createdAt;
    const certificate = selfSignedCertificate({ privateKey, publicKey, commonName: kid, notBefore });
    const publicJwks = publicJwksOf(kid, publicKey, certificate);
    const key = { kid, privateKey, publicKey, publicJwks, usedFrom: document.usedFrom };
    known.set(kid, key);
    return key;
  }

  function newestFirst(): (TokenSigningKey & { usedFrom: number })[] {
    return [...known.values()].sort((a, b) => b.usedFrom - a.usedFrom);
  }

  async function readAll(): Promise<void> {
    const stored = await documents.list({ after: prefix, limit: 1000 });
    for (const { key, value } of stored) {
      const kid = key.slice(prefix.length);
      if (key.startsWith(prefix) && !known.has(kid)) learn(kid, value);
    }
  }

  async function readOrMake(): Promise<void> {
    await readAll();
    if (known.size > 0) return;
    // A fixed first id: of two nodes that need a key at once, one inserts and both read the same.
    const kid = `${region}1`;
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength });
    const wrapped = master.wrap(privateKey.export({ format: 'der', type: 'pkcs8' }), `signing key ${kid}`);
    const now = clock.now();
    await documents.insert(prefix + kid, { wrapped, createdAt: now, usedFrom: now });
    await readAll();
  }

  async function open(): Promise<void> {
    reading ??= readOrMake();
    try {
      await reading;
    } catch (error) {
      reading = undefined;
      throw error;
    }
  }

  return {
    async current() {
      await open();
      const [newest] = newestFirst();
      if (newest === undefined) throw new Error('the store holds no signing key');
      return newest;
    },
    async find(kid) {
      const key = known.get(kid);
      if (key !== undefined || !/^[a-z0-9-]{1,64}$/.test(kid)) return key;
      const stored = await documents.get(prefix + kid);
      return stored && learn(kid, stored.value);
    },
    async published() {
      await open();
      await readAll();
      return newestFirst().flatMap(({ publicJwks }) => publicJwks);
    },
  };
}

function publicJwksOf(kid: string, publicKey: KeyObject, certificate: Buffer): TokenSigningKey['publicJwks'] {
  const jwk = publicKey.export({ format: 'jwk' });
  const x5c = [certificate.toString('base64')];
  const x5t = createHash('sha1').update(certificate).digest('base64url');
  const algorithms: readonly TokenAlgorithm[] = ['RS512', 'RS256'];
  return algorithms.map((alg) => ({ ...jwk, kid: publishedKeyId(kid, alg), alg, use: 'sig', x5c, x5t }));
}
