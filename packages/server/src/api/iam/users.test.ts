import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account, policy, type Running, refusal, serve } from './testing.ts';

let running: Running;
let iam: Running['iam'];

beforeAll(async () => {
  running = await serve();
  iam = running.iam;
  await iam.createPolicy({ PolicyName: 'Bound', PolicyDocument: policy('s3:*') });
});
afterAll(() => running.close());

const boundary = `arn:aws:iam::${account}:policy/Bound`;
const PolicyDocument = policy('s3:GetObject');

describe('a user', () => {
  it('is created, shown, tagged, bounded and deleted', async () => {
    const { User } = await iam.createUser({
      UserName: 'backend',
      Path: '/svc/',
      PermissionsBoundary: boundary,
      Tags: [{ Key: 'team', Value: 'game' }],
    });
    expect(User).toEqual({
      Path: '/svc/',
      UserName: 'backend',
      UserId: expect.stringMatching(/^AIDA[A-Z2-7]{16}$/),
      Arn: `arn:aws:iam::${account}:user/svc/backend`,
      CreateDate: expect.any(Date),
      PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: boundary },
      Tags: [{ Key: 'team', Value: 'game' }],
    });
    expect((await iam.getUser({ UserName: 'BACKEND' })).User).toEqual(User);
    await iam.deleteUserPermissionsBoundary({ UserName: 'backend' });
    await iam.untagUser({ UserName: 'backend', TagKeys: ['Team'] });
    const { PermissionsBoundary, Tags, ...bare } = User ?? {};
    expect((await iam.getUser({ UserName: 'backend' })).User).toEqual(bare);
    await iam.putUserPermissionsBoundary({ UserName: 'backend', PermissionsBoundary: boundary });
    await iam.tagUser({ UserName: 'backend', Tags: [{ Key: 'a', Value: 'b' }] });
    expect((await iam.listUserTags({ UserName: 'backend' })).Tags).toEqual([{ Key: 'a', Value: 'b' }]);
    const listed = await iam.listUsers({ PathPrefix: '/svc' });
    expect(listed).toMatchObject({ IsTruncated: false });
    expect(listed.Users, 'without tags and boundary').toEqual([bare]);
    await iam.deleteUser({ UserName: 'backend' });
    expect((await iam.listUsers({})).Users).toEqual([]);
  });

  it('has inline and attached policies', async () => {
    const UserName = 'holder';
    await iam.createUser({ UserName });
    await iam.putUserPolicy({ UserName, PolicyName: 'p', PolicyDocument });
    expect((await iam.listUserPolicies({ UserName })).PolicyNames).toEqual(['p']);
    const got = await iam.getUserPolicy({ UserName, PolicyName: 'p' });
    expect(got).toMatchObject({ UserName, PolicyName: 'p' });
    expect(decodeURIComponent(got.PolicyDocument ?? '')).toBe(PolicyDocument);
    await iam.attachUserPolicy({ UserName, PolicyArn: boundary });
    expect((await iam.listAttachedUserPolicies({ UserName })).AttachedPolicies).toEqual([
      { PolicyName: 'Bound', PolicyArn: boundary },
    ]);
    const { AccessKey } = await iam.createAccessKey({ UserName });
    const refusalToDelete = () => refusal(iam.deleteUser({ UserName }));
    expect(await refusalToDelete()).toBe(
      '409 DeleteConflict: Cannot delete entity, must detach all policies first.',
    );
    await iam.detachUserPolicy({ UserName, PolicyArn: boundary });
    expect(await refusalToDelete()).toBe(
      '409 DeleteConflict: Cannot delete entity, must delete policies first.',
    );
    await iam.deleteUserPolicy({ UserName, PolicyName: 'p' });
    expect(await refusalToDelete()).toBe(
      '409 DeleteConflict: Cannot delete entity, must delete access keys first.',
    );
    await iam.deleteAccessKey({ UserName, AccessKeyId: AccessKey?.AccessKeyId });
    await iam.deleteUser({ UserName });
    expect(await refusal(iam.getUser({ UserName }))).toBe(
      '404 NoSuchEntity: The user with name holder cannot be found.',
    );
  });

  it('has nothing of what is not kept here', async () => {
    const UserName = 'plain';
    await iam.createUser({ UserName });
    expect((await iam.listGroupsForUser({ UserName })).Groups).toEqual([]);
    expect((await iam.listMFADevices({ UserName })).MFADevices).toEqual([]);
    expect((await iam.listVirtualMFADevices({})).VirtualMFADevices).toEqual([]);
    expect((await iam.listSSHPublicKeys({ UserName })).SSHPublicKeys).toEqual([]);
    expect((await iam.listSigningCertificates({ UserName })).Certificates).toEqual([]);
    expect((await iam.listServiceSpecificCredentials({ UserName })).ServiceSpecificCredentials).toEqual([]);
    expect(await refusal(iam.deleteLoginProfile({ UserName }))).toBe(
      '404 NoSuchEntity: Login Profile for User plain cannot be found.',
    );
  });

  it('is root when root asks without a name', async () => {
    expect((await iam.getUser({})).User).toEqual({
      UserId: account,
      Arn: `arn:aws:iam::${account}:root`,
      CreateDate: expect.any(Date),
    });
  });
});

