import { evaluate } from '@daypass/policy';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RoleDocument, UserDocument } from '../store/documents.ts';
import type { Caller, UserCaller } from './caller.ts';
import { contextOf, policiesOf } from './policies.ts';
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

describe('contextOf', () => {
  const federated = (provider: string, more: object = {}) =>
    sessionCaller({ federation: { provider, audience: 'app', subject: 'ada', amr: [], ...more } });
  const keysOf = (caller: Caller) => {
    const context = contextOf(caller);
    return Object.fromEntries(
      [...context].filter(([key]) => !/^aws:(?:principal|userid|username|tokenissuetime)/.test(key)),
    );
  };

  it.each<[string, Caller, object]>([
    [
      'an identity pool',
      federated('cognito-identity.amazonaws.com', { amr: ['authenticated'] }),
      {
        'aws:federatedprovider': 'cognito-identity.amazonaws.com',
        'cognito-identity.amazonaws.com:aud': 'app',
        'cognito-identity.amazonaws.com:sub': 'ada',
        'cognito-identity.amazonaws.com:amr': ['authenticated'],
      },
    ],
    [
      'a provider registered in IAM',
      federated('login.example.test/Tenant'),
      {
        'aws:federatedprovider': 'arn:aws:iam::000000000000:oidc-provider/login.example.test/Tenant',
        'login.example.test/tenant:aud': 'app',
        'login.example.test/tenant:sub': 'ada',
      },
    ],
    [
      'a user pool',
      federated('cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool'),
      {
        'aws:federatedprovider': 'cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool',
        'cognito-idp.us-east-1.amazonaws.com/us-east-1_pool:aud': 'app',
        'cognito-idp.us-east-1.amazonaws.com/us-east-1_pool:sub': 'ada',
      },
    ],
    [
      'Google',
      federated('accounts.google.com'),
      {
        'aws:federatedprovider': 'accounts.google.com',
        'accounts.google.com:aud': 'app',
        'accounts.google.com:sub': 'ada',
      },
    ],
    [
      'Facebook',
      federated('graph.facebook.com'),
      {
        'aws:federatedprovider': 'graph.facebook.com',
        'graph.facebook.com:app_id': 'app',
        'graph.facebook.com:id': 'ada',
      },
    ],
    [
      'Login with Amazon',
      federated('www.amazon.com'),
      {
        'aws:federatedprovider': 'www.amazon.com',
        'www.amazon.com:app_id': 'app',
        'www.amazon.com:user_id': 'ada',
      },
    ],
    [
      'a SAML provider',
      federated('arn:aws:iam::000000000000:saml-provider/corporate', {
        saml: { nameQualifier: 'hash=', subjectType: 'persistent' },
      }),
      { 'saml:sub': 'ada', 'saml:namequalifier': 'hash=', 'saml:sub_type': 'persistent' },
    ],
    ['AssumeRole', sessionCaller(), { 'aws:multifactorauthpresent': 'false' }],
    ['GetSessionToken', { ...user, issuedAt: 0 }, { 'aws:multifactorauthpresent': 'false' }],
    ['a long-term key', user, {}],
  ])('has of credentials by %s only what outlives their making', (_, caller, keys) => {
    expect(keysOf(caller)).toEqual(keys);
  });

  it('knows when temporary credentials were made', () => {
    const issued = { ...user, issuedAt: Date.UTC(2026, 0, 1) };
    expect(contextOf(issued).get('aws:tokenissuetime')).toBe('2026-01-01T00:00:00.000Z');
    expect(contextOf(user).has('aws:tokenissuetime')).toBe(false);
  });
});
