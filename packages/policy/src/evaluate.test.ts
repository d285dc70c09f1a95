import { describe, expect, it } from 'vitest';
import { type CompiledPolicy, compilePolicy } from './compile.ts';
import type { Context } from './context.ts';
import type { PolicyKind } from './document.ts';
import { evaluate, evaluateTrust, type PolicyRequest, type PolicySet } from './evaluate.ts';
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
const DENY_GET = { Effect: 'Deny', Action: 's3:GetObject', Resource: '*' };
const ALLOW_PUT = { Effect: 'Allow', Action: 's3:PutObject', Resource: '*' };

describe('evaluate: one identity policy', () => {
  const verdict = (statements: readonly object[], request: Partial<PolicyRequest> = {}): string =>
    evaluate({ identity: [compile('identity', ...statements)] }, { ...GET, ...request }).effect;

  it.each([
    ['s3:GetObject', 'Allow'],
    ['S3:getobject', 'Allow'],
    ['s3:Get*', 'Allow'],
    ['s3:G?tObject', 'Allow'],
    ['*', 'Allow'],
    ['*:GetObject', 'Allow'],
    ['s3:Get', 'ImplicitDeny'],
    ['s3:GetObject?', 'ImplicitDeny'],
    ['dynamodb:GetObject', 'ImplicitDeny'],
  ])('action %s: %s', (action, expected) => {
    expect(verdict([{ ...ALLOW_GET, Action: action }])).toBe(expected);
  });

  it.each([
    ['*', 'Allow'],
    ['arn:aws:s3:::b/*', 'Allow'],
    ['arn:aws:s3:::*', 'Allow'],
    ['arn:aws:s3:*', 'Allow'],
    ['arn:aws:s3:::?/?', 'Allow'],
    ['arn:aws:s3:::B/k', 'ImplicitDeny'],
    ['arn:aws:s3:::b', 'ImplicitDeny'],
    ['arn:aws:s3:::b/', 'ImplicitDeny'],
  ])('resource %s: %s', (resource, expected) => {
    expect(verdict([{ ...ALLOW_GET, Resource: resource }])).toBe(expected);
  });

  /** IAM User Guide, "IAM JSON policy elements: Resource", using wildcards. */
  it.each([
    ['amzn-s3-demo-bucket/1/test/object.jpg', 'Allow'],
    ['amzn-s3-demo-bucket/1/2/test/object.jpg', 'Allow'],
    ['amzn-s3-demo-bucket/1/2/test/3/object.jpg', 'Allow'],
    ['amzn-s3-demo-bucket/1/2/3/test/4/object.jpg', 'Allow'],
    ['amzn-s3-demo-bucket/1///test///object.jpg', 'Allow'],
    ['amzn-s3-demo-bucket/1/test/.jpg', 'Allow'],
    ['amzn-s3-demo-bucket//test/object.jpg', 'Allow'],
    ['amzn-s3-demo-bucket/1/test/', 'Allow'],
    ['amzn-s3-demo-bucket/1-test/object.jpg', 'ImplicitDeny'],
    ['amzn-s3-demo-bucket/test/object.jpg', 'ImplicitDeny'],
    ['amzn-s3-demo-bucket/1/2/test.jpg', 'ImplicitDeny'],
  ])('arn:aws:s3:::amzn-s3-demo-bucket/*/test/* and %s: %s', (key, expected) => {
    const statement = { ...ALLOW_GET, Resource: 'arn:aws:s3:::amzn-s3-demo-bucket/*/test/*' };
    expect(verdict([statement], { resource: `arn:aws:s3:::${key}` })).toBe(expected);
  });

  it('reads a wildcard inside an ARN part so that it grants less', () => {
    const queue = { resource: 'arn:aws:sqs:us-east-1:111122223333:a-1:q', action: 'sqs:SendMessage' };
    const pattern = 'arn:aws:sqs:us-*-1:q';
    const complete = 'arn:aws:sqs:us-*-1:*:*';
    const statement = (effect: string, element: string, resource: string): object => ({
      Effect: effect,
      Action: '*',
      [element]: resource,
    });
    expect(verdict([statement('Allow', 'Resource', complete)], queue)).toBe('Allow');
    const across = 'arn:aws:sqs:us-*-1:*:q';
    expect(
      verdict([statement('Allow', 'Resource', across)], { ...queue, resource: 'arn:aws:sqs:us-a:b-1:c:q' }),
    ).toBe('ImplicitDeny');
    expect(
      verdict([statement('Deny', 'Resource', across)], { ...queue, resource: 'arn:aws:sqs:us-a:b-1:c:q' }),
    ).toBe('ExplicitDeny');
    expect(
      verdict([statement('Deny', 'NotResource', across)], { ...queue, resource: 'arn:aws:sqs:us-a:b-1:c:q' }),
    ).toBe('ExplicitDeny');
    expect(
      verdict([statement('Allow', 'NotResource', across)], {
        ...queue,
        resource: 'arn:aws:sqs:us-a:b-1:c:q',
      }),
    ).toBe('ImplicitDeny');
    expect(() => verdict([statement('Allow', 'Resource', pattern)])).toThrow(
      'The policy failed legacy parsing',
    );
  });

  it('a wildcard in the request is an ordinary character', () => {
    expect(verdict([ALLOW_GET], { resource: '*' })).toBe('Allow');
    expect(verdict([{ ...ALLOW_GET, Resource: 'arn:aws:s3:::b/k' }], { resource: 'arn:aws:s3:::b/*' })).toBe(
      'ImplicitDeny',
    );
    expect(verdict([{ ...ALLOW_GET, Resource: 'arn:aws:s3:::b/k' }], { resource: '*' })).toBe('ImplicitDeny');
    expect(verdict([ALLOW_GET], { action: 's3:*' })).toBe('ImplicitDeny');
  });

  it.each([
    ['NotAction', 's3:PutObject', 'Allow'],
    ['NotAction', 's3:get*', 'ImplicitDeny'],
  ])('%s %s: %s', (element, value, expected) => {
    expect(verdict([{ Effect: 'Allow', [element]: value, Resource: '*' }])).toBe(expected);
  });

  it.each([
    [['arn:aws:s3:::other/*'], 'Allow'],
    [['arn:aws:s3:::other/*', 'arn:aws:s3:::b/*'], 'ImplicitDeny'],
  ])('NotResource %j: %s', (resources, expected) => {
    expect(verdict([{ Effect: 'Allow', Action: '*', NotResource: resources }])).toBe(expected);
  });

  it('a variable without a value counts against the request, in Resource and in NotResource', () => {
    const own = 'arn:aws:s3:::b/${cognito-identity.amazonaws.com:sub}/*';
    expect(verdict([{ ...ALLOW_GET, Resource: own }])).toBe('ImplicitDeny');
    expect(verdict([{ Effect: 'Deny', Action: '*', NotResource: own }])).toBe('ExplicitDeny');
    expect(verdict([{ Effect: 'Allow', Action: '*', NotResource: own }])).toBe('ImplicitDeny');
    const known = { context: new Map([['cognito-identity.amazonaws.com:sub', 'me']]) };
    expect(verdict([{ Effect: 'Allow', Action: '*', NotResource: own }], known)).toBe('Allow');
  });
});