describe('an access key', () => {
  it('is made with its secret, listed without it, put to rest and deleted', async () => {
    const UserName = 'keys';
    await iam.createUser({ UserName });
    expect((await iam.listAccessKeys({ UserName })).AccessKeyMetadata).toEqual([]);
    const { AccessKey } = await iam.createAccessKey({ UserName });
    expect(AccessKey).toEqual({
      UserName,
      AccessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/),
      Status: 'Active',
      SecretAccessKey: expect.stringMatching(/^[A-Za-z0-9+/]{40}$/),
      CreateDate: expect.any(Date),
    });
    const { SecretAccessKey, ...metadata } = AccessKey ?? {};
    const AccessKeyId = AccessKey?.AccessKeyId;
    expect((await iam.listAccessKeys({ UserName })).AccessKeyMetadata).toEqual([metadata]);
    await iam.updateAccessKey({ UserName, AccessKeyId, Status: 'Inactive' });
    expect((await iam.listAccessKeys({ UserName })).AccessKeyMetadata).toMatchObject([
      { Status: 'Inactive' },
    ]);
    expect(await iam.getAccessKeyLastUsed({ AccessKeyId })).toMatchObject({
      UserName,
      AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' },
    });
    await iam.deleteAccessKey({ UserName, AccessKeyId });
    expect((await iam.listAccessKeys({ UserName })).AccessKeyMetadata).toEqual([]);
  });

  it('is one of two at most, also when many are made at once', async () => {
    const UserName = 'two';
    await iam.createUser({ UserName });
    const made = await Promise.all(
      Array.from({ length: 6 }, () => refusal(iam.createAccessKey({ UserName }))),
    );
    expect(made.filter((outcome) => outcome === 'no error')).toHaveLength(2);
    expect(new Set(made)).toEqual(
      new Set(['no error', '409 LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2']),
    );
    expect((await iam.listAccessKeys({ UserName })).AccessKeyMetadata).toHaveLength(2);
  });
});

const unknownKey = 'AKIAIOSFODNN7EXAMPLE';
const missing = `arn:aws:iam::${account}:policy/missing`;
const unknown = '404 NoSuchEntity: The user with name unknown cannot be found.';

describe('an operation on a user is refused', () => {
  beforeAll(async () => {
    await iam.createUser({ UserName: 'taken' });
  });
  const UserName = 'taken';

  it.each<readonly [string, () => Promise<unknown>, string]>([
    [
      'a name that is taken, in any case',
      () => iam.createUser({ UserName: 'Taken' }),
      '409 EntityAlreadyExists: User with name Taken already exists.',
    ],
    [
      'a boundary that is not there',
      () => iam.createUser({ UserName: 'New', PermissionsBoundary: missing }),
      `404 NoSuchEntity: Scope ARN: ${missing} does not exist or is not attachable.`,
    ],
    [
      'inline policies that are too long together',
      () =>
        iam.putUserPolicy({
          UserName,
          PolicyName: 'p',
          PolicyDocument: policy('s3:*', `arn:aws:s3:::${'b'.repeat(2048)}`),
        }),
      '409 LimitExceeded: Maximum policy size of 2048 bytes exceeded for user taken',
    ],
    [
      'an inline policy that is not there',
      () => iam.getUserPolicy({ UserName, PolicyName: 'p' }),
      '404 NoSuchEntity: The user policy with name p cannot be found.',
    ],
    [
      'attaching a policy that is not there',
      () => iam.attachUserPolicy({ UserName, PolicyArn: missing }),
      `404 NoSuchEntity: Policy ${missing} does not exist or is not attachable.`,
    ],
    [
      'detaching a policy that is not attached',
      () => iam.detachUserPolicy({ UserName, PolicyArn: boundary }),
      `404 NoSuchEntity: Policy ${boundary} was not found.`,
    ],
    [
      'a key that is not there',
      () => iam.updateAccessKey({ UserName, AccessKeyId: unknownKey, Status: 'Active' }),
      `404 NoSuchEntity: The Access Key with id ${unknownKey} cannot be found.`,
    ],
    [
      'the last use of a key that is not there',
      () => iam.getAccessKeyLastUsed({ AccessKeyId: unknownKey }),
      `403 AccessDenied: User: arn:aws:iam::${account}:root is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key ${unknownKey}`,
    ],
    [
      "root's own keys",
      () => iam.deleteAccessKey({ AccessKeyId: unknownKey }),
      '400 ValidationError: Must specify userName when calling with non-User credentials',
    ],
    ['GetUser', () => iam.getUser({ UserName: 'unknown' }), unknown],
    ['DeleteUser', () => iam.deleteUser({ UserName: 'unknown' }), unknown],
    ['CreateAccessKey', () => iam.createAccessKey({ UserName: 'unknown' }), unknown],
    ['TagUser', () => iam.tagUser({ UserName: 'unknown', Tags: [] }), unknown],
    ['UntagUser', () => iam.untagUser({ UserName: 'unknown', TagKeys: [] }), unknown],
    ['ListUserTags', () => iam.listUserTags({ UserName: 'unknown' }), unknown],
  ])('for %s', async (_, call, expected) => {
    expect(await refusal(call())).toBe(expected);
  });

  it("for another user's key", async () => {
    await iam.createUser({ UserName: 'other' });
    const { AccessKey } = await iam.createAccessKey({ UserName: 'other' });
    const AccessKeyId = AccessKey?.AccessKeyId;
    const expected = `404 NoSuchEntity: The Access Key with id ${AccessKeyId} cannot be found.`;
    expect(await refusal(iam.deleteAccessKey({ UserName, AccessKeyId }))).toBe(expected);
    expect(await refusal(iam.updateAccessKey({ UserName, AccessKeyId, Status: 'Inactive' }))).toBe(expected);
  });
});
