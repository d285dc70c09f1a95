import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServices, passRoleRefusal, refusalOf } from './authorize.ts';
import type { UserCaller } from './caller.ts';
import { policiesOf } from './policies.ts';
import { resourceFinder } from './resources.ts';
import {
  type AccessFloor,
  accessFloor,
  place,
  policy,
  policyDocument,
  roleDocument,
  userDocument,
} from './testing.ts';

const caller: UserCaller = {
  kind: 'user',
  accessKeyId: 'AKIABACKEND',
  arn: 'arn:aws:iam::000000000000:user/backend',
  userId: 'AIDABACKEND',
  account: place.account,
  userName: 'backend',
  tags: {},
};
const request = { sourceIp: '127.0.0.1', now: Date.UTC(2026, 0, 1) };
let floor: AccessFloor;
let services: AuthorizationServices;

beforeEach(async () => {
  floor = await accessFloor();
  const { store } = floor;
  services = { policiesOf: policiesOf(floor), findResource: resourceFinder({ store, place }) };
  const bound = 'arn:aws:iam::000000000000:policy/Bound';
  const role = roleDocument({ path: '/game/', tags: { team: 'Game' }, permissionsBoundaryArn: bound });
  await store.collection('roles').insert('players', role);
  const scores = { ...policyDocument('Scores', policy('Allow', '*')), path: '/game/', tags: { a: 'b' } };
  await store.collection('policies').insert('scores', scores);
});

afterEach(() => floor.store.close());

async function may(document: string, action: string, resource: string) {
  const inlinePolicies = { p: document };
  await floor.store.collection('users').insert('backend', userDocument({ path: '/svc/', inlinePolicies }));
  return (await refusalOf(services, caller, { action, resource, ...request })) === undefined;
}

const arn = 'arn:aws:iam::000000000000:';

describe('refusalOf', () => {
  it.each([
    ['role Players', `${arn}role/game/Players`],
    ['role players', `${arn}role/game/Players`],
    ['role Unknown', `${arn}role/Unknown`],
    ['user backend', `${arn}user/svc/backend`],
    ['user', `${arn}user/svc/backend`],
    ['user Unknown', `${arn}user/Unknown`],
    [`policy ${arn}policy/game/Scores`, `${arn}policy/game/Scores`],
    ['policy path /game/', `${arn}policy/game/`],
    [
      'arn:aws:cognito-identity:us-east-1:0:identitypool/p',
      'arn:aws:cognito-identity:us-east-1:0:identitypool/p',
    ],
  ])('takes %s for %s', async (resource, named) => {
    expect(await may(policy('Allow', 'iam:Get*', named), 'iam:GetIt', resource)).toBe(true);
  });

  it('does not take a role with a path for one without', async () => {
    expect(await may(policy('Allow', 'iam:*', `${arn}role/Players`), 'iam:GetRole', 'role Players')).toBe(
      false,
    );
  });

  it.each([
    ['the tag of a role', 'role Players', { StringEquals: { 'aws:ResourceTag/team': 'Game' } }],
    [
      'the tag of a role, in IAM’s own key',
      'role Players',
      { StringEquals: { 'iam:ResourceTag/Team': 'Game' } },
    ],
    [
      'the tag of a policy',
      `policy ${arn}policy/game/Scores`,
      { StringEquals: { 'aws:ResourceTag/a': 'b' } },
    ],
    [
      'the boundary of a role',
      'role Players',
      { StringEquals: { 'iam:PermissionsBoundary': `${arn}policy/Bound` } },
    ],
  ])('lets policies ask for %s', async (_, resource, condition) => {
    expect(await may(policy('Allow', 'iam:*', '*', condition), 'iam:GetIt', resource)).toBe(true);
  });

  it("says in AWS's words what is missing", async () => {
    expect(
      await refusalOf(services, caller, { action: 'iam:GetRole', resource: 'role Players', ...request }),
    ).toBe(
      'User: arn:aws:iam::000000000000:user/backend is not authorized to perform: iam:GetRole on resource: role Players because no identity-based policy allows the iam:GetRole action',
    );
  });
});

describe('with credentials of GetSessionToken', () => {
  const temporary = { ...caller, accessKeyId: 'ASIABACKEND', issuedAt: request.now };
  const root = {
    kind: 'root',
    accessKeyId: 'ASIAROOT',
    arn: `${arn}root`,
    userId: '0',
    account: '0',
  } as const;

  beforeEach(() =>
    floor.store
      .collection('users')
      .insert('backend', userDocument({ inlinePolicies: { p: policy('Allow', '*') } })),
  );

  it.each([temporary, { ...root, issuedAt: request.now }])('$kind may not call IAM', async (caller) => {
    await expect(
      refusalOf(services, caller, { action: 'iam:GetRole', resource: 'role Players', ...request }),
    ).rejects.toMatchObject({
      fault: 'unknown-key',
      message: 'The security token included in the request is invalid',
    });
  });

  it('a user may do elsewhere what he may, and pass roles', async () => {
    const to = 'cognito-identity.amazonaws.com';
    const action = 'cognito-identity:ListIdentityPools';
    expect(await refusalOf(services, temporary, { action, resource: '*', ...request })).toBeUndefined();
    const passed = { roleArn: `${arn}role/game/Players`, to, ...request };
    expect(await passRoleRefusal(services, temporary, passed)).toBeUndefined();
  });
});

describe('passRoleRefusal', () => {
  const passed = { roleArn: `${arn}role/game/Players`, to: 'cognito-identity.amazonaws.com', ...request };

  it.each([
    ['allowed', policy('Allow', 'iam:PassRole', `${arn}role/game/*`), true],
    [
      'allowed to that service',
      policy('Allow', 'iam:PassRole', '*', {
        StringEquals: { 'iam:PassedToService': 'cognito-identity.amazonaws.com' },
      }),
      true,
    ],
    [
      'allowed to another service',
      policy('Allow', 'iam:PassRole', '*', { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } }),
      false,
    ],
    ['allowed for another role', policy('Allow', 'iam:PassRole', `${arn}role/admin/*`), false],
  ])('a role may be passed where it is %s', async (_, document, expected) => {
    const inlinePolicies = { p: document };
    await floor.store.collection('users').insert('backend', userDocument({ inlinePolicies }));
    const refused = await passRoleRefusal(services, caller, passed);
    expect(refused === undefined).toBe(expected);
  });

  it("is refused in AWS's words", async () => {
    expect(await passRoleRefusal(services, caller, passed)).toBe(
      'User: arn:aws:iam::000000000000:user/backend is not authorized to perform: iam:PassRole on resource: arn:aws:iam::000000000000:role/game/Players because no identity-based policy allows the iam:PassRole action',
    );
  });
});
