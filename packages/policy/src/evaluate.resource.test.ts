import { describe, expect, it } from 'vitest';
import { type CompiledPolicy, compilePolicy } from './compile.ts';
import type { Context } from './context.ts';
import type { PolicyKind } from './document.ts';
import { evaluate, type PolicyRequest, type PolicySet } from './evaluate.ts';
import { parsePolicy } from './parse.ts';
import type { PrincipalSet } from './principal.ts';

const ACCOUNT = '111122223333';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/examplerole`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/examplerole/examplerolesessionname`;
const USER = `arn:aws:iam::${ACCOUNT}:user/exampleuser`;
const FEDERATED_USER = `arn:aws:sts::${ACCOUNT}:federated-user/exampleuser`;
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;

const AS_SESSION: PrincipalSet = { account: ACCOUNT, arn: SESSION, issuerArn: ROLE };
const AS_USER: PrincipalSet = { account: ACCOUNT, arn: USER };
const AS_FEDERATED_USER: PrincipalSet = { account: ACCOUNT, arn: FEDERATED_USER, issuerArn: USER };

const NO_KEYS: Context = new Map();

function compile(kind: PolicyKind, ...statements: object[]): CompiledPolicy {
  return compilePolicy(
    parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), kind),
    kind,
  );
}

const GET: PolicyRequest = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', context: NO_KEYS };
const ALLOW_GET = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const ALLOW_PUT = { Effect: 'Allow', Action: 's3:PutObject', Resource: '*' };

