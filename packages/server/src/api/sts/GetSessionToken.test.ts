import { CognitoIdentityClient, ListIdentityPoolsCommand } from '@aws-sdk/client-cognito-identity';
import {
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  GetUserCommand,
  IAMClient,
  ListRolesCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  type GetSessionTokenCommandInput,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Daypass } from '../../config.ts';
import { startDaypass } from '../../main.ts';
import { TestClock } from '../../tokens/testing/issuer.ts';
import { account, administrator, allow, configFor, type Keys, keysIn, refusal, stsFor } from './testing.ts';

let clock: TestClock;
let daypass: Daypass;
let admin: ReturnType<typeof administrator>;
/** A user who may list identity pools, and everything of IAM. */
let ada: Keys;

beforeAll(async () => {
  clock = new TestClock(Date.now());
  daypass = await startDaypass({ port: 0, logLevel: 'silent', clock });
  admin = administrator(daypass.url, daypass.rootCredentials);
  ada = await admin.createUser('ada', [allow(['cognito-identity:ListIdentityPools', 'iam:*'])]);
});

afterAll(() => daypass.close());

async function sessionToken(keys: Keys, input: GetSessionTokenCommandInput = {}) {
  const { Credentials } = await stsFor(daypass.url, keys).send(new GetSessionTokenCommand(input));
  const lifetime = ((Credentials?.Expiration?.getTime() ?? 0) - clock.now()) / 1000;
  return { keys: keysIn(Credentials), lifetime };
}

const listPools = (keys: Keys) =>
  new CognitoIdentityClient(configFor(daypass.url, keys)).send(
    new ListIdentityPoolsCommand({ MaxResults: 1 }),
  );

const whoIs = (keys: Keys) => stsFor(daypass.url, keys).send(new GetCallerIdentityCommand({}));

describe('GetSessionToken', () => {
  it.each<[string, () => Keys]>([
    ['a user', () => ada],
    ['root', () => daypass.rootCredentials],
  ])('gives %s temporary credentials that are still his', async (_who, owner) => {
    const { keys } = await sessionToken(owner());
    expect(keys.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    const { Arn, UserId, Account } = await whoIs(owner());
    expect(await whoIs(keys)).toMatchObject({ Arn, UserId, Account });
    await expect(listPools(keys)).resolves.toBeDefined();
  });

  it.each<[string, number | undefined, number, () => Keys]>([
    ['a user', undefined, 43_200, () => ada],
    ['a user', 900, 900, () => ada],
    ['a user', 129_600, 129_600, () => ada],
    ['root', undefined, 3600, () => daypass.rootCredentials],
    ['root', 129_600, 3600, () => daypass.rootCredentials],
    ['root', 900, 900, () => daypass.rootCredentials],
  ])('gives %s who asks for %s seconds %d of them', async (_who, DurationSeconds, seconds, owner) => {
    const { lifetime } = await sessionToken(owner(), { DurationSeconds });
    // The answer counts whole seconds.
    expect(Math.ceil(lifetime)).toBe(seconds);
  });

  it.each([
    [899, 'greater than or equal to 900'],
    [129_601, 'less than or equal to 129600'],
  ])('gives nothing for %d seconds', async (DurationSeconds, limit) => {
    const [code, message] = await refusal(sessionToken(ada, { DurationSeconds }));
    expect(code).toBe('ValidationError');
    expect(message).toContain(limit);
  });

  it('accepts no code of an MFA device', async () => {
    const SerialNumber = `arn:aws:iam::${account}:mfa/ada`;
    const [code, message] = await refusal(sessionToken(ada, { SerialNumber, TokenCode: '123456' }));
    expect(code).toBe('AccessDenied');
    expect(message).toMatch(/^MultiFactorAuthentication failed, unable to validate MFA code\./);
  });

  it('is not for temporary credentials', async () => {
    const trust = { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' };
    const RoleArn = await admin.createRole('tester', [trust]);
    const bob = await admin.createUser('bob', [allow('sts:AssumeRole')]);
    const temporary = (await sessionToken(bob)).keys;
    const { Credentials } = await stsFor(daypass.url, temporary).send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'bob' }),
    );
    for (const keys of [temporary, keysIn(Credentials), (await sessionToken(daypass.rootCredentials)).keys]) {
      expect(await refusal(sessionToken(keys))).toEqual([
        'AccessDenied',
        'Cannot call GetSessionToken with session credentials',
      ]);
    }
  });

  it.each<[string, () => Keys]>([
    ['a user', () => ada],
    ['root', () => daypass.rootCredentials],
  ])('gives %s credentials that IAM does not know', async (_who, owner) => {
    const iam = new IAMClient(configFor(daypass.url, (await sessionToken(owner())).keys));
    for (const call of [iam.send(new ListRolesCommand({})), iam.send(new GetUserCommand({}))]) {
      expect(await refusal(call)).toEqual([
        'InvalidClientTokenId',
        'The security token included in the request is invalid',
      ]);
    }
  });

  it('gives credentials for which a policy knows when they were made, and that it was without MFA', async () => {
    const eve = await admin.createUser('eve', [
      allow('cognito-identity:ListIdentityPools'),
      {
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: {
          Bool: { 'aws:MultiFactorAuthPresent': 'false' },
          Null: { 'aws:TokenIssueTime': 'false' },
        },
      },
    ]);
    await expect(listPools(eve)).resolves.toBeDefined();
    const { keys } = await sessionToken(eve);
    expect((await refusal(listPools(keys)))[1]).toContain(
      'with an explicit deny in an identity-based policy',
    );
  });

  it('gives credentials that end with their user, even if another comes under his name', async () => {
    const carl = await admin.createUser('carl');
    const { keys } = await sessionToken(carl);
    await expect(whoIs(keys)).resolves.toBeDefined();
    await admin.iam.send(new DeleteAccessKeyCommand({ UserName: 'carl', AccessKeyId: carl.accessKeyId }));
    await admin.iam.send(new DeleteUserCommand({ UserName: 'carl' }));
    await admin.createUser('carl');
    expect((await refusal(whoIs(keys)))[0]).toBe('InvalidClientTokenId');
  });
});
