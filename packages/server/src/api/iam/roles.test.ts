import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { account, policy, type Running, refusal, serve, trust } from './testing.ts';

let running: Running;
let iam: Running['iam'];
const RoleName = 'Players';
const boundary = `arn:aws:iam::${account}:policy/Bound`;

beforeAll(async () => {
  running = await serve();
  iam = running.iam;
  await iam.createPolicy({ PolicyName: 'Bound', PolicyDocument: policy('s3:*') });
  await iam.createPolicy({ PolicyName: 'Read', Path: '/game/', PolicyDocument: policy('s3:*') });
});
afterAll(() => running.close());

beforeEach(async () => {
  await iam.createRole({ RoleName, AssumeRolePolicyDocument: trust() });
});

afterEach(async () => {
  const { AttachedPolicies = [] } = await iam.listAttachedRolePolicies({ RoleName });
  for (const { PolicyArn } of AttachedPolicies) await iam.detachRolePolicy({ RoleName, PolicyArn });
  const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName });
  for (const PolicyName of PolicyNames) await iam.deleteRolePolicy({ RoleName, PolicyName });
  await iam.deleteRole({ RoleName });
});

describe('a role', () => {
  it('is shown by CreateRole with tags and boundary, but without description and session length', async () => {
    const { Role } = await iam.createRole({
      RoleName: 'Admins',
      Path: '/game/',
      AssumeRolePolicyDocument: trust(),
      Description: 'not shown here',
      PermissionsBoundary: boundary,
      Tags: [{ Key: 'team', Value: '' }],
    });
    expect(Role).toEqual({
      Path: '/game/',
      RoleName: 'Admins',
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{16}$/),
      Arn: `arn:aws:iam::${account}:role/game/Admins`,
      CreateDate: expect.any(Date),
      AssumeRolePolicyDocument: expect.stringMatching(/^%7B%22Version%22%3A%222012-10-17%22%2C/),
      PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: boundary },
      Tags: [{ Key: 'team', Value: '' }],
    });
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(trust());
    await iam.deleteRole({ RoleName: 'Admins' });
  });

  it('is shown by GetRole with everything that is set, and by any case of its name', async () => {
    const { Role: bare } = await iam.getRole({ RoleName: 'PLAYERS' });
    expect(Object.keys(bare ?? {}).sort()).toEqual([
      'Arn',
      'AssumeRolePolicyDocument',
      'CreateDate',
      'MaxSessionDuration',
      'Path',
      'RoleId',
      'RoleLastUsed',
      'RoleName',
    ]);
    expect(bare).toMatchObject({ RoleName, MaxSessionDuration: 3600, RoleLastUsed: {} });
  });

  it('takes a new description and session length, and keeps what is not given', async () => {
    await iam.updateRole({ RoleName, Description: 'one', MaxSessionDuration: 7200 });
    await iam.updateRole({ RoleName });
    const { Role } = await iam.getRole({ RoleName });
    expect(Role).toMatchObject({ Description: 'one', MaxSessionDuration: 7200 });
    const updated = await iam.updateRoleDescription({ RoleName, Description: 'two' });
    expect(updated.Role).toMatchObject({ RoleName, Description: 'two' });
  });

  it('takes a new trust policy', async () => {
    const PolicyDocument = trust('us-east-1:another');
    await iam.updateAssumeRolePolicy({ RoleName, PolicyDocument });
    const { Role } = await iam.getRole({ RoleName });
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(PolicyDocument);
  });

  it('takes a permissions boundary and lets it go', async () => {
    await iam.putRolePermissionsBoundary({ RoleName, PermissionsBoundary: boundary });
    const bounded = await iam.getRole({ RoleName });
    expect(bounded.Role?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(boundary);
    await iam.deleteRolePermissionsBoundary({ RoleName });
    const free = await iam.getRole({ RoleName });
    expect(free.Role?.PermissionsBoundary).toBeUndefined();
  });

  it('takes tags whose keys differ not by case alone, shown in order', async () => {
    const tagsOf = async () => (await iam.listRoleTags({ RoleName })).Tags;
    expect(await tagsOf()).toEqual([]);
    const Tags = [
      { Key: 'team', Value: 'a' },
      { Key: 'level', Value: '1' },
    ];
    await iam.tagRole({ RoleName, Tags });
    expect(await tagsOf()).toEqual([Tags[1], Tags[0]]);
    await iam.tagRole({ RoleName, Tags: [{ Key: 'Team', Value: 'b' }] });
    expect(await tagsOf()).toEqual([{ Key: 'Team', Value: 'b' }, Tags[1]]);
    await iam.untagRole({ RoleName, TagKeys: ['TEAM', 'absent'] });
    expect(await tagsOf()).toEqual([Tags[1]]);
  });

  it('has no more than 50 tags', async () => {
    const Tags = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    await iam.tagRole({ RoleName, Tags });
    expect(await refusal(iam.tagRole({ RoleName, Tags: [{ Key: 'one', Value: 'more' }] }))).toBe(
      '409 LimitExceeded: The number of tags has reached the maximum limit.',
    );
  });

  it('has inline policies', async () => {
    const PolicyDocument = policy('s3:GetObject', "arn:aws:s3:::it's/(a)*");
    await iam.putRolePolicy({ RoleName, PolicyName: 'b', PolicyDocument });
    await iam.putRolePolicy({ RoleName, PolicyName: 'a', PolicyDocument });
    const listed = await iam.listRolePolicies({ RoleName });
    expect(listed).toMatchObject({ PolicyNames: ['a', 'b'], IsTruncated: false });
    const got = await iam.getRolePolicy({ RoleName, PolicyName: 'b' });
    expect(got).toMatchObject({ RoleName, PolicyName: 'b' });
    expect(got.PolicyDocument).not.toMatch(/[^\w.~%-]/);
    expect(decodeURIComponent(got.PolicyDocument ?? '')).toBe(PolicyDocument);
    await iam.deleteRolePolicy({ RoleName, PolicyName: 'a' });
    expect((await iam.listRolePolicies({ RoleName })).PolicyNames).toEqual(['b']);
  });

  it('has attached policies, each once, found by the path of the policy', async () => {
    const PolicyArn = `arn:aws:iam::${account}:policy/game/Read`;
    await iam.attachRolePolicy({ RoleName, PolicyArn });
    await iam.attachRolePolicy({ RoleName, PolicyArn });
    await iam.attachRolePolicy({ RoleName, PolicyArn: boundary });
    const listed = await iam.listAttachedRolePolicies({ RoleName, PathPrefix: '/game/' });
    expect(listed).toMatchObject({
      AttachedPolicies: [{ PolicyName: 'Read', PolicyArn }],
      IsTruncated: false,
    });
    expect((await iam.listAttachedRolePolicies({ RoleName })).AttachedPolicies).toHaveLength(2);
    await iam.detachRolePolicy({ RoleName, PolicyArn });
    expect((await iam.listAttachedRolePolicies({ RoleName })).AttachedPolicies).toHaveLength(1);
  });

  it('has no instance profiles', async () => {
    expect(await iam.listInstanceProfilesForRole({ RoleName })).toMatchObject({
      InstanceProfiles: [],
      IsTruncated: false,
    });
  });
});

