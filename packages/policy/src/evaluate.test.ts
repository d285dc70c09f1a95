import { describe, expect, it } from 'vitest';
import { type CompiledPolicy, compilePolicy } from './compile.ts';
import type { Context } from './context.ts';
import type { PolicyKind } from './document.ts';
import { evaluate, type PolicyRequest, type PolicySet } from './evaluate.ts';
import { parsePolicy } from './parse.ts';

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
