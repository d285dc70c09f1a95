import { evaluate } from '@daypass/policy';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RoleDocument, UserDocument } from '../store/documents.ts';
import type { Caller, UserCaller } from './caller.ts';
import { policiesOf } from './policies.ts';
import {
  type AccessFloor,
  accessFloor,
  place,
  policy,
  policyDocument,
  roleDocument,
  sessionCaller,
  userDocument,
} from './testing.ts';

let floor: AccessFloor;

beforeEach(async () => {
  floor = await accessFloor();
  const policies = floor.store.collection('policies');
  await policies.insert('read', policyDocument('Read', policy('Allow', 's3:Get*')));
  await policies.insert('bound', policyDocument('Bound', policy('Allow', 's3:GetObject')));
  await policies.insert('nodelete', policyDocument('NoDelete', policy('Deny', 's3:DeleteObject')));
});

afterEach(() => floor.store.close());

const read = 'arn:aws:iam::000000000000:policy/Read';
const bound = 'arn:aws:iam::000000000000:policy/Bound';
const noDelete = 'arn:aws:iam::000000000000:policy/NoDelete';
const gone = 'arn:aws:iam::000000000000:policy/Gone';
const everything = { all: policy('Allow', '*') };

const user: UserCaller = {
  kind: 'user',
  accessKeyId: 'AKIABACKEND',
  arn: 'arn:aws:iam::000000000000:user/backend',
  userId: 'AIDABACKEND',
  account: place.account,
  userName: 'backend',
  tags: {},
};

/** Which of these actions the caller may do on any object. */
async function allowed(caller: Caller): Promise<readonly string[]> {
  const policies = await policiesOf(floor)(caller);
  const actions = ['s3:GetObject', 's3:GetObjectAcl', 's3:PutObject', 's3:DeleteObject'];
  if (policies === undefined) return actions;
  return actions.filter(
    (action) => evaluate(policies, { action, resource: 'arn:aws:s3:::scores/a', context: new Map() }).allowed,
  );
}

/** The same rules hold for users and for the sessions of a role. */
const cases: readonly (readonly [string, Partial<RoleDocument & UserDocument>, readonly string[]])[] = [
  ['no policy allows nothing', {}, []],
  ['an inline policy', { inlinePolicies: { p: policy('Allow', 's3:PutObject') } }, ['s3:PutObject']],
  ['an attached policy', { attachedPolicyArns: [read] }, ['s3:GetObject', 's3:GetObjectAcl']],
  [
    'inline and attached policies together',
    { inlinePolicies: { p: policy('Allow', 's3:PutObject') }, attachedPolicyArns: [read] },
    ['s3:GetObject', 's3:GetObjectAcl', 's3:PutObject'],
  ],
  [
    'a deny in an attached policy',
    { inlinePolicies: everything, attachedPolicyArns: [noDelete] },
    ['s3:GetObject', 's3:GetObjectAcl', 's3:PutObject'],
  ],
  ['an attached policy that is gone', { attachedPolicyArns: [gone] }, []],
  [
    'an attached policy under another path',
    { attachedPolicyArns: ['arn:aws:iam::000000000000:policy/other/Read'] },
    [],
  ],
  [
    'an attached policy of another account',
    { attachedPolicyArns: ['arn:aws:iam::111111111111:policy/Read'] },
    [],
  ],
  ['a permissions boundary', { inlinePolicies: everything, permissionsBoundaryArn: bound }, ['s3:GetObject']],
  ['a permissions boundary alone', { permissionsBoundaryArn: bound }, []],
  ['a permissions boundary that is gone', { inlinePolicies: everything, permissionsBoundaryArn: gone }, []],
];

describe('policiesOf', () => {
  it('binds root by nothing', async () => {
    const root = { kind: 'root', accessKeyId: 'AKIA', arn: 'a', userId: 'u', account: 'a' } as const;
    expect(await policiesOf(floor)(root)).toBeUndefined();
  });

  it.each(cases)('binds a user: %s', async (_, document, expected) => {
    await floor.store.collection('users').insert('backend', userDocument(document));
    expect(await allowed(user)).toEqual(expected);
  });

  it.each(cases)('binds a session by its role: %s', async (_, document, expected) => {
    await floor.store.collection('roles').insert('players', roleDocument(document));
    expect(await allowed(sessionCaller())).toEqual(expected);
  });

  it('allows nothing to a user who is gone, or who was made anew under the name', async () => {
    expect(await allowed(user)).toEqual([]);
    floor.users.forget('backend');
    const anew = userDocument({ userId: 'AIDAANEW', inlinePolicies: everything });
    await floor.store.collection('users').insert('backend', anew);
    expect(await allowed(user)).toEqual([]);
  });

  it('allows nothing to a session whose role is gone, or was made anew under the name', async () => {
    expect(await allowed(sessionCaller())).toEqual([]);
    floor.roles.forget('Players');
    const anew = roleDocument({ roleId: 'AROAANEW', inlinePolicies: everything });
    await floor.store.collection('roles').insert('players', anew);
    expect(await allowed(sessionCaller())).toEqual([]);
  });

  it.each([
    ['an inline session policy', { sessionPolicy: policy('Allow', 's3:PutObject') }, ['s3:PutObject']],
    ['a managed session policy', { sessionPolicyArns: [read] }, ['s3:GetObject', 's3:GetObjectAcl']],
    [
      'both together',
      { sessionPolicy: policy('Allow', 's3:PutObject'), sessionPolicyArns: [bound] },
      ['s3:GetObject', 's3:PutObject'],
    ],
    ['a managed session policy that is gone', { sessionPolicyArns: [gone] }, []],
    ['one that is gone beside one that is there', { sessionPolicyArns: [gone, bound] }, ['s3:GetObject']],
  ])('narrows a session by %s', async (_, session, expected) => {
    await floor.store.collection('roles').insert('players', roleDocument({ inlinePolicies: everything }));
    expect(await allowed(sessionCaller(session))).toEqual(expected);
  });

  it('follows the default version of a managed policy within a second', async () => {
    await floor.store.collection('users').insert('backend', userDocument({ attachedPolicyArns: [read] }));
    expect(await allowed(user)).toContain('s3:GetObject');
    const versions = policyDocument('Read', policy('Allow', 's3:Get*'), policy('Allow', 's3:PutObject'));
    await floor.store.collection('policies').replace('read', { ...versions, defaultVersionId: 'v2' }, 1);
    floor.clock.advance(1000);
    expect(await allowed(user)).toEqual(['s3:PutObject']);
  });
});
