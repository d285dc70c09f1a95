import { describe, expect, it } from 'vitest';
import { type CompiledPolicy, compilePolicy } from './compile.ts';
import type { Context } from './context.ts';
import type { PolicyKind } from './document.ts';
import { explain, explainTrust, type Mismatch } from './explain.ts';
import { parsePolicy } from './parse.ts';

function compile(kind: PolicyKind, ...statements: object[]): CompiledPolicy {
  return compilePolicy(
    parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), kind),
    `the ${kind} policy`,
  );
}

const ALLOW = {
  Effect: 'Allow',
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::b/${aws:PrincipalTag/Team}/*',
};

/** Why a single identity statement did not apply. */
function mismatches(statement: object, context: Context = new Map()): readonly Mismatch[] | undefined {
  const request = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/blue/x', context };
  return explain({ identity: [compile('identity', { ...ALLOW, Resource: '*', ...statement })] }, request)
    .statements[0]?.mismatches;
}

describe('explain', () => {
  it('tells of every statement in every layer whether it matched', () => {
    const context = new Map([['aws:principaltag/team', 'blue']]);
    const policies = {
      identity: [compile('identity', { Sid: 'own', ...ALLOW }, { ...ALLOW, Action: 's3:PutObject' })],
      boundary: compile('boundary', { ...ALLOW, Resource: '*' }),
      session: [compile('session', { Effect: 'Deny', Action: '*', NotResource: 'arn:aws:s3:::b/*' })],
      resource: compile('resource', { ...ALLOW, Principal: { AWS: '111122223333' } }),
    };
    const principal = { account: '111122223333', arn: 'arn:aws:iam::111122223333:user/a' };
    const request = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/blue/x', principal, context };
    expect(explain(policies, request)).toEqual({
      decision: { allowed: false, effect: 'ImplicitDeny', layer: 'session' },
      statements: [
        {
          source: 'the identity policy',
          sid: 'own',
          index: 0,
          layer: 'identity',
          effect: 'Allow',
          matched: true,
          mismatches: [],
        },
        {
          source: 'the identity policy',
          index: 1,
          layer: 'identity',
          effect: 'Allow',
          matched: false,
          mismatches: [{ element: 'Action', wanted: ['s3:PutObject'], actual: ['s3:GetObject'] }],
        },
        {
          source: 'the resource policy',
          index: 0,
          layer: 'resource',
          effect: 'Allow',
          matched: true,
          names: 'account',
          mismatches: [],
        },
        {
          source: 'the boundary policy',
          index: 0,
          layer: 'boundary',
          effect: 'Allow',
          matched: true,
          mismatches: [],
        },
        {
          source: 'the session policy',
          index: 0,
          layer: 'session',
          effect: 'Deny',
          matched: false,
          mismatches: [
            { element: 'NotResource', wanted: ['arn:aws:s3:::b/*'], actual: ['arn:aws:s3:::b/blue/x'] },
          ],
        },
      ],
    });
  });

  it('shows how the policy reads in this request', () => {
    const context = new Map([['aws:principaltag/team', 'red']]);
    expect(mismatches({ Resource: ALLOW.Resource }, context)).toEqual([
      {
        element: 'Resource',
        wanted: ['arn:aws:s3:::b/${aws:PrincipalTag/Team}/*'],
        resolved: ['arn:aws:s3:::b/red/*'],
        actual: ['arn:aws:s3:::b/blue/x'],
      },
    ]);
  });

  it('names the variable that has no value', () => {
    expect(mismatches({ Resource: ALLOW.Resource })).toMatchObject([
      { element: 'Resource', reason: '${aws:principaltag/team} has no value in this request' },
    ]);
  });

  it.each<[string, object, [string, string | readonly string[]][], object]>([
    [
      'a value that differs',
      { StringLike: { 's3:Prefix': ['a*', 'b?'] } },
      [['s3:prefix', 'c']],
      { operator: 'StringLike', key: 's3:Prefix', wanted: ['a*', 'b?'], actual: ['c'] },
    ],
    [
      'an absent key',
      { Bool: { 'aws:SecureTransport': true } },
      [],
      { wanted: ['true'], actual: [], reason: 'the request has no such key' },
    ],
    [
      'an absent key that is wanted',
      { Null: { 'aws:userid': false } },
      [],
      { wanted: ['false'], actual: [] },
    ],
    [
      'a value of the wrong type',
      { NumericLessThan: { 's3:max-keys': 10 } },
      [['s3:max-keys', 'many']],
      { reason: "the request's value cannot be read by NumericLessThan" },
    ],
    [
      'many values without a set operator',
      { StringEquals: { 'aws:TagKeys': 'a' } },
      [['aws:tagkeys', ['a', 'b']]],
      { actual: ['a', 'b'], reason: 'the key has many values: compare it with ForAllValues or ForAnyValue' },
    ],
    [
      'a set',
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } },
      [['aws:tagkeys', ['a', 'b']]],
      { wanted: ['a'], actual: ['a', 'b'] },
    ],
    [
      'a variable',
      { StringEquals: { 's3:prefix': '${aws:userid}/?' } },
      [
        ['s3:prefix', 'x'],
        ['aws:userid', 'me'],
      ],
      { resolved: ['me/?'] },
    ],
  ])('says of a condition what was wanted and what was there: %s', (_name, Condition, context, expected) => {
    expect(mismatches({ Condition }, new Map(context))).toMatchObject([
      { element: 'Condition', ...expected },
    ]);
  });

  it('lists all that is wrong, not only the first', () => {
    const found = mismatches({
      Action: 's3:PutObject',
      Resource: 'arn:aws:s3:::c',
      Condition: { Bool: { 'a:b': 'true' } },
    });
    expect(found?.map(({ element }) => element)).toEqual(['Action', 'Resource', 'Condition']);
  });
});

describe('explainTrust', () => {
  it('says which principal was wanted', () => {
    const trust = compile('trust', {
      Effect: 'Allow',
      Principal: { Federated: 'accounts.google.com' },
      Action: 'sts:AssumeRoleWithWebIdentity',
    });
    const request = {
      action: 'sts:AssumeRoleWithWebIdentity',
      resource: 'arn:aws:iam::111122223333:role/r',
      principal: { federated: 'graph.facebook.com' },
      context: new Map(),
    };
    expect(explainTrust(trust, request)).toEqual({
      decision: { allowed: false, effect: 'ImplicitDeny', layer: 'trust' },
      statements: [
        {
          source: 'the trust policy',
          index: 0,
          layer: 'trust',
          effect: 'Allow',
          matched: false,
          mismatches: [
            {
              element: 'Principal',
              wanted: ['Federated:accounts.google.com'],
              actual: ['graph.facebook.com'],
            },
          ],
        },
      ],
    });
  });
});
