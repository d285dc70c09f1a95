import { CognitoIdentityClient, ListIdentityPoolsCommand } from '@aws-sdk/client-cognito-identity';
import type { AssumeRoleWithWebIdentityCommandInput } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../clock.ts';
import type { Daypass } from '../../config.ts';
import { startDaypass } from '../../main.ts';
import { TestIssuer } from '../../tokens/testing/issuer.ts';
import {
  account,
  administrator,
  allow,
  configFor,
  keysIn,
  policy,
  refusal,
  webIdentity,
  webRoles,
} from './testing.ts';

type Narrowing = Partial<Omit<AssumeRoleWithWebIdentityCommandInput, 'RoleArn' | 'WebIdentityToken'>>;

let google: TestIssuer;
let daypass: Daypass;
let admin: ReturnType<typeof administrator>;
let createRole: ReturnType<typeof webRoles>;
let assume: ReturnType<typeof webIdentity>;

beforeAll(async () => {
  google = await TestIssuer.start('accounts.google.com', systemClock);
  daypass = await startDaypass({
    port: 0,
    logLevel: 'silent',
    providerOverrides: { 'accounts.google.com': google.server.url.href },
  });
  admin = administrator(daypass.url, daypass.rootCredentials);
  createRole = webRoles(admin, 'accounts.google.com');
  assume = webIdentity(daypass.url);
});

afterAll(async () => {
  await daypass.close();
  await google.close();
});

describe('a session of a role', () => {
  it('is bounded by the longest duration of the role', async () => {
    const RoleArn = await createRole({}, [], { MaxSessionDuration: 7200 });
    const WebIdentityToken = await google.token();
    const { Credentials } = await assume({ RoleArn, WebIdentityToken, DurationSeconds: 7200 });
    expect((Credentials?.Expiration?.getTime() ?? 0) - Date.now()).toBeGreaterThan(7190_000);
    expect(await refusal(assume({ RoleArn, WebIdentityToken, DurationSeconds: 7201 }))).toEqual([
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    ]);
  });

  const all = [allow(['cognito-identity:ListIdentityPools', 'iam:ListRoles'])];
  it.each<[string, () => Promise<Narrowing>, number]>([
    ['an inline policy', async () => ({ Policy: policy(allow('iam:ListRoles')) }), 3],
    [
      'a managed policy',
      async () => ({
        PolicyArns: [{ arn: await admin.createPolicy('roles-only', allow('iam:ListRoles')) }],
      }),
      2,
    ],
  ])('is bounded by %s', async (_kind, narrowing, size) => {
    const RoleArn = await createRole({}, all);
    const WebIdentityToken = await google.token();
    const ask = async (input: Narrowing = {}) => {
      const { Credentials, PackedPolicySize } = await assume({ RoleArn, WebIdentityToken, ...input });
      const pools = new CognitoIdentityClient(configFor(daypass.url, keysIn(Credentials)));
      return { PackedPolicySize, call: pools.send(new ListIdentityPoolsCommand({ MaxResults: 1 })) };
    };
    await expect((await ask()).call).resolves.toBeDefined();
    const narrowed = await ask(await narrowing());
    expect(narrowed.PackedPolicySize).toBe(size);
    expect((await refusal(narrowed.call))[1]).toBe(
      `User: arn:aws:sts::${account}:assumed-role/${RoleArn.split('/').at(-1)}/ada is not authorized to perform: cognito-identity:ListIdentityPools on resource: arn:aws:cognito-identity:us-east-1:${account}:identitypool/ because no session policy allows the cognito-identity:ListIdentityPools action`,
    );
  });

  it.each<[string, Narrowing, string, RegExp]>([
    [
      'policy that is none',
      { Policy: '{"Statement": []}' },
      'MalformedPolicyDocument',
      /^Syntax errors in policy\.$/,
    ],
    [
      'managed policy that is not there',
      { PolicyArns: [{ arn: `arn:aws:iam::${account}:policy/nothing` }] },
      'ValidationError',
      /^Policy arn:aws:iam::000000000000:policy\/nothing does not exist or is not attachable\.$/,
    ],
    [
      'policy too long',
      { Policy: ' '.repeat(2049) },
      'ValidationError',
      /at 'policy' failed .* less than or equal to 2048$/,
    ],
    [
      'number of managed policies too high',
      {
        PolicyArns: Array.from({ length: 11 }, (_, i) => ({ arn: `arn:aws:iam::${account}:policy/p${i}` })),
      },
      'ValidationError',
      /at 'policyArns' failed .* less than or equal to 10$/,
    ],
    [
      'session name with a character too many',
      { RoleSessionName: 'Session1:2' },
      'ValidationError',
      /^1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: \[\\w\+=,\.@-\]\*$/,
    ],
    ['duration too short', { DurationSeconds: 899 }, 'ValidationError', /greater than or equal to 900$/],
    ['duration too long', { DurationSeconds: 43_201 }, 'ValidationError', /less than or equal to 43200$/],
  ])('is refused for a %s', async (_case, input, code, message) => {
    const refused = await refusal(
      assume({ RoleArn: await createRole(), WebIdentityToken: await google.token(), ...input }),
    );
    expect(refused).toEqual([code, expect.stringMatching(message)]);
  });
});
