import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IdentityId, PoolId } from '../ids.ts';
import { checkSessionPolicy, fillSessionPolicy, SessionPolicyRefused } from './session-policy.ts';

const identityId = 'us-east-1:11111111-1111-4111-8111-111111111111' as IdentityId;
const poolId = 'us-east-1:22222222-2222-4222-8222-222222222222' as PoolId;
const claimWith = (tags: Record<string, string> = {}) => ({
  identityId,
  poolId,
  amr: ['authenticated'],
  tags,
});

/** A policy about one resource. */
const policy = (resource: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: [resource] }],
  });

describe('filling a session policy in', () => {
  it.each([
    ['nothing', 'arn:aws:s3:::b/*', 'arn:aws:s3:::b/*'],
    [
      'the identity',
      'arn:aws:s3:::b/${cognito-identity.amazonaws.com:sub}/*',
      'arn:aws:s3:::b/us-east-1?11111111-1111-4111-8111-111111111111/*',
    ],
    [
      'the pool',
      'arn:aws:s3:::b/${cognito-identity.amazonaws.com:aud}/*',
      'arn:aws:s3:::b/us-east-1?22222222-2222-4222-8222-222222222222/*',
    ],
    ['a tag', 'arn:aws:s3:::b/${aws:PrincipalTag/Team}/*', 'arn:aws:s3:::b/red/blue/*'],
    ['in any case', 'arn:aws:s3:::b/${AWS:principaltag/tEAM}/*', 'arn:aws:s3:::b/red/blue/*'],
    ['several', '${aws:PrincipalTag/Team}:${aws:PrincipalTag/Team}', 'red/blue:red/blue'],
  ])('puts %s in', (_what, resource, expected) => {
    expect(fillSessionPolicy(policy(resource), claimWith({ Team: 'red/blue' }))).toBe(policy(expected));
  });

  it('reaches conditions and lists, and nothing but values', () => {
    const condition = (value: string) => ({ StringLike: { 's3:prefix': [value, 'public/*'] } });
    const statement = (value: string) => ({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: ['*'], Condition: condition(value) },
      ],
    });
    const filled = fillSessionPolicy(
      JSON.stringify(statement('${cognito-identity.amazonaws.com:sub}/*'), undefined, 2),
      claimWith(),
    );
    expect(filled).toBe(JSON.stringify(statement(`${identityId}/*`)));
  });

  it('keeps a colon of a tag, in whose place no other character may stand', () => {
    const filled = fillSessionPolicy(policy('b/${aws:PrincipalTag/team}/*'), claimWith({ team: 'a:b' }));
    expect(filled).toBe(policy('b/a:b/*'));
  });

  it.each([
    ['a single statement', { Statement: { Effect: 'Allow', Action: 's3:*', NotResource: 'a' } }],
    ['a list', { Statement: [{ Effect: 'Allow', Action: ['s3:*'], NotResource: 'a' }] }],
    [
      'a version',
      { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 's3:*', NotResource: ['a'] } },
    ],
  ])('writes %s in full, for stores that read no shorthand', (_what, written) => {
    const full = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s3:*'], NotResource: ['a'] }],
    };
    expect(fillSessionPolicy(JSON.stringify(written), claimWith())).toBe(JSON.stringify(full));
  });

  it('keeps an older version, and what else it knows', () => {
    const old = JSON.stringify({
      Version: '2008-10-17',
      Id: 'i',
      Statement: [{ Sid: 's', Effect: 'Deny', NotAction: ['s3:Get*'], Resource: ['*'] }],
    });
    expect(fillSessionPolicy(old, claimWith())).toBe(old);
  });

  it('is refused when there is no value', () => {
    expect(() => fillSessionPolicy(policy('${aws:PrincipalTag/team}'), claimWith())).toThrow(
      new SessionPolicyRefused('there is no value for ${aws:PrincipalTag/team} of a session policy'),
    );
  });

  it.each(['*', 'a*', '?', '${aws:username}', '$'])(
    'is refused with the value %s, which would be a pattern',
    (team) => {
      expect(() => fillSessionPolicy(policy('${aws:PrincipalTag/team}'), claimWith({ team }))).toThrow(
        /would be a pattern/,
      );
    },
  );

  it('is refused above 2,048 characters', () => {
    const tags = { team: 'x'.repeat(250) };
    const long = (times: number) => policy('${aws:PrincipalTag/team}'.repeat(times));
    expect(fillSessionPolicy(long(7), claimWith(tags))).toHaveLength(policy('').length + 7 * 250);
    expect(() => fillSessionPolicy(long(8), claimWith(tags))).toThrow(/2048 are allowed/);
  });

  it('keeps any value inside its text, in ASCII', () => {
    const anyTag = fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => !/[*?$]/.test(text));
    fc.assert(
      fc.property(anyTag, (team) => {
        const filled = fillSessionPolicy(policy('b/${aws:PrincipalTag/team}/*'), claimWith({ team }));
        expect(filled).toMatch(/^[ -~]*$/);
        expect(JSON.parse(filled)).toEqual(JSON.parse(policy(`b/${team}/*`)));
      }),
    );
  });
});

describe('checking a session policy', () => {
  it('accepts the variables that can be filled in', () => {
    checkSessionPolicy(
      policy(
        'arn:aws:s3:::b/${cognito-identity.amazonaws.com:sub}/${cognito-identity.amazonaws.com:aud}/${aws:PrincipalTag/a-b}',
      ),
    );
  });

  it.each([
    ['${aws:username}'],
    ['${aws:SourceIp}'],
    ["${aws:PrincipalTag/team, 'none'}"],
    ['${*}'],
    ['${$}'],
  ])('refuses %s', (variable) => {
    expect(() => checkSessionPolicy(policy(`arn:aws:s3:::b/${variable}`))).toThrow(/cannot be filled in/);
  });

  it.each([
    ['not JSON', '{'],
    ['no policy', '{}'],
    ['a variable without a name', policy('arn:aws:s3:::b/${}')],
    ['a variable without an end', policy('arn:aws:s3:::b/${aws:PrincipalTag/team')],
    [
      'a principal',
      '{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}',
    ],
  ])('refuses %s', (_what, text) => {
    expect(() => checkSessionPolicy(text)).toThrow(SessionPolicyRefused);
  });
});
