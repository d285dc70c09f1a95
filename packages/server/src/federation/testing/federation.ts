import { openRoles } from '../../access/roles.ts';
import { BoundedMap } from '../../bounded-map.ts';
import { type EmbeddedCredentials, embeddedCredentials } from '../../credentials/embedded.ts';
import type { IdentityId, PoolId } from '../../ids.ts';
import { openMasterKey } from '../../keys/master.ts';
import { openSealingKeys } from '../../keys/sealing.ts';
import { openTokenSigningKeys } from '../../keys/signing.ts';
import type { PoolDocument, RoleDocument } from '../../store/documents.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import { TestClock, TestIssuer } from '../../tokens/testing/issuer.ts';
import { createTokenVerifier } from '../../tokens/verifier.ts';
import type { FederationServices } from '../exchange.ts';
import { openPools } from '../pools.ts';
import { poolDocument } from './pool.ts';

/** Federation over a store in memory, with two real issuers; a test adds pools and roles. */
export interface TestFederation extends FederationServices {
  readonly clock: TestClock;
  readonly credentials: EmbeddedCredentials;
  /** `login.example.test` and `accounts.google.com`. */
  readonly issuers: { readonly example: TestIssuer; readonly google: TestIssuer };
  /** Whom the exchange has told as seen. */
  readonly seenIdentities: IdentityId[];
  addPool(changes?: Partial<PoolDocument>): Promise<PoolDocument>;
  changePool(changes: Partial<PoolDocument> & { readonly poolId: PoolId }): Promise<void>;
  /** A role that trusts whoever the statements of its trust policy say; its ARN is returned. */
  addRole(name: string, trust: object | readonly object[], changes?: Partial<RoleDocument>): Promise<string>;
  close(): Promise<void>;
}

const place = { region: 'us-east-1', account: '000000000000' };
const exampleProvider = `arn:aws:iam::${place.account}:oidc-provider/login.example.test`;

export async function openFederation(): Promise<TestFederation> {
  const clock = new TestClock();
  const store = await openSqliteStore({ path: ':memory:' });
  const master = await openMasterKey({});
  const example = await TestIssuer.start('login.example.test', clock);
  const google = await TestIssuer.start('accounts.google.com', clock);
  const tokens = createTokenVerifier({
    clock,
    overrides: new Map([...example.overrides, ...google.overrides]),
  });
  const pools = openPools({ store, clock });
  const seenIdentities: IdentityId[] = [];
  await store.collection('oidc_providers').insert(exampleProvider, {
    url: 'https://login.example.test',
    clientIds: ['game'],
    thumbprints: [],
    tags: {},
    createdAt: 0,
  });
  return {
    store,
    clock,
    place,
    pools,
    tokens,
    issuers: { example, google },
    signingKeys: openTokenSigningKeys({ store, master, clock, region: place.region }),
    issuer: () => 'https://pools.example.test',
    roles: openRoles({ store, clock, place }),
    credentials: embeddedCredentials({ keys: await openSealingKeys({ store, master, clock }), clock }),
    brokers: { issuerFor: () => undefined, tryOut: () => undefined },
    poolsOfIdentities: new BoundedMap(100),
    seenIdentities,
    seen: (identityId) => void seenIdentities.push(identityId),
    async addPool(changes) {
      const document = poolDocument({
        openIdConnectProviderArns: [exampleProvider],
        supportedLoginProviders: { 'accounts.google.com': 'game' },
        developerProviderName: 'login.my.backend',
        ...changes,
      });
      await store.collection('pools').insert(document.poolId, document);
      return document;
    },
    async changePool(changes) {
      const stored = await store.collection('pools').get(changes.poolId);
      if (stored === undefined) throw new Error('no such pool');
      await store
        .collection('pools')
        .replace(changes.poolId, { ...stored.value, ...changes }, stored.version);
      pools.forget(changes.poolId);
    },
    async addRole(name, trust, changes = {}) {
      await store.collection('roles').insert(name.toLowerCase(), {
        roleName: name,
        roleId: `AROA${name.toUpperCase()}`,
        path: '/',
        trustPolicy: JSON.stringify({ Version: '2012-10-17', Statement: trust }),
        inlinePolicies: {},
        attachedPolicyArns: [],
        maxSessionDuration: 3600,
        tags: {},
        createdAt: 0,
        ...changes,
      });
      return `arn:aws:iam::${place.account}:role/${name}`;
    },
    async close() {
      tokens.close();
      await Promise.all([store.close(), example.close(), google.close()]);
    },
  };
}

/** A statement that lets identities of a pool in. */
export function trusting(poolId: PoolId, changes: { action?: readonly string[]; amr?: string } = {}): object {
  const { action = ['sts:AssumeRoleWithWebIdentity'], amr } = changes;
  return {
    Effect: 'Allow',
    Principal: { Federated: 'cognito-identity.amazonaws.com' },
    Action: action,
    Condition: {
      StringEquals: { 'cognito-identity.amazonaws.com:aud': poolId },
      ...(amr !== undefined && { 'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': amr } }),
    },
  };
}
