import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account, policy, type Running, refusal, serve, trust } from './testing.ts';

let running: Running;
let iam: Running['iam'];

beforeAll(async () => {
  running = await serve();
  iam = running.iam;
});
afterAll(() => running.close());

const arnOf = (name: string, path = '/') => `arn:aws:iam::${account}:policy${path}${name}`;
const missing = arnOf('Missing');
const shown = ['Arn', 'AttachmentCount', 'CreateDate', 'DefaultVersionId', 'IsAttachable', 'Path'];
const shownAlways = [...shown, 'PermissionsBoundaryUsageCount', 'PolicyId', 'PolicyName', 'UpdateDate'];

async function make(PolicyName: string, Path = '/'): Promise<string> {
  await iam.createPolicy({ PolicyName, Path, PolicyDocument: policy('s3:GetObject') });
  return arnOf(PolicyName, Path);
}

describe('a managed policy', () => {
  it('is shown by CreatePolicy without description, by GetPolicy with it and with tags', async () => {
    const { Policy: created } = await iam.createPolicy({
      PolicyName: 'Scores',
      Path: '/game/',
      Description: 'reads scores',
      PolicyDocument: policy('s3:GetObject'),
    });
    expect(Object.keys(created ?? {}).sort()).toEqual(shownAlways.sort());
    expect(created).toMatchObject({
      Arn: arnOf('Scores', '/game/'),
      PolicyId: expect.stringMatching(/^ANPA[A-Z2-7]{16}$/),
      DefaultVersionId: 'v1',
      AttachmentCount: 0,
      PermissionsBoundaryUsageCount: 0,
      IsAttachable: true,
    });
    const { Policy: got } = await iam.getPolicy({ PolicyArn: created?.Arn });
    expect(got).toEqual({ ...created, Description: 'reads scores', Tags: [] });
  });

  it('has a name that is unique whatever its case and path', async () => {
    await make('Unique');
    expect(
      await refusal(
        iam.createPolicy({ PolicyName: 'UNIQUE', Path: '/other/', PolicyDocument: policy('s3:*') }),
      ),
    ).toBe(
      '409 EntityAlreadyExists: A policy called UNIQUE already exists. Duplicate names are not allowed.',
    );
  });

  it('has versions, of which one is in force', async () => {
    const PolicyArn = await make('Versions');
    const second = policy('s3:PutObject');
    const { PolicyVersion } = await iam.createPolicyVersion({ PolicyArn, PolicyDocument: second });
    expect(PolicyVersion).toEqual({
      VersionId: 'v2',
      IsDefaultVersion: false,
      CreateDate: expect.any(Date),
    });
    await iam.createPolicyVersion({ PolicyArn, PolicyDocument: policy('s3:*'), SetAsDefault: true });
    const versions = async () =>
      (await iam.listPolicyVersions({ PolicyArn })).Versions?.map(
        ({ VersionId, IsDefaultVersion }) => `${VersionId}${IsDefaultVersion ? ' default' : ''}`,
      );
    expect(await versions()).toEqual(['v3 default', 'v2', 'v1']);
    await iam.setDefaultPolicyVersion({ PolicyArn, VersionId: 'v2' });
    await iam.deletePolicyVersion({ PolicyArn, VersionId: 'v3' });
    expect(await versions()).toEqual(['v2 default', 'v1']);
    const { PolicyVersion: got } = await iam.getPolicyVersion({ PolicyArn, VersionId: 'v2' });
    expect(decodeURIComponent(got?.Document ?? '')).toBe(second);
    expect(got).toMatchObject({ VersionId: 'v2', IsDefaultVersion: true });
    const { PolicyVersion: next } = await iam.createPolicyVersion({ PolicyArn, PolicyDocument: second });
    expect(next?.VersionId, 'a deleted number is not used again').toBe('v4');
    const page = await iam.listPolicyVersions({ PolicyArn, MaxItems: 2 });
    expect(page.Versions?.map(({ VersionId }) => VersionId)).toEqual(['v4', 'v2']);
    const rest = await iam.listPolicyVersions({ PolicyArn, Marker: page.Marker });
    expect(rest.Versions?.map(({ VersionId }) => VersionId)).toEqual(['v1']);
  });

  it('has tags whose keys differ by case', async () => {
    const PolicyArn = await make('Tagged');
    const Tags = [
      { Key: 'a', Value: 'lower' },
      { Key: 'A', Value: 'upper' },
    ];
    await iam.tagPolicy({ PolicyArn, Tags });
    const first = await iam.listPolicyTags({ PolicyArn, MaxItems: 1 });
    expect(first).toMatchObject({ Tags: [Tags[1]], IsTruncated: true });
    const second = await iam.listPolicyTags({ PolicyArn, Marker: first.Marker });
    expect(second).toMatchObject({ Tags: [Tags[0]], IsTruncated: false });
    await iam.untagPolicy({ PolicyArn, TagKeys: ['a'] });
    expect((await iam.getPolicy({ PolicyArn })).Policy?.Tags).toEqual([Tags[1]]);
  });

  it('knows whom it is attached to and whom it bounds', async () => {
    const PolicyArn = await make('Used');
    const { Role } = await iam.createRole({ RoleName: 'user-of', AssumeRolePolicyDocument: trust() });
    await iam.attachRolePolicy({ RoleName: 'user-of', PolicyArn });
    const { User } = await iam.createUser({ UserName: 'bounded', PermissionsBoundary: PolicyArn });
    expect((await iam.getPolicy({ PolicyArn })).Policy).toMatchObject({
      AttachmentCount: 1,
      PermissionsBoundaryUsageCount: 1,
    });
    const roles = [{ RoleName: 'user-of', RoleId: Role?.RoleId }];
    const users = [{ UserName: 'bounded', UserId: User?.UserId }];
    const entities = async (asked: object) => {
      const { PolicyRoles, PolicyUsers, PolicyGroups } = await iam.listEntitiesForPolicy({
        PolicyArn,
        ...asked,
      });
      expect(PolicyGroups).toEqual([]);
      return [PolicyRoles, PolicyUsers];
    };
    expect(await entities({})).toEqual([roles, users]);
    expect(await entities({ PolicyUsageFilter: 'PermissionsPolicy' })).toEqual([roles, []]);
    expect(await entities({ PolicyUsageFilter: 'PermissionsBoundary' })).toEqual([[], users]);
    expect(await entities({ EntityFilter: 'User' })).toEqual([[], users]);
    expect(await entities({ PathPrefix: '/none/' })).toEqual([[], []]);
    const inUse = '409 DeleteConflict: Cannot delete a policy attached to entities.';
    expect(await refusal(iam.deletePolicy({ PolicyArn }))).toBe(inUse);
    await iam.detachRolePolicy({ RoleName: 'user-of', PolicyArn });
    expect(await refusal(iam.deletePolicy({ PolicyArn })), 'still a boundary').toBe(inUse);
    await iam.deleteUserPermissionsBoundary({ UserName: 'bounded' });
    await iam.deletePolicy({ PolicyArn });
    expect(await refusal(iam.getPolicy({ PolicyArn }))).toBe(
      `404 NoSuchEntity: Policy ${PolicyArn} was not found.`,
    );
  });
});