describe('ListRoles', () => {
  it('shows roles below a path, page by page, without tags and boundaries', async () => {
    for (const name of ['c', 'a', 'b']) {
      await iam.createRole({
        RoleName: name,
        Path: '/list/',
        AssumeRolePolicyDocument: trust(),
        Description: 'd',
        PermissionsBoundary: boundary,
        Tags: [{ Key: 'k', Value: 'v' }],
      });
    }
    const first = await iam.listRoles({ PathPrefix: '/list/', MaxItems: 2 });
    expect(first.IsTruncated).toBe(true);
    expect(first.Roles?.map((role) => role.RoleName)).toEqual(['a', 'b']);
    expect(Object.keys(first.Roles?.[0] ?? {}).sort()).toEqual([
      'Arn',
      'AssumeRolePolicyDocument',
      'CreateDate',
      'Description',
      'MaxSessionDuration',
      'Path',
      'RoleId',
      'RoleName',
    ]);
    const rest = await iam.listRoles({ PathPrefix: '/list/', Marker: first.Marker });
    expect(rest.Roles?.map((role) => role.RoleName)).toEqual(['c']);
    expect(rest).toMatchObject({ IsTruncated: false });
    expect(rest.Marker).toBeUndefined();
    for (const name of ['a', 'b', 'c']) await iam.deleteRole({ RoleName: name });
    expect((await iam.listRoles({ PathPrefix: '/list/' })).Roles).toEqual([]);
  });
});

