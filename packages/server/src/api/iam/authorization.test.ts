import type { IAM } from '@aws-sdk/client-iam';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { account, policy, type Running, refusal, serve, trust } from './testing.ts';

let running: Running;
let root: IAM;
/** A client with the key of the user `backend`. */
let backend: IAM;
let AccessKeyId: string;
const UserName = 'backend';

beforeAll(async () => {
  running = await serve();
  root = running.iam;
  await root.createRole({ RoleName: 'Players', Path: '/game/', AssumeRolePolicyDocument: trust() });
  await root.createPolicy({ PolicyName: 'Admin', PolicyDocument: policy('*') });
  await root.createPolicy({ PolicyName: 'GetOnly', PolicyDocument: policy('iam:Get*') });
});
afterAll(() => running.close());

beforeEach(async () => {
  await root.createUser({ UserName, Path: '/svc/' });
  ({ iam: backend, AccessKeyId } = await newKey());
});

afterEach(async () => {
  for (const key of (await root.listAccessKeys({ UserName })).AccessKeyMetadata ?? [])
    await root.deleteAccessKey({ UserName, AccessKeyId: key.AccessKeyId });
  for (const { PolicyArn } of (await root.listAttachedUserPolicies({ UserName })).AttachedPolicies ?? [])
    await root.detachUserPolicy({ UserName, PolicyArn });
  for (const PolicyName of (await root.listUserPolicies({ UserName })).PolicyNames ?? [])
    await root.deleteUserPolicy({ UserName, PolicyName });
  await root.deleteUser({ UserName });
});

async function newKey(): Promise<{ iam: IAM; AccessKeyId: string }> {
  const { AccessKey } = await root.createAccessKey({ UserName });
  const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {};
  return {
    iam: running.client({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey }),
    AccessKeyId,
  };
}

async function allow(...statements: readonly object[]): Promise<void> {
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  await root.putUserPolicy({ UserName, PolicyName: 'p', PolicyDocument });
}

const arnOf = (resource: string) => `arn:aws:iam::${account}:${resource}`;
const denied = (action: string, resource: string, why = 'because no identity-based policy allows') =>
  `403 AccessDenied: User: ${arnOf('user/svc/backend')} is not authorized to perform: ${action} on resource: ${resource} ${why}${why.startsWith('because') ? ` the ${action} action` : ''}`;
const invalid = '403 InvalidClientTokenId: The security token included in the request is invalid.';

describe("a user's key", () => {
  it.each<readonly [string, () => Promise<unknown>, string]>([
    ['GetRole', () => backend.getRole({ RoleName: 'Players' }), denied('iam:GetRole', 'role Players')],
    [
      'AttachRolePolicy',
      () => backend.attachRolePolicy({ RoleName: 'Players', PolicyArn: arnOf('policy/Admin') }),
      denied('iam:AttachRolePolicy', 'role Players'),
    ],
    [
      'CreateRole',
      () => backend.createRole({ RoleName: 'New', Path: '/a/', AssumeRolePolicyDocument: trust() }),
      denied('iam:CreateRole', arnOf('role/a/New')),
    ],
    ['ListRoles', () => backend.listRoles({}), denied('iam:ListRoles', arnOf('role/'))],
    [
      'GetPolicy',
      () => backend.getPolicy({ PolicyArn: arnOf('policy/Admin') }),
      denied('iam:GetPolicy', `policy ${arnOf('policy/Admin')}`),
    ],
    ['ListPolicies', () => backend.listPolicies({}), denied('iam:ListPolicies', 'policy path /')],
    ['GetUser', () => backend.getUser({}), denied('iam:GetUser', 'user backend')],
    ['CreateAccessKey', () => backend.createAccessKey({}), denied('iam:CreateAccessKey', 'user backend')],
    [
      'CreateOpenIDConnectProvider',
      () => backend.createOpenIDConnectProvider({ Url: 'https://a.example.test' }),
      denied('iam:CreateOpenIDConnectProvider', arnOf('oidc-provider/a.example.test')),
    ],
  ])('without a policy may not %s', async (_, call, expected) => {
    expect(await refusal(call())).toBe(expected);
  });

  it('may do what its policies allow and no more', async () => {
    await allow({ Effect: 'Allow', Action: 'iam:GetRole', Resource: arnOf('role/game/*') });
    expect((await backend.getRole({ RoleName: 'Players' })).Role?.RoleName).toBe('Players');
    expect(await refusal(backend.deleteRole({ RoleName: 'Players' }))).toBe(
      denied('iam:DeleteRole', 'role Players'),
    );
    await allow({ Effect: 'Allow', Action: 'iam:GetRole', Resource: arnOf('role/Players') });
    expect(await refusal(backend.getRole({ RoleName: 'Players' })), 'the path counts').toBe(
      denied('iam:GetRole', 'role Players'),
    );
  });

  it('is held by an explicit deny', async () => {
    await allow(
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action: 'iam:DeleteRole', Resource: arnOf('role/game/*') },
    );
    expect(await refusal(backend.deleteRole({ RoleName: 'Players' }))).toBe(
      denied('iam:DeleteRole', 'role Players', 'with an explicit deny in an identity-based policy'),
    );
  });

  it('may do what an attached policy allows, from that moment to the one it is detached', async () => {
    const PolicyArn = arnOf('policy/GetOnly');
    await root.attachUserPolicy({ UserName, PolicyArn });
    await backend.getRole({ RoleName: 'Players' });
    await root.detachUserPolicy({ UserName, PolicyArn });
    expect(await refusal(backend.getRole({ RoleName: 'Players' }))).toBe(
      denied('iam:GetRole', 'role Players'),
    );
  });

  it('follows a new default version of an attached policy at once', async () => {
    const PolicyArn = arnOf('policy/Changing');
    await root.createPolicy({ PolicyName: 'Changing', PolicyDocument: policy('iam:GetRole') });
    await root.attachUserPolicy({ UserName, PolicyArn });
    await backend.getRole({ RoleName: 'Players' });
    await root.createPolicyVersion({ PolicyArn, PolicyDocument: policy('iam:GetUser'), SetAsDefault: true });
    expect(await refusal(backend.getRole({ RoleName: 'Players' }))).toBe(
      denied('iam:GetRole', 'role Players'),
    );
    await root.setDefaultPolicyVersion({ PolicyArn, VersionId: 'v1' });
    await backend.getRole({ RoleName: 'Players' });
  });

  it('is held by a permissions boundary', async () => {
    await allow({ Effect: 'Allow', Action: '*', Resource: '*' });
    await root.putUserPermissionsBoundary({ UserName, PermissionsBoundary: arnOf('policy/GetOnly') });
    await backend.getRole({ RoleName: 'Players' });
    expect(await refusal(backend.listRoles({}))).toBe(
      denied('iam:ListRoles', arnOf('role/'), 'because no permissions boundary allows'),
    );
    await root.deleteUserPermissionsBoundary({ UserName });
    await backend.listRoles({});
  });

  it('is refused from the moment it is put to rest or deleted', async () => {
    await allow({ Effect: 'Allow', Action: '*', Resource: '*' });
    await backend.listRoles({});
    await root.updateAccessKey({ UserName, AccessKeyId, Status: 'Inactive' });
    expect(await refusal(backend.listRoles({}))).toBe(invalid);
    await root.updateAccessKey({ UserName, AccessKeyId, Status: 'Active' });
    await backend.listRoles({});
    await root.deleteAccessKey({ UserName, AccessKeyId });
    expect(await refusal(backend.listRoles({}))).toBe(invalid);
  });

  it('may see and change itself without its name, where it is allowed to', async () => {
    await allow({ Effect: 'Allow', Action: 'iam:*', Resource: arnOf('user/svc/${aws:username}') });
    expect((await backend.getUser({})).User?.Arn).toBe(arnOf('user/svc/backend'));
    const { AccessKey } = await backend.createAccessKey({});
    expect((await backend.listAccessKeys({})).AccessKeyMetadata).toHaveLength(2);
    await backend.deleteAccessKey({ AccessKeyId: AccessKey?.AccessKeyId });
    expect(await refusal(backend.getUser({ UserName: 'other' }))).toBe(denied('iam:GetUser', 'user other'));
  });
});

