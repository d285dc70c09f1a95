import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../clock.ts';
import type { KeyDocument } from '../store/documents.ts';
import type { Store } from '../store/store.ts';
import { selfSignedCertificate } from './certificate.ts';
import type { MasterKey } from './master.ts';
import { KeyRing, type Rotation } from './ring.ts';

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
   * The public halves of all keys that a valid token can have been signed with, or soon will be, the current one first:
   * Ceph looks at no other.
   */
  published(): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Hears of keys that other nodes have made or retired. */
  refresh(): Promise<void>;
  rotate(options?: { readonly immediately?: boolean }): Promise<Rotation>;
  rotateWhenDue(every: number): Promise<Rotation | undefined>;
}

const modulusLength = 2048;
const hours = 60 * 60_000;

export function openTokenSigningKeys(options: {
  store: Store;
  master: MasterKey;
  clock: Clock;
  region: string;
}): TokenSigningKeys {
  const { store, master, clock, region } = options;
  const ring = new KeyRing<TokenSigningKey>({
    store,
    clock,
    kind: {
      prefix: 'sign/',
      idPrefix: region,
      // Twice as long as verifiers may keep the published keys.
      lead: 2 * hours,
      // The longest that a developer identity's token lasts, and what clocks may differ by.
      overlap: 24 * hours + hours / 12,
      make,
      open,
    },
  });
  let opening: Promise<void> | undefined;

  async function make(kid: string): Promise<string> {
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength });
    return master.wrap(privateKey.export({ format: 'der', type: 'pkcs8' }), `signing key ${kid}`);
  }

  function open(kid: string, { wrapped, createdAt }: KeyDocument): TokenSigningKey {
    const der = master.unwrap(wrapped, `signing key ${kid}`);
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const publicKey = createPublicKey(privateKey);
    const certificate = selfSignedCertificate({
      privateKey,
      publicKey,
      commonName: kid,
      notBefore: createdAt,
    });
    return { kid, privateKey, publicKey, publicJwks: publicJwksOf(kid, publicKey, certificate) };
  }

  async function ensureFirst(): Promise<void> {
    opening ??= ring.ensureFirst();
    try {
      await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  }

  return {
    async current() {
      await ensureFirst();
      const current = ring.current();
      if (current === undefined) throw new Error('the store holds no signing key');
      return current;
    },
    find: (kid) => ring.find(kid),
    async published() {
      await ensureFirst();
      await ring.refreshWhenStale();
      return ring.accepted().flatMap(({ publicJwks }) => publicJwks);
    },
    refresh: () => ring.refresh(),
    rotate: (how) => ring.rotate(how),
    rotateWhenDue: (every) => ring.rotateWhenDue(every),
  };
}

function publicJwksOf(kid: string, publicKey: KeyObject, certificate: Buffer): TokenSigningKey['publicJwks'] {
  const jwk = publicKey.export({ format: 'jwk' });
  const x5c = [certificate.toString('base64')];
  const x5t = createHash('sha1').update(certificate).digest('base64url');
  const algorithms: readonly TokenAlgorithm[] = ['RS512', 'RS256'];
  return algorithms.map((alg) => ({ ...jwk, kid: publishedKeyId(kid, alg), alg, use: 'sig', x5c, x5t }));
}