const missing = 'arn:aws:iam::000000000000:policy/missing';
const unknown = '404 NoSuchEntity: The role with name unknown cannot be found.';
const duplicates =
  '400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive.';
const PolicyDocument = policy('s3:*');

describe('an operation on a role is refused', () => {
  it.each<readonly [string, () => Promise<unknown>, string]>([
    [
      'a name that is taken, in any case',
      () => iam.createRole({ RoleName: 'PLAYERS', AssumeRolePolicyDocument: trust() }),
      '409 EntityAlreadyExists: Role with name PLAYERS already exists.',
    ],
    [
      'a trust policy that is no JSON',
      () => iam.createRole({ RoleName: 'New', AssumeRolePolicyDocument: 'no' }),
      '400 MalformedPolicyDocument: This policy contains invalid Json',
    ],
    [
      'a trust policy for other actions',
      () =>
        iam.updateAssumeRolePolicy({
          RoleName,
          PolicyDocument: trust().replace('sts:AssumeRoleWithWebIdentity', 's3:GetObject'),
        }),
      '400 MalformedPolicyDocument: AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    [
      'a trust policy with a resource',
      () =>
        iam.updateAssumeRolePolicy({
          RoleName,
          PolicyDocument: trust().replace('"Action"', '"Resource":"*","Action"'),
        }),
      '400 MalformedPolicyDocument: Has prohibited field Resource',
    ],
    [
      'a trust policy that is too long',
      () => iam.createRole({ RoleName: 'New', AssumeRolePolicyDocument: trust('x'.repeat(2048)) }),
      '409 LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048',
    ],
    [
      'a boundary that is no policy',
      () =>
        iam.putRolePermissionsBoundary({
          RoleName,
          PermissionsBoundary: `arn:aws:iam::${account}:not_a_policy/invalid`,
        }),
      `400 InvalidInput: ARN arn:aws:iam::${account}:not_a_policy/invalid is not valid.`,
    ],
    [
      'a boundary that is not there',
      () => iam.putRolePermissionsBoundary({ RoleName, PermissionsBoundary: missing }),
      `404 NoSuchEntity: Scope ARN: ${missing} does not exist or is not attachable.`,
    ],
    [
      'a new role with a boundary that is not there',
      () =>
        iam.createRole({
          RoleName: 'New',
          AssumeRolePolicyDocument: trust(),
          PermissionsBoundary: missing,
        }),
      `404 NoSuchEntity: Scope ARN: ${missing} does not exist or is not attachable.`,
    ],
    [
      'tags that differ by case alone',
      () =>
        iam.createRole({
          RoleName: 'New',
          AssumeRolePolicyDocument: trust(),
          Tags: [
            { Key: 'a', Value: '' },
            { Key: 'A', Value: '' },
          ],
        }),
      duplicates,
    ],
    [
      'a reserved tag',
      () => iam.tagRole({ RoleName, Tags: [{ Key: 'AWS:team', Value: '' }] }),
      '400 InvalidInput: Tag keys that begin with aws: are reserved for system use.',
    ],
    [
      'an inline policy that cannot be parsed',
      () => iam.putRolePolicy({ RoleName, PolicyName: 'p', PolicyDocument: '{}' }),
      '400 MalformedPolicyDocument: Syntax errors in policy.',
    ],
    [
      'inline policies that are too long together',
      () =>
        iam.putRolePolicy({
          RoleName,
          PolicyName: 'p',
          PolicyDocument: policy('s3:*', `arn:aws:s3:::${'b'.repeat(10_240)}`),
        }),
      `409 LimitExceeded: Maximum policy size of 10240 bytes exceeded for role ${RoleName}`,
    ],
    [
      'an inline policy that is not there',
      () => iam.getRolePolicy({ RoleName, PolicyName: 'constructor' }),
      '404 NoSuchEntity: The role policy with name constructor cannot be found.',
    ],
    [
      'deleting an inline policy that is not there',
      () => iam.deleteRolePolicy({ RoleName, PolicyName: 'p' }),
      '404 NoSuchEntity: The role policy with name p cannot be found.',
    ],
    [
      'attaching what is no ARN',
      () => iam.attachRolePolicy({ RoleName, PolicyArn: 'longpolicynamebutnoarn' }),
      '400 ValidationError: ARN longpolicynamebutnoarn is not valid.',
    ],
    [
      'attaching a policy that is not there',
      () => iam.attachRolePolicy({ RoleName, PolicyArn: missing }),
      `404 NoSuchEntity: Policy ${missing} does not exist or is not attachable.`,
    ],
    [
      'attaching one of AWS’s own policies',
      () => iam.attachRolePolicy({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
      '404 NoSuchEntity: Policy arn:aws:iam::aws:policy/AdministratorAccess does not exist or is not attachable.',
    ],
    [
      'detaching a policy that is not attached',
      () => iam.detachRolePolicy({ RoleName, PolicyArn: boundary }),
      `404 NoSuchEntity: Policy ${boundary} was not found.`,
    ],
    ['GetRole', () => iam.getRole({ RoleName: 'unknown' }), unknown],
    ['UpdateRole', () => iam.updateRole({ RoleName: 'unknown' }), unknown],
    ['DeleteRole', () => iam.deleteRole({ RoleName: 'unknown' }), unknown],
    ['ListRoleTags', () => iam.listRoleTags({ RoleName: 'unknown' }), unknown],
    ['TagRole', () => iam.tagRole({ RoleName: 'unknown', Tags: [] }), unknown],
    [
      'PutRolePolicy',
      () => iam.putRolePolicy({ RoleName: 'unknown', PolicyName: 'p', PolicyDocument }),
      unknown,
    ],
    [
      'PutRolePermissionsBoundary',
      () => iam.putRolePermissionsBoundary({ RoleName: 'unknown', PermissionsBoundary: boundary }),
      unknown,
    ],
    [
      'a marker of another list',
      () => iam.listRoles({ Marker: Buffer.from('ListUsers a').toString('base64url') }),
      '400 ValidationError: Invalid Marker.',
    ],
  ])('for %s', async (_, call, expected) => {
    expect(await refusal(call())).toBe(expected);
  });

  it('for its eleventh attached policy', async () => {
    for (let index = 0; index < 11; index++) {
      const PolicyName = `Many${index}`;
      await iam.createPolicy({ PolicyName, PolicyDocument });
      const PolicyArn = `arn:aws:iam::${account}:policy/${PolicyName}`;
      expect(await refusal(iam.attachRolePolicy({ RoleName, PolicyArn }))).toBe(
        index < 10 ? 'no error' : '409 LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10',
      );
    }
  });

  it('for deleting it while it has policies', async () => {
    await iam.putRolePolicy({ RoleName, PolicyName: 'p', PolicyDocument });
    expect(await refusal(iam.deleteRole({ RoleName }))).toBe(
      '409 DeleteConflict: Cannot delete entity, must delete policies first.',
    );
    await iam.attachRolePolicy({ RoleName, PolicyArn: boundary });
    expect(await refusal(iam.deleteRole({ RoleName }))).toBe(
      '409 DeleteConflict: Cannot delete entity, must detach all policies first.',
    );
  });
});