/** IAM User Guide, "Policy evaluation logic": explicit deny, boundaries and session policies. */
describe('evaluate: several policies', () => {
  const identity = [compile('identity', ALLOW_GET)];
  const none = compile('boundary', ALLOW_PUT);

  it.each<[string, PolicySet, string, string]>([
    ['nothing', { identity: [] }, 'ImplicitDeny', 'identity'],
    ['identity allows', { identity }, 'Allow', 'identity'],
    [
      'one of two identity policies allows',
      { identity: [compile('identity', ALLOW_PUT), ...identity] },
      'Allow',
      'identity',
    ],
    [
      'one of two identity policies denies',
      { identity: [...identity, compile('identity', DENY_GET)] },
      'ExplicitDeny',
      'identity',
    ],
    ['boundary allows', { identity, boundary: compile('boundary', ALLOW_GET) }, 'Allow', 'identity'],
    ['boundary does not allow', { identity, boundary: none }, 'ImplicitDeny', 'boundary'],
    [
      'boundary alone allows',
      { identity: [], boundary: compile('boundary', ALLOW_GET) },
      'ImplicitDeny',
      'identity',
    ],
    [
      'boundary denies',
      { identity, boundary: compile('boundary', ALLOW_GET, DENY_GET) },
      'ExplicitDeny',
      'boundary',
    ],
    ['session policy allows', { identity, session: [compile('session', ALLOW_GET)] }, 'Allow', 'identity'],
    [
      'one of two session policies allows',
      { identity, session: [compile('session', ALLOW_PUT), compile('session', ALLOW_GET)] },
      'Allow',
      'identity',
    ],
    [
      'no session policy allows',
      { identity, session: [compile('session', ALLOW_PUT)] },
      'ImplicitDeny',
      'session',
    ],
    ['an empty list of session policies', { identity, session: [] }, 'ImplicitDeny', 'session'],
    [
      'one of two session policies denies',
      { identity, session: [compile('session', ALLOW_GET), compile('session', DENY_GET)] },
      'ExplicitDeny',
      'session',
    ],
    [
      'session policy alone allows',
      { identity: [], session: [compile('session', ALLOW_GET)] },
      'ImplicitDeny',
      'identity',
    ],
    [
      'boundary and session policy allow',
      { identity, boundary: compile('boundary', ALLOW_GET), session: [compile('session', ALLOW_GET)] },
      'Allow',
      'identity',
    ],
  ])('%s', (_name, policies, effect, layer) => {
    const decision = evaluate(policies, GET);
    expect(decision).toMatchObject({ effect, layer, allowed: effect === 'Allow' });
    expect(decision.statement !== undefined).toBe(effect !== 'ImplicitDeny');
  });

  it('names the deciding statement', () => {
    const policies = { identity: [compile('identity', ALLOW_PUT, { ...DENY_GET, Sid: 'no' })] };
    expect(evaluate(policies, GET).statement).toEqual({ source: 'identity', sid: 'no', index: 1 });
  });
});

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

