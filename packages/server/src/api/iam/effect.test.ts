import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AccessFloor, accessFloor, place, policy, roleDocument, trust } from '../../access/testing.ts';
import { openPools, type Pools } from '../../federation/pools.ts';
import type { PoolId } from '../../ids.ts';
import type { AnyOperation, DecodedInput } from '../protocol/operation.ts';
import { AddClientIDToOpenIDConnectProvider } from './AddClientIDToOpenIDConnectProvider.ts';
import { CreateRole } from './CreateRole.ts';
import { DeleteOpenIDConnectProvider } from './DeleteOpenIDConnectProvider.ts';
import { DeleteRole } from './DeleteRole.ts';
import { DeleteRolePolicy } from './DeleteRolePolicy.ts';
import { DeleteSAMLProvider } from './DeleteSAMLProvider.ts';
import { PutRolePolicy } from './PutRolePolicy.ts';
import { RemoveClientIDFromOpenIDConnectProvider } from './RemoveClientIDFromOpenIDConnectProvider.ts';
import type { IamServices } from './services.ts';

let floor: AccessFloor;
let pools: Pools;

beforeEach(async () => {
  floor = await accessFloor();
  pools = openPools({ store: floor.store, clock: floor.clock });
});

afterEach(() => floor.store.close());

/** Time stands still here: what is seen after a call is seen at once. */
function call(operation: AnyOperation<IamServices>, input: DecodedInput) {
  const services = { ...floor, place, pools };
  return operation.handle(services, input, {
    requestId: 'r',
    sourceIp: '127.0.0.1',
    caller: undefined,
  });
}

describe('a change of a role', () => {
  const RoleName = 'Players';
  const policiesNow = async () => (await floor.roles.byName(RoleName))?.inline.map(({ source }) => source);

  it('acts at once', async () => {
    expect(await policiesNow()).toBeUndefined();
    await call(CreateRole, { RoleName, AssumeRolePolicyDocument: trust });
    expect(await policiesNow()).toEqual([]);
    await call(PutRolePolicy, { RoleName, PolicyName: 'p', PolicyDocument: policy('Allow', 's3:*') });
    expect(await policiesNow()).toEqual(['policy p of role Players']);
    await call(DeleteRolePolicy, { RoleName, PolicyName: 'p' });
    expect(await policiesNow()).toEqual([]);
    await call(DeleteRole, { RoleName });
    expect(await policiesNow()).toBeUndefined();
  });

  it('acts at once also under another spelling of its name', async () => {
    await floor.store.collection('roles').insert('players', roleDocument());
    expect(await policiesNow()).toEqual([]);
    const PolicyDocument = policy('Allow', 's3:*');
    await call(PutRolePolicy, { RoleName: 'PLAYERS', PolicyName: 'p', PolicyDocument });
    expect(await policiesNow()).toEqual(['policy p of role Players']);
  });
});

describe('a change of a provider', () => {
  const poolId = 'us-east-1:pool' as PoolId;
  const OpenIDConnectProviderArn = 'arn:aws:iam::000000000000:oidc-provider/login.example.test';
  const SAMLProviderArn = 'arn:aws:iam::000000000000:saml-provider/Corp';

  beforeEach(async () => {
    const { store } = floor;
    const made = { tags: {}, createdAt: 0 };
    const oidc = { url: 'https://login.example.test', clientIds: ['game'], thumbprints: [], ...made };
    await store.collection('oidc_providers').insert(OpenIDConnectProviderArn, oidc);
    const saml = { name: 'Corp', uuid: 'A', metadata: '<a/>', validUntil: 0, ...made };
    await store.collection('saml_providers').insert(SAMLProviderArn, saml);
    await store.collection('pools').insert(poolId, {
      poolId,
      name: 'game',
      allowUnauthenticatedIdentities: false,
      supportedLoginProviders: {},
      openIdConnectProviderArns: [OpenIDConnectProviderArn],
      cognitoIdentityProviders: [],
      samlProviderArns: [SAMLProviderArn],
      roles: {},
      roleMappings: {},
      principalTags: {},
      ...made,
    });
  });

  it('acts at once on every pool that names it', async () => {
    const clients = async () =>
      (await pools.get(poolId)).providers.openIdConnectProviders.map(({ clientIds }) => clientIds);
    expect(await clients()).toEqual([['game']]);
    await call(AddClientIDToOpenIDConnectProvider, { OpenIDConnectProviderArn, ClientID: 'web' });
    expect(await clients()).toEqual([['game', 'web']]);
    await call(RemoveClientIDFromOpenIDConnectProvider, { OpenIDConnectProviderArn, ClientID: 'game' });
    expect(await clients()).toEqual([['web']]);
    await call(DeleteOpenIDConnectProvider, { OpenIDConnectProviderArn });
    expect(await clients()).toEqual([]);
  });

  it('acts at once for SAML too', async () => {
    const providers = async () => (await pools.get(poolId)).providers.samlProviders.map(({ arn }) => arn);
    expect(await providers()).toEqual([SAMLProviderArn]);
    await call(DeleteSAMLProvider, { SAMLProviderArn });
    expect(await providers()).toEqual([]);
  });
});