describe('ListPolicies', () => {
  it('shows policies by path and use, page by page, without descriptions and tags', async () => {
    const attached = await make('a', '/list/');
    const boundary = await make('b', '/list/');
    await make('c', '/list/');
    await iam.createUser({ UserName: 'lister', PermissionsBoundary: boundary });
    await iam.attachUserPolicy({ UserName: 'lister', PolicyArn: attached });
    const names = async (asked: Parameters<typeof iam.listPolicies>[0] = {}) =>
      (await iam.listPolicies({ PathPrefix: '/list/', ...asked })).Policies?.map((p) => p.PolicyName);
    expect(await names()).toEqual(['a', 'b', 'c']);
    expect(await names({ Scope: 'Local' })).toEqual(['a', 'b', 'c']);
    expect(await names({ Scope: 'AWS' })).toEqual([]);
    expect(await names({ OnlyAttached: true })).toEqual(['a']);
    expect(await names({ PolicyUsageFilter: 'PermissionsPolicy' })).toEqual(['a']);
    expect(await names({ PolicyUsageFilter: 'PermissionsBoundary' })).toEqual(['b']);
    const first = await iam.listPolicies({ PathPrefix: '/list/', MaxItems: 2 });
    expect(first.Policies?.map(({ PolicyName }) => PolicyName)).toEqual(['a', 'b']);
    expect(Object.keys(first.Policies?.[0] ?? {}).sort()).toEqual(shownAlways.sort());
    expect(await names({ Marker: first.Marker })).toEqual(['c']);
  });
});

