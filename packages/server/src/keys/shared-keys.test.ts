import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock as clock } from '../clock.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { type MasterKey, MasterKeyMismatch, openMasterKey } from './master.ts';
import { openSealingKeys } from './sealing.ts';
import { openTokenSigningKeys } from './signing.ts';

let folder: string;
let one: Store;
let two: Store;
let master: MasterKey;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daypass-keys-'));
  const path = join(folder, 'daypass.sqlite');
  one = await openSqliteStore({ path });
  two = await openSqliteStore({ path });
  master = await openMasterKey({});
});

afterEach(async () => {
  await one.close();
  await two.close();
  await rm(folder, { recursive: true });
});

describe('the sealing keys', () => {
  const open = (store: Store, key = master) => openSealingKeys({ store, master: key, clock });

  it('are the same on two nodes that open an empty store at once, and after', async () => {
    const nodes = [...(await Promise.all([open(one), open(two)])), await open(one)];
    const exported = nodes.map(
      (keys) => `${keys.current().id} ${keys.current().key.export().toString('hex')}`,
    );
    expect(new Set(exported).size).toBe(1);
    for (const keys of nodes) expect(await keys.find('k1')).toEqual(keys.current());
  });

  it('are found when another node has made them meanwhile', async () => {
    const keys = await open(one);
    const wrapped = master.wrap(Buffer.alloc(32, 2), 'sealing key k2');
    await two.collection('keys').insert('seal/k2', { wrapped, createdAt: 0, usedFrom: 0 });
    expect((await keys.find('k2'))?.key.export()).toEqual(Buffer.alloc(32, 2));
  });

  it.each(['', 'k9', 'K1', '../sign/us-east-11', 'k1\0', 'k'.repeat(33)])('know no key %j', async (id) => {
    expect(await (await open(one)).find(id)).toBeUndefined();
  });

  it('do not open with another master key, and say so', async () => {
    await open(one);
    const refused = open(two, await openMasterKey({}));
    await expect(refused).rejects.toThrow(MasterKeyMismatch);
    await expect(refused).rejects.toThrow(
      'the master key does not open sealing key k1: it is not the key this data was written with. Restore master.key (or DAYPASS_MASTER_KEY) from where it was kept',
    );
  });

  it('are wrapped in the store, each for itself', async () => {
    const keys = await open(one);
    const stored = (await one.collection('keys').get('seal/k1'))?.value;
    if (stored === undefined) throw new Error('the key is not stored');
    expect(JSON.stringify(stored)).not.toContain(keys.current().key.export().toString('base64'));
    await one.collection('keys').insert('seal/k2', stored);
    await expect(keys.find('k2')).rejects.toThrow(MasterKeyMismatch);
  });
});

describe('the signing keys', () => {
  const open = (store: Store, key = master) =>
    openTokenSigningKeys({ store, master: key, clock, region: 'us-east-1' });

  it('are the same on two nodes that need one at once', async () => {
    const nodes = [open(one), open(two)] as const;
    const [first, second] = await Promise.all([nodes[0].current(), nodes[1].current()]);
    expect(second.publicJwks).toEqual(first.publicJwks);
    expect(await nodes[0].published()).toEqual(await nodes[1].published());
  });

  it('publish the public half only', async () => {
    const jwks = await open(one).published();
    for (const jwk of jwks) {
      expect(Object.keys(jwk).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use', 'x5c', 'x5t']);
    }
    expect(jwks).toMatchObject([
      { kty: 'RSA', alg: 'RS512', use: 'sig', kid: 'us-east-11' },
      { kty: 'RSA', alg: 'RS256', use: 'sig', kid: 'us-east-11-rs256' },
    ]);
  });

  it('publish a certificate of the key, the same on every node, with its thumbprint', async () => {
    const { publicKey } = await open(one).current();
    const [jwk] = await open(two).published();
    const [der] = Array.isArray(jwk?.x5c) ? jwk.x5c : [];
    const certificate = new X509Certificate(Buffer.from(String(der), 'base64'));
    expect(certificate.publicKey.equals(publicKey)).toBe(true);
    const thumbprint = certificate.fingerprint.replaceAll(':', '').toLowerCase();
    expect(Buffer.from(String(jwk?.x5t), 'base64url').toString('hex')).toBe(thumbprint);
    expect(await open(two).published()).toEqual(await open(one).published());
  });

  it('are made once, however many ask at once', async () => {
    const keys = open(one);
    const all = await Promise.all(Array.from({ length: 8 }, () => keys.current()));
    expect(new Set(all).size).toBe(1);
    expect(await keys.find('us-east-11')).toBe(all[0]);
  });

  it.each(['', 'us-east-12', '../seal/k1', 'US-EAST-11'])('know no key %j', async (kid) => {
    const keys = open(one);
    await keys.current();
    expect(await keys.find(kid)).toBeUndefined();
  });

  it('do not open with another master key, and do once it is restored', async () => {
    await open(one).current();
    await expect(open(two, await openMasterKey({})).current()).rejects.toThrow(
      /^the master key does not open signing key us-east-11: /,
    );
    await open(two).current();
  });
});
