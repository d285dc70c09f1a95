import { createHash } from 'node:crypto';
import { DeleteRoleCommand, DeleteRolePolicyCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Daypass, type DaypassOptions, startDaypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account, administrator, refusal, region } from './rig/administrator.ts';
import { callDaypass } from './rig/daypass-api.ts';
import { type Issuer, startIssuer } from './rig/issuer.ts';

const secret = 'a-secret-that-stays-in-the-browser-of-ada';
const nonce = createHash('sha256').update(secret).digest('base64url');
const consoleRole = `arn:aws:iam::${account}:role/DaypassConsole`;

describe('signing in to the console with an account', () => {
  let issuer: Issuer;
  let daypass: Daypass;

  const options = (): DaypassOptions => ({
    port: 0,
    logLevel: 'silent',
    providerOverrides: { [issuer.key]: issuer.url },
    consoleSignIn: {
      issuer: `https://${issuer.key}`,
      clientId: 'example-client',
      administrators: { groups: ['admins', 'operators'], email: ['ada@example.test'] },
    },
  });

  beforeAll(async () => {
    issuer = await startIssuer();
    daypass = await startDaypass(options());
  });
  afterAll(async () => {
    await daypass.close();
    await issuer.close();
  });

  async function signIn(claims: object, NonceSecret = secret, at = daypass) {
    const IdToken = await issuer.token({ nonce, ...claims });
    const response = await fetch(at.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Daypass.SignInToConsole' },
      body: JSON.stringify({ IdToken, NonceSecret }),
    });
    const answer = JSON.parse(await response.text());
    return {
      status: response.status,
      message: answer.message,
      expires: answer.Credentials?.Expiration,
      config: {
        endpoint: at.url,
        region,
        maxAttempts: 1,
        credentials: {
          accessKeyId: answer.Credentials?.AccessKeyId ?? '',
          secretAccessKey: answer.Credentials?.SecretKey ?? '',
          sessionToken: answer.Credentials?.SessionToken ?? '',
        },
      },
    };
  }

  it('gives an administrator credentials that may do everything, for an hour', async () => {
    const { config, expires } = await signIn({ groups: ['staff', 'admins'] });
    const { Arn } = await new STSClient(config).send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe(`arn:aws:sts::${account}:assumed-role/DaypassConsole/ada`);
    await new IAMClient(config).send(new ListRolesCommand({}));
    expect(expires - Date.now() / 1000).toBeGreaterThan(3500);
    expect(expires - Date.now() / 1000).toBeLessThanOrEqual(3600);
  });

  it('names an administrator by an address that the provider has verified', async () => {
    const { config } = await signIn({ email: 'ada@example.test', email_verified: true });
    const { Arn } = await new STSClient(config).send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe(`arn:aws:sts::${account}:assumed-role/DaypassConsole/ada@example.test`);
  });

  it.each([
    ['has no such claim', {}],
    ['has other values', { groups: ['staff', 'admins-of-something-else'] }],
    ['has the values as one text', { groups: 'staff admins' }],
    ['has an address that nobody verified', { email: 'ada@example.test' }],
    ['says itself that the address is not verified', { email: 'ada@example.test', email_verified: false }],
    ['has the right value under another claim', { roles: ['admins'] }],
  ])('refuses a token that %s', async (_what, claims) => {
    expect(await signIn(claims)).toMatchObject({
      status: 400,
      message: 'You are not an administrator of this service.',
    });
  });

  const groups = ['admins'];
  it.each<[string, object, string?]>([
    ['of another client', { groups, aud: 'another-client' }],
    ['of another issuer', { groups, iss: 'https://evil.example.test' }],
    ['that has expired', { groups, exp: Math.floor(Date.now() / 1000) - 1 }],
    ['without a nonce', { groups, nonce: undefined }],
    ['with the secret itself as its nonce', { groups, nonce: secret }],
    ['whose nonce is of somebody else', { groups }, 'a-secret-that-a-thief-of-the-token-made-up'],
  ])('refuses a token %s', async (_what, claims, shown) => {
    expect((await signIn(claims, shown)).status).toBe(400);
  });

  it('keeps who came in, and who was refused and why, without the token', async () => {
    await signIn({ groups: ['admins'], sub: 'grace' });
    await signIn({ sub: 'mallory' });
    const listed = async () => {
      const asked = { Operation: 'SignInToConsole', MaxResults: 60 };
      return (await callDaypass(daypass, 'ListAuditEvents', asked)).Events as {
        errorCode?: string;
        requestParameters: object;
        additionalEventData: { roleArn?: string; reason?: string; sessionName?: string };
      }[];
    };
    const data = async () => (await listed()).map(({ additionalEventData }) => additionalEventData);
    await expect
      .poll(data, { timeout: 30_000 })
      .toEqual(
        expect.arrayContaining([
          expect.objectContaining({ roleArn: consoleRole, sessionName: 'grace' }),
          { reason: 'mallory has none of the claims that make an administrator' },
        ]),
      );
    const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS';
    for (const { requestParameters } of await listed()) {
      expect(requestParameters).toEqual({ IdToken: hidden, NonceSecret: hidden });
    }
  });

  it('ends with a revocation of the role, like every session', async () => {
    const { config } = await signIn({ groups: ['admins'] });
    await callDaypass(daypass, 'RevokeSessions', { RoleArn: consoleRole });
    const whoAmI = new STSClient(config).send(new GetCallerIdentityCommand({}));
    expect(await refusal(whoAmI)).toMatchObject({ name: 'ExpiredToken' });
  });

  it('makes a role that nobody assumes by STS, an administrator neither', async () => {
    const { sts } = administrator(daypass);
    const assumed = sts.send(new AssumeRoleCommand({ RoleArn: consoleRole, RoleSessionName: 'someone' }));
    expect(await refusal(assumed)).toMatchObject({ name: 'AccessDenied' });
  });

  it('tells the console where to sign in', async () => {
    const config = await fetch(`${daypass.url}/_daypass/console/config.json`);
    // This provider publishes keys alone, nowhere to sign in.
    expect(await config.json()).toEqual({
      region,
      signIn: {
        issuer: `https://${issuer.key}`,
        clientId: 'example-client',
        scope: 'openid email profile',
      },
    });
  });

  it('is nobody’s where it is not configured', async () => {
    const { consoleSignIn: _, ...others } = options();
    const plain = await startDaypass(others);
    expect(await signIn({ groups: ['admins'] }, secret, plain)).toMatchObject({
      status: 400,
      message: 'The console takes access keys alone.',
    });
    const config = await fetch(`${plain.url}/_daypass/console/config.json`);
    expect(await config.json()).toEqual({ region });
    const { Roles } = await administrator(plain).iam.send(new ListRolesCommand({}));
    expect(Roles).toEqual([]);
    await plain.close();
  });

  it('gives a role of one’s own, as it is at that moment', async () => {
    const { consoleSignIn, ...others } = options();
    if (consoleSignIn === undefined) throw new Error('it is configured above');
    const own = await startDaypass({
      ...others,
      consoleSignIn: { ...consoleSignIn, role: 'Support', duration: 900 },
    });
    const admin = administrator(own);
    expect((await signIn({ groups: ['admins'] }, secret, own)).status).toBe(400);
    const read = { Effect: 'Allow', Action: 'iam:ListRoles', Resource: '*' };
    await admin.createRole('Support', 'us-east-1:nobody', 'authenticated', [read]);
    const role = async () => (await signIn({ groups: ['admins'] }, secret, own)).status;
    await expect.poll(role, { timeout: 30_000 }).toBe(200);
    const { config, expires } = await signIn({ groups: ['admins'] }, secret, own);
    expect(expires - Date.now() / 1000).toBeLessThanOrEqual(900);
    const iam = new IAMClient(config);
    await iam.send(new ListRolesCommand({}));
    const remove = iam.send(new DeleteRoleCommand({ RoleName: 'Support' }));
    expect((await refusal(remove)).message).toContain('not authorized to perform: iam:DeleteRole');
    await own.close();
  });

  it('leaves the role as an administrator has changed it', async () => {
    const policy = { RoleName: 'DaypassConsole', PolicyName: 'administrator' };
    await administrator(daypass).iam.send(new DeleteRolePolicyCommand(policy));
    const { config } = await signIn({ groups: ['admins'] });
    const list = new IAMClient(config).send(new ListRolesCommand({}));
    expect((await refusal(list)).message).toContain('not authorized to perform: iam:ListRoles');
  });

  it.each<[string, Partial<NonNullable<DaypassOptions['consoleSignIn']>>]>([
    ['an issuer that is not https', { issuer: 'http://login.example.test' }],
    ['no claim', { administrators: {} }],
    ['a claim without values', { administrators: { groups: [] } }],
    ['a day and a night', { duration: 86_400 }],
  ])('does not start with %s', async (_what, changes) => {
    const { consoleSignIn, ...others } = options();
    if (consoleSignIn === undefined) throw new Error('it is configured above');
    await expect(
      startDaypass({ ...others, consoleSignIn: { ...consoleSignIn, ...changes } }),
    ).rejects.toMatchObject({ obstacle: 'options' });
  });
});