describe('an operation on a managed policy is refused', () => {
  const version = (text: string) => `404 NoSuchEntity: Policy ${text} does not exist or is not attachable.`;

  it.each<readonly [string, () => Promise<unknown>, string]>([
    [
      'a document that is no policy',
      () => iam.createPolicy({ PolicyName: 'New', PolicyDocument: '{"Statement":1}' }),
      '400 MalformedPolicyDocument: Syntax errors in policy.',
    ],
    [
      'a document of an earlier version of the language',
      () =>
        iam.createPolicy({
          PolicyName: 'New',
          PolicyDocument: policy('s3:*').replace('2012-10-17', '2008-10-17'),
        }),
      '400 MalformedPolicyDocument: Policy document must be version 2012-10-17 or greater.',
    ],
    [
      'a document that is too long',
      () =>
        iam.createPolicy({
          PolicyName: 'New',
          PolicyDocument: policy('s3:*', `arn:aws:s3:::${'b'.repeat(6144)}`),
        }),
      '409 LimitExceeded: Cannot exceed quota for PolicySize: 6144',
    ],
    [
      'the same tag twice',
      () =>
        iam.createPolicy({
          PolicyName: 'New',
          PolicyDocument: policy('s3:*'),
          Tags: [
            { Key: 'a', Value: '1' },
            { Key: 'a', Value: '2' },
          ],
        }),
      '400 InvalidInput: Duplicate tag keys found.',
    ],
    [
      'what is no ARN of a policy',
      () => iam.getPolicy({ PolicyArn: `arn:aws:iam::${account}:role/Players` }),
      `400 ValidationError: ARN arn:aws:iam::${account}:role/Players is not valid.`,
    ],
    [
      'GetPolicy',
      () => iam.getPolicy({ PolicyArn: missing }),
      `404 NoSuchEntity: Policy ${missing} was not found.`,
    ],
    [
      'DeletePolicy',
      () => iam.deletePolicy({ PolicyArn: missing }),
      `404 NoSuchEntity: Policy ${missing} was not found.`,
    ],
    [
      'TagPolicy',
      () => iam.tagPolicy({ PolicyArn: missing, Tags: [] }),
      `404 NoSuchEntity: Policy ${missing} was not found.`,
    ],
    [
      'GetPolicyVersion of a policy that is not there',
      () => iam.getPolicyVersion({ PolicyArn: missing, VersionId: 'v1' }),
      version(`${missing} version v1`),
    ],
    [
      'SetDefaultPolicyVersion of a policy that is not there',
      () => iam.setDefaultPolicyVersion({ PolicyArn: missing, VersionId: 'v1' }),
      version(`${missing} version v1`),
    ],
  ])('for %s', async (_, call, expected) => {
    expect(await refusal(call())).toBe(expected);
  });

  it('for a policy of the right name under another path', async () => {
    await make('Elsewhere', '/here/');
    expect(await refusal(iam.getPolicy({ PolicyArn: arnOf('Elsewhere') }))).toBe(
      `404 NoSuchEntity: Policy ${arnOf('Elsewhere')} was not found.`,
    );
  });

  it('for a version that is not there, the default one and a sixth', async () => {
    const PolicyArn = await make('Five');
    for (const call of [
      iam.getPolicyVersion({ PolicyArn, VersionId: 'v9' }),
      iam.deletePolicyVersion({ PolicyArn, VersionId: 'v9' }),
      iam.setDefaultPolicyVersion({ PolicyArn, VersionId: 'v9' }),
    ])
      expect(await refusal(call)).toBe(version(`${PolicyArn} version v9`));
    expect(await refusal(iam.deletePolicyVersion({ PolicyArn, VersionId: 'v1' }))).toBe(
      '409 DeleteConflict: Cannot delete the default version of a policy.',
    );
    const PolicyDocument = policy('s3:*');
    for (let version = 2; version <= 5; version++)
      await iam.createPolicyVersion({ PolicyArn, PolicyDocument });
    expect(await refusal(iam.createPolicyVersion({ PolicyArn, PolicyDocument }))).toBe(
      '409 LimitExceeded: A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    );
    expect(await refusal(iam.deletePolicy({ PolicyArn }))).toBe(
      "409 DeleteConflict: This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
  });
});