/** IAM User Guide, "Policy evaluation logic", resource-based policies and implicit denies in other policy types. */
describe('evaluate: resource policies', () => {
  const bucket = (principal: unknown, effect = 'Allow'): CompiledPolicy =>
    compile('resource', {
      Effect: effect,
      Principal: principal,
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::b/*',
    });
  const silent = {
    identity: [],
    boundary: compile('boundary', ALLOW_PUT),
    session: [compile('session', ALLOW_PUT)],
  };

  it.each<[string, PrincipalSet | undefined, unknown, string, string]>([
    ['role session, session ARN', AS_SESSION, { AWS: SESSION }, 'Allow', 'resource'],
    ['role session, role ARN', AS_SESSION, { AWS: ROLE }, 'ImplicitDeny', 'boundary'],
    ['role session, account', AS_SESSION, { AWS: ACCOUNT }, 'ImplicitDeny', 'identity'],
    ['role session, everybody', AS_SESSION, '*', 'Allow', 'resource'],
    ['role session, other session', AS_SESSION, { AWS: `${SESSION}2` }, 'ImplicitDeny', 'identity'],
    ['user, user ARN', AS_USER, { AWS: USER }, 'Allow', 'resource'],
    ['user, account', AS_USER, { AWS: ROOT }, 'ImplicitDeny', 'identity'],
    ['federated user, his ARN', AS_FEDERATED_USER, { AWS: FEDERATED_USER }, 'Allow', 'resource'],
    ['federated user, ARN of the user behind', AS_FEDERATED_USER, { AWS: USER }, 'ImplicitDeny', 'boundary'],
    ['root, account', { account: ACCOUNT, arn: ROOT }, { AWS: ACCOUNT }, 'Allow', 'resource'],
    ['service', { service: 's3.amazonaws.com' }, { Service: 's3.amazonaws.com' }, 'Allow', 'resource'],
    [
      'other service',
      { service: 'sns.amazonaws.com' },
      { Service: 's3.amazonaws.com' },
      'ImplicitDeny',
      'identity',
    ],
    [
      'canonical user',
      { canonicalUser: '7'.repeat(64) },
      { CanonicalUser: '7'.repeat(64) },
      'Allow',
      'resource',
    ],
    ['anonymous, everybody', undefined, { AWS: '*' }, 'Allow', 'resource'],
    ['anonymous, account', undefined, { AWS: ACCOUNT }, 'ImplicitDeny', 'resource'],
    ['without any name, account', {}, { AWS: ACCOUNT }, 'ImplicitDeny', 'resource'],
  ])('implicitly denied elsewhere: %s', (_name, principal, named, effect, layer) => {
    const request = principal === undefined ? GET : { ...GET, principal };
    expect(evaluate({ ...silent, resource: bucket(named) }, request)).toMatchObject({ effect, layer });
  });

  it('stands in for the identity policy when it names the role, within boundary and session policy', () => {
    const allowing = { boundary: compile('boundary', ALLOW_GET), session: [compile('session', ALLOW_GET)] };
    const request = { ...GET, principal: AS_SESSION };
    const resource = bucket({ AWS: ROLE });
    expect(evaluate({ identity: [], resource, ...allowing }, request)).toMatchObject({
      effect: 'Allow',
      layer: 'resource',
    });
    expect(evaluate({ identity: [], resource, ...allowing, session: [] }, request)).toMatchObject({
      layer: 'session',
    });
  });

  it.each<[string, unknown]>([
    ['session', { AWS: SESSION }],
    ['role', { AWS: ROLE }],
    ['account', { AWS: ACCOUNT }],
    ['everybody', '*'],
  ])('denies by naming the %s', (_name, principal) => {
    const policies = { identity: [compile('identity', ALLOW_GET)], resource: bucket(principal, 'Deny') };
    expect(evaluate(policies, { ...GET, principal: AS_SESSION })).toMatchObject({
      effect: 'ExplicitDeny',
      layer: 'resource',
    });
  });

  /** IAM User Guide, "AWS JSON policy elements: NotPrincipal". */
  it.each<[string, PrincipalSet, readonly string[], string]>([
    ['user and account named', AS_USER, [USER, ROOT], 'Allow'],
    ['user named without the account', AS_USER, [USER], 'ExplicitDeny'],
    ['account named without the user', AS_USER, [ROOT], 'ExplicitDeny'],
    ['session, role and account named', AS_SESSION, [SESSION, ROLE, ROOT], 'Allow'],
    ['session left out', AS_SESSION, [ROLE, ROOT], 'ExplicitDeny'],
    ['role left out', AS_SESSION, [SESSION, ROOT], 'ExplicitDeny'],
    ['somebody else', AS_USER, [`${USER}2`, ROOT], 'ExplicitDeny'],
    ['everybody', AS_USER, ['*'], 'Allow'],
    ['anonymous', {}, [USER, ROOT], 'ExplicitDeny'],
  ])('Deny with NotPrincipal, %s', (_name, principal, named, expected) => {
    const statement = { Effect: 'Deny', NotPrincipal: { AWS: named }, Action: '*', Resource: '*' };
    const policies = { identity: [compile('identity', ALLOW_GET)], resource: compile('resource', statement) };
    expect(evaluate(policies, { ...GET, principal }).effect).toBe(expected);
  });

  it('Deny with NotPrincipal spares nobody who has a permissions boundary', () => {
    const statement = { Effect: 'Deny', NotPrincipal: { AWS: [USER, ROOT] }, Action: '*', Resource: '*' };
    const policies = { identity: [compile('identity', ALLOW_GET)], resource: compile('resource', statement) };
    const boundary = compile('boundary', ALLOW_GET);
    expect(evaluate(policies, { ...GET, principal: AS_USER }).effect).toBe('Allow');
    expect(evaluate({ ...policies, boundary }, { ...GET, principal: AS_USER }).effect).toBe('ExplicitDeny');
  });

  it.each<[string, readonly string[], string]>([
    ['somebody else', [`${USER}2`], 'Allow'],
    ['the session', [SESSION], 'ImplicitDeny'],
    ['the role', [ROLE], 'ImplicitDeny'],
    ['the account', [ROOT], 'ImplicitDeny'],
  ])('Allow with NotPrincipal excludes by any of his names: %s', (_name, named, expected) => {
    const statement = { Effect: 'Allow', NotPrincipal: { AWS: named }, Action: '*', Resource: '*' };
    const policies = { identity: [], resource: compile('resource', statement) };
    expect(evaluate(policies, { ...GET, principal: AS_SESSION }).effect).toBe(expected);
  });

  it('uses the closest of several allowing statements', () => {
    const allow = (principal: string): object => ({ ...ALLOW_GET, Principal: { AWS: principal } });
    const resource = compile('resource', allow(ACCOUNT), allow(ROLE), allow(SESSION));
    expect(evaluate({ ...silent, resource }, { ...GET, principal: AS_SESSION }).statement?.index).toBe(2);
  });

  /** The worked example of Carlos and his log bucket in "Policy evaluation for requests within a single account". */
  describe('the example of Carlos', () => {
    const CARLOS = `arn:aws:iam::${ACCOUNT}:user/carlossalazar`;
    const logs = 'arn:aws:s3:::amzn-s3-demo-bucket-carlossalazar-logs';
    const policies: PolicySet = {
      identity: [
        compile(
          'identity',
          {
            Sid: 'AllowS3ListRead',
            Effect: 'Allow',
            Action: [
              's3:GetBucketLocation',
              's3:GetAccountPublicAccessBlock',
              's3:ListAccessPoints',
              's3:ListAllMyBuckets',
            ],
            Resource: 'arn:aws:s3:::*',
          },
          {
            Sid: 'AllowS3Self',
            Effect: 'Allow',
            Action: 's3:*',
            Resource: [
              'arn:aws:s3:::amzn-s3-demo-bucket-carlossalazar/*',
              'arn:aws:s3:::amzn-s3-demo-bucket-carlossalazar',
            ],
          },
          { Sid: 'DenyS3Logs', Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::*log*' },
        ),
      ],
      resource: compile('resource', {
        Effect: 'Allow',
        Principal: { AWS: CARLOS },
        Action: 's3:*',
        Resource: [
          'arn:aws:s3:::amzn-s3-demo-bucket-carlossalazar/*',
          'arn:aws:s3:::amzn-s3-demo-bucket-carlossalazar',
        ],
      }),
    };
    const principal = { account: ACCOUNT, arn: CARLOS };

    it.each([
      ['s3:ListAllMyBuckets', 'arn:aws:s3:::*', 'Allow', 'identity'],
      ['s3:PutObject', 'arn:aws:s3:::amzn-s3-demo-bucket-carlossalazar/file', 'Allow', 'resource'],
      ['s3:PutObject', `${logs}/file`, 'ExplicitDeny', 'identity'],
      ['s3:GetObject', 'arn:aws:s3:::somebody-elses/file', 'ImplicitDeny', 'identity'],
    ])('%s on %s: %s by %s', (action, resource, effect, layer) => {
      expect(evaluate(policies, { action, resource, principal, context: NO_KEYS })).toMatchObject({
        effect,
        layer,
      });
    });
  });
});