/** IAM User Guide, "Policy variables with no value". */
it('denies by StringNotEquals when the variable it compares with has no value', () => {
  const policies = {
    identity: [
      compile('identity', ALLOW_GET, {
        ...DENY_GET,
        Condition: { StringNotEquals: { 's3:ExistingObjectTag/Team': '${aws:PrincipalTag/Team}' } },
      }),
    ],
  };
  const effect = (...keys: [string, string][]): string =>
    evaluate(policies, { ...GET, context: new Map(keys) }).effect;
  expect(effect(['aws:principaltag/team', 'a'], ['s3:existingobjecttag/team', 'a'])).toBe('Allow');
  expect(effect(['aws:principaltag/team', 'a'], ['s3:existingobjecttag/team', 'b'])).toBe('ExplicitDeny');
  expect(effect(['s3:existingobjecttag/team', 'a'])).toBe('ExplicitDeny');
});

/** The app policies of the identity pools guide. */
describe('the room of an identity', () => {
  const SUB = 'us-east-1:12345678-dead-beef-cafe-123456790ab';
  const OTHER = 'us-east-1:00000000-dead-beef-cafe-123456790ab';
  const own = '${cognito-identity.amazonaws.com:sub}';
  const policies = {
    identity: [
      compile(
        'identity',
        {
          Effect: 'Allow',
          Action: 's3:ListBucket',
          Resource: 'arn:aws:s3:::b',
          Condition: { StringLike: { 's3:prefix': `${own}/*` } },
        },
        { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: `arn:aws:s3:::b/${own}/*` },
        {
          Effect: 'Allow',
          Action: ['dynamodb:GetItem', 'dynamodb:Query'],
          Resource: 'arn:aws:dynamodb:*:*:table/T',
          Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': own } },
        },
      ),
    ],
  };
  const TABLE = 'arn:aws:dynamodb:us-east-1:111122223333:table/T';

  it.each<[string, string, [string, string | readonly string[]][], boolean]>([
    ['s3:GetObject', `arn:aws:s3:::b/${SUB}/save.json`, [], true],
    ['s3:GetObject', `arn:aws:s3:::b/${OTHER}/save.json`, [], false],
    ['s3:GetObject', `arn:aws:s3:::b/${SUB}`, [], false],
    ['s3:GetObject', `arn:aws:s3:::b/${own}/save.json`, [], false],
    ['s3:DeleteObject', `arn:aws:s3:::b/${SUB}/save.json`, [], false],
    ['s3:ListBucket', 'arn:aws:s3:::b', [['s3:prefix', `${SUB}/`]], true],
    ['s3:ListBucket', 'arn:aws:s3:::b', [['s3:prefix', `${OTHER}/`]], false],
    ['s3:ListBucket', 'arn:aws:s3:::b', [], false],
    ['dynamodb:GetItem', TABLE, [['dynamodb:leadingkeys', [SUB]]], true],
    ['dynamodb:GetItem', TABLE, [['dynamodb:leadingkeys', [SUB, OTHER]]], false],
    ['dynamodb:GetItem', TABLE, [['dynamodb:leadingkeys', ['*']]], false],
  ])('%s %s %j: %j', (action, resource, keys, allowed) => {
    const context: Context = new Map([['cognito-identity.amazonaws.com:sub', SUB], ...keys]);
    expect(evaluate(policies, { action, resource, context }).allowed).toBe(allowed);
  });

  it('belongs to nobody when the request has no identity', () => {
    const request = { action: 's3:GetObject', resource: 'arn:aws:s3:::b//x', context: NO_KEYS };
    expect(evaluate(policies, request).allowed).toBe(false);
  });
});