describe('a delegated administrator', () => {
  const everything = { Effect: 'Allow', Action: 'iam:*', Resource: '*' };
  const deny = (action: string, condition: object) => ({
    Effect: 'Deny',
    Action: action,
    Resource: '*',
    Condition: condition,
  });
  const explicit = 'with an explicit deny in an identity-based policy';

  it('is kept from attaching a certain policy', async () => {
    await allow(everything, deny('iam:Attach*', { ArnEquals: { 'iam:PolicyARN': arnOf('policy/Admin') } }));
    expect(await refusal(backend.attachUserPolicy({ UserName, PolicyArn: arnOf('policy/Admin') }))).toBe(
      denied('iam:AttachUserPolicy', 'user backend', explicit),
    );
    await backend.attachUserPolicy({ UserName, PolicyArn: arnOf('policy/GetOnly') });
  });

  it('must give a boundary to those it creates', async () => {
    await allow(
      everything,
      deny('iam:CreateUser', { StringNotEquals: { 'iam:PermissionsBoundary': arnOf('policy/GetOnly') } }),
    );
    expect(await refusal(backend.createUser({ UserName: 'free' }))).toBe(
      denied('iam:CreateUser', arnOf('user/free'), explicit),
    );
    await backend.createUser({ UserName: 'bound', PermissionsBoundary: arnOf('policy/GetOnly') });
  });

  it('may set only certain tags', async () => {
    await allow(
      everything,
      deny('iam:Tag*', { StringEquals: { 'aws:RequestTag/level': 'admin' } }),
      deny('iam:Untag*', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['level'] } }),
    );
    const tagged = (Value: string) =>
      refusal(backend.tagRole({ RoleName: 'Players', Tags: [{ Key: 'level', Value }] }));
    expect(await tagged('admin')).toBe(denied('iam:TagRole', 'role Players', explicit));
    expect(await tagged('player')).toBe('no error');
    expect(await refusal(backend.untagRole({ RoleName: 'Players', TagKeys: ['level'] }))).toBe(
      denied('iam:UntagRole', 'role Players', explicit),
    );
  });

  it('may change only what is tagged as its own', async () => {
    await root.tagRole({ RoleName: 'Players', Tags: [{ Key: 'owner', Value: 'backend' }] });
    await allow({
      Effect: 'Allow',
      Action: 'iam:UpdateRole',
      Resource: '*',
      Condition: { StringEquals: { 'aws:ResourceTag/owner': '${aws:username}' } },
    });
    await backend.updateRole({ RoleName: 'Players' });
    await root.tagRole({ RoleName: 'Players', Tags: [{ Key: 'owner', Value: 'somebody' }] });
    expect(await refusal(backend.updateRole({ RoleName: 'Players' }))).toBe(
      denied('iam:UpdateRole', 'role Players'),
    );
  });
});
