import { describe, expect, it } from 'vitest';
import { type CompiledPolicy, compilePolicy } from './compile.ts';
import type { Context } from './context.ts';
import type { PolicyKind } from './document.ts';
import { evaluateTrust, type PolicyRequest } from './evaluate.ts';
import { parsePolicy } from './parse.ts';
import type { PrincipalSet } from './principal.ts';

const ACCOUNT = '111122223333';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/examplerole`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/examplerole/examplerolesessionname`;
const USER = `arn:aws:iam::${ACCOUNT}:user/exampleuser`;

const AS_SESSION: PrincipalSet = { account: ACCOUNT, arn: SESSION, issuerArn: ROLE };
const AS_USER: PrincipalSet = { account: ACCOUNT, arn: USER };

const NO_KEYS: Context = new Map();

function compile(kind: PolicyKind, ...statements: object[]): CompiledPolicy {
  return compilePolicy(
    parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), kind),
    kind,
  );
}

const ALLOW_GET = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };

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