describe('evaluateTrust', () => {
  const web = compile('trust', {
    Effect: 'Allow',
    Principal: { Federated: 'cognito-identity.amazonaws.com' },
    Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
    Condition: {
      StringEquals: { 'cognito-identity.amazonaws.com:aud': 'us-east-1:pool' },
      'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
    },
  });
  const request = (change: Partial<PolicyRequest> = {}): PolicyRequest => ({
    action: 'sts:AssumeRoleWithWebIdentity',
    resource: ROLE,
    principal: { federated: 'cognito-identity.amazonaws.com' },
    context: new Map<string, string | readonly string[]>([
      ['cognito-identity.amazonaws.com:aud', 'us-east-1:pool'],
      ['cognito-identity.amazonaws.com:amr', ['authenticated', 'accounts.google.com']],
    ]),
    ...change,
  });

  it('lets in the principal it names under its conditions, and nobody else', () => {
    expect(evaluateTrust(web, request())).toMatchObject({ allowed: true, layer: 'trust' });
    expect(evaluateTrust(web, request({ action: 'sts:TagSession' })).allowed).toBe(true);
    const refused = { effect: 'ImplicitDeny', layer: 'trust' };
    expect(evaluateTrust(web, request({ action: 'sts:AssumeRole' }))).toMatchObject(refused);
    expect(evaluateTrust(web, request({ principal: { federated: 'accounts.google.com' } }))).toMatchObject(
      refused,
    );
    expect(evaluateTrust(web, request({ principal: {} }))).toMatchObject(refused);
    expect(evaluateTrust(web, request({ context: NO_KEYS }))).toMatchObject(refused);
    const guest = new Map(request().context).set('cognito-identity.amazonaws.com:amr', ['unauthenticated']);
    expect(evaluateTrust(web, request({ context: guest }))).toMatchObject(refused);
    const otherPool = new Map(request().context).set('cognito-identity.amazonaws.com:aud', 'us-east-1:other');
    expect(evaluateTrust(web, request({ context: otherPool }))).toMatchObject(refused);
  });

  const assume = (principal: PrincipalSet): PolicyRequest => ({
    action: 'sts:AssumeRole',
    resource: ROLE,
    principal,
    context: NO_KEYS,
  });
  const trusting = (aws: string, effect = 'Allow'): CompiledPolicy =>
    compile('trust', { Effect: effect, Principal: { AWS: aws }, Action: 'sts:AssumeRole' });
  const mayAssume = {
    identity: [compile('identity', { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: ROLE })],
  };

  it('suffices alone when it names the caller himself', () => {
    expect(evaluateTrust(trusting(USER), assume(AS_USER))).toMatchObject({ allowed: true, layer: 'trust' });
    expect(evaluateTrust(trusting(ROLE), assume(AS_SESSION))).toMatchObject({
      allowed: true,
      layer: 'trust',
    });
    expect(evaluateTrust(trusting('*'), assume(AS_USER))).toMatchObject({ allowed: true, layer: 'trust' });
  });

  it("needs the caller's own policies as well when it names the account only", () => {
    expect(evaluateTrust(trusting(ACCOUNT), assume(AS_USER))).toMatchObject({
      allowed: false,
      layer: 'identity',
    });
    expect(evaluateTrust(trusting(ACCOUNT), assume(AS_USER), mayAssume)).toMatchObject({
      allowed: true,
      layer: 'identity',
    });
  });

  it("is needed even when the caller's own policies allow", () => {
    expect(evaluateTrust(trusting(`${USER}2`), assume(AS_USER), mayAssume)).toMatchObject({
      effect: 'ImplicitDeny',
      layer: 'trust',
    });
  });

  it('denies explicitly', () => {
    const trust = compile(
      'trust',
      { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' },
      { Effect: 'Deny', Principal: { AWS: USER }, Action: 'sts:AssumeRole' },
    );
    expect(evaluateTrust(trust, assume(AS_USER))).toMatchObject({ effect: 'ExplicitDeny', layer: 'trust' });
    expect(evaluateTrust(trust, assume(AS_SESSION)).allowed).toBe(true);
  });

  it("bows to the caller's session policy when it names the role behind the session", () => {
    const caller = { identity: [], session: [compile('session', ALLOW_GET)] };
    expect(evaluateTrust(trusting(ROLE), assume(AS_SESSION), caller)).toMatchObject({
      effect: 'ImplicitDeny',
      layer: 'session',
    });
    expect(evaluateTrust(trusting(SESSION), assume(AS_SESSION), caller).allowed).toBe(true);
  });
});
