import { CognitoIdentityClient, ListIdentityPoolsCommand } from '@aws-sdk/client-cognito-identity';
import { CreateOpenIDConnectProviderCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
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
  refusal,
  stsFor,
  webIdentity,
  webRoles,
} from './testing.ts';

const key = 'login.example.test/tenant';
const providerArn = `arn:aws:iam::${account}:oidc-provider/${key}`;
const notAuthorized = ['AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'];

let issuer: TestIssuer;
let daypass: Daypass;
let admin: ReturnType<typeof administrator>;
let createRole: ReturnType<typeof webRoles>;
let assume: ReturnType<typeof webIdentity>;

beforeAll(async () => {
  issuer = await TestIssuer.start(key, systemClock);
  // The discovery document of an issuer with a path lies below that path.
  issuer.server.json('/tenant/.well-known/openid-configuration', {
    issuer: `https://${key}`,
    jwks_uri: 'https://login.example.test/jwks',
  });
  daypass = await startDaypass({
    port: 0,
    logLevel: 'silent',
    providerOverrides: { [key]: issuer.server.url.href },
  });
  admin = administrator(daypass.url, daypass.rootCredentials);
  createRole = webRoles(admin, providerArn);
  assume = webIdentity(daypass.url);
  await admin.iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: `https://${key}`, ClientIDList: ['game', 'game-ios'] }),
  );
});

afterAll(async () => {
  await daypass.close();
  await issuer.close();
});

describe('AssumeRoleWithWebIdentity', () => {
  it('gives credentials of a role that trusts the provider, and says whose they are', async () => {
    const RoleArn = await createRole({}, [], { Path: '/games/' });
    const roleName = RoleArn.split('/').at(-1);
    const answer = await assume({ RoleArn, WebIdentityToken: await issuer.token() });
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: 'alice',
      Provider: `https://${key}`,
      Audience: 'game',
      AssumedRoleUser: {
        Arn: `arn:aws:sts::${account}:assumed-role/${roleName}/ada`,
        AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{16}:ada$/),
      },
    });
    expect(answer.PackedPolicySize).toBeUndefined();
    const lifetime = (answer.Credentials?.Expiration?.getTime() ?? 0) - Date.now();
    expect(lifetime).toBeGreaterThan(3590_000);
    expect(lifetime).toBeLessThanOrEqual(3600_000);

    const caller = await stsFor(daypass.url, keysIn(answer.Credentials)).send(
      new GetCallerIdentityCommand({}),
    );
    expect(caller).toMatchObject({
      Account: account,
      Arn: answer.AssumedRoleUser?.Arn,
      UserId: answer.AssumedRoleUser?.AssumedRoleId,
    });
  });

  it('answers in the XML of STS, needing no signature', async () => {
    const body = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: await createRole(),
      RoleSessionName: 'ada',
      WebIdentityToken: await issuer.token(),
    });
    const response = await fetch(daypass.url, { method: 'POST', body });
    const xml = await response.text();
    expect(response.headers.get('content-type')).toBe('text/xml');
    expect(xml).toMatch(
      /^<AssumeRoleWithWebIdentityResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIA\w{16}<\/AccessKeyId>/,
    );
    expect(xml).toMatch(/<Expiration>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ<\/Expiration><\/Credentials>/);
  });

  const now = () => Math.floor(Date.now() / 1000);
  it.each<[string, () => Promise<string>, readonly [string, string | RegExp]]>([
    [
      'is no JWT',
      async () => 'ya29.access-token',
      [
        'InvalidIdentityToken',
        'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
      ],
    ],
    [
      'names a provider that is not registered',
      () => issuer.token({ iss: 'https://login.elsewhere.test' }),
      [
        'InvalidIdentityToken',
        'No OpenIDConnect provider found in your account for https://login.elsewhere.test',
      ],
    ],
    [
      'names the registered provider without its scheme',
      () => issuer.token({ iss: key }),
      ['InvalidIdentityToken', `No OpenIDConnect provider found in your account for ${key}`],
    ],
    [
      'names its provider with characters that no URL has',
      () => issuer.token({ iss: 'https://login\u0000.test' }),
      ['InvalidIdentityToken', /^No OpenIDConnect provider found in your account for https:\/\/login/],
    ],
    [
      'has no issuer',
      () => issuer.sign(Buffer.from(JSON.stringify({ sub: 'alice' }))),
      ['InvalidIdentityToken', 'Missing a required claim: iss'],
    ],
    [
      'was issued to another client',
      () => issuer.token({ aud: 'another' }),
      ['InvalidIdentityToken', 'Incorrect token audience'],
    ],
    [
      'was issued to another authorized party',
      () => issuer.token({ azp: 'another' }),
      ['InvalidIdentityToken', 'Incorrect token audience'],
    ],
    [
      'has expired',
      () => issuer.token({ exp: now() - 60 }),
      [
        'ExpiredTokenException',
        /^Token expired: current date\/time \d{10} must be before the expiration date\/time \d{10}$/,
      ],
    ],
    [
      'is not valid yet',
      () => issuer.token({ nbf: now() + 600 }),
      ['InvalidIdentityToken', 'The token is not valid yet.'],
    ],
    [
      'was changed after it was signed',
      async () => {
        const [header, , signature] = (await issuer.token()).split('.');
        const claims = Buffer.from(JSON.stringify(issuer.claims({ sub: 'mallory' }))).toString('base64url');
        return `${header}.${claims}.${signature}`;
      },
      ['InvalidIdentityToken', "Couldn't verify signed token."],
    ],
    [
      'carries session tags of a wrong form',
      () => issuer.token({ 'https://aws.amazon.com/tags': { principal_tags: { team: ['red', 'blue'] } } }),
      ['InvalidIdentityToken', 'The session tags in the token are malformed.'],
    ],
  ])('refuses a token that %s', async (_case, token, expected) => {
    const [code, message] = await refusal(
      assume({ RoleArn: await createRole(), WebIdentityToken: await token() }),
    );
    expect(code).toBe(expected[0]);
    expect(message).toMatch(
      expected[1] instanceof RegExp ? expected[1] : new RegExp(`^${RegExp.escape(expected[1])}$`),
    );
  });

  it('says so when the keys of the provider cannot be had', async () => {
    await admin.iam.send(
      new CreateOpenIDConnectProviderCommand({ Url: 'https://127.0.0.1', ClientIDList: ['game'] }),
    );
    const token = await issuer.token({ iss: 'https://127.0.0.1' });
    expect(await refusal(assume({ RoleArn: await createRole(), WebIdentityToken: token }))).toEqual([
      'InvalidIdentityToken',
      "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    ]);
  });

  describe('asks the trust policy', () => {
    it.each<[string, object]>([
      [
        'another provider',
        { Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/login.elsewhere.test` } },
      ],
      ['another action', { Action: 'sts:AssumeRoleWithSAML' }],
      ['another subject', { Condition: { StringEquals: { [`${key}:sub`]: 'bob' } } }],
      ['another client', { Condition: { StringEquals: { [`${key}:aud`]: 'game-ios' } } }],
      ['another session name', { Condition: { StringEquals: { 'sts:RoleSessionName': 'bob' } } }],
      ['another network', { Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } }],
      ['an earlier time', { Condition: { DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } } }],
      ['a claim in another case', { Condition: { StringEquals: { [`${key}:team`]: 'red' } } }],
    ])('and refuses when it wants %s', async (_case, statement) => {
      const RoleArn = await createRole(statement);
      const WebIdentityToken = await issuer.token({ Team: 'red' });
      expect(await refusal(assume({ RoleArn, WebIdentityToken }))).toEqual(notAuthorized);
    });

    it('with the claims of the token as condition keys', async () => {
      const RoleArn = await createRole({
        Condition: {
          StringEquals: {
            [`${key}:aud`]: 'game',
            [`${key}:sub`]: 'alice',
            [`${key}:repository_owner`]: 'example',
            'aws:FederatedProvider': providerArn,
          },
          'ForAnyValue:StringEquals': { [`${key}:amr`]: 'mfa' },
        },
      });
      const claims = { repository_owner: 'example', amr: ['pwd', 'mfa'] };
      await expect(assume({ RoleArn, WebIdentityToken: await issuer.token(claims) })).resolves.toBeDefined();
      const without = await issuer.token({ ...claims, amr: ['pwd'] });
      expect(await refusal(assume({ RoleArn, WebIdentityToken: without }))).toEqual(notAuthorized);
    });

    it('and answers for a role that is not there as for one that does not trust', async () => {
      const RoleArn = `arn:aws:iam::${account}:role/nobody`;
      expect(await refusal(assume({ RoleArn, WebIdentityToken: await issuer.token() }))).toEqual(
        notAuthorized,
      );
    });

    it.each([
      ['no-role-at-all-in-here', 'no-role-at-all-in-here is invalid'],
      ['arn::b:::something/test-role', 'arn::b:::something/test-role is invalid'],
      ['arn:a::::something/test-role', 'arn:a::::something/test-role is invalid'],
      ['arn:a:::something/test-role', 'arn:a:::something/test-role is invalid'],
      ['arn:a:a::aaaaaaaaaa:', 'arn:a:a::aaaaaaaaaa: is invalid'],
      [`arn:aws:iam::${account}:user/ada`, 'Request ARN is invalid'],
    ])('unless the ARN is none of a role: %s', async (RoleArn, message) => {
      const WebIdentityToken = await issuer.token();
      expect(await refusal(assume({ RoleArn, WebIdentityToken }))).toEqual(['ValidationError', message]);
    });
  });

  it('lets the policies of the role know the claims that outlive the exchange', async () => {
    const RoleArn = await createRole({}, [
      allow('cognito-identity:ListIdentityPools', {
        Condition: {
          StringEquals: {
            [`${key}:sub`]: 'alice',
            [`${key}:aud`]: 'server',
            'aws:FederatedProvider': providerArn,
          },
        },
      }),
    ]);
    const list = async (claims: { sub?: string }) => {
      const WebIdentityToken = await issuer.token({ aud: 'server', azp: 'game', ...claims });
      const { Credentials } = await assume({ RoleArn, WebIdentityToken });
      const pools = new CognitoIdentityClient(configFor(daypass.url, keysIn(Credentials)));
      return pools.send(new ListIdentityPoolsCommand({ MaxResults: 1 }));
    };
    await expect(list({})).resolves.toBeDefined();
    expect((await refusal(list({ sub: 'bob' })))[0]).toBe('AccessDeniedException');
  });

  describe('turns claims into session tags and a source identity', () => {
    const nested = {
      'https://aws.amazon.com/tags': {
        principal_tags: { team: ['red'], project: ['tetris'] },
        transitive_tag_keys: ['team'],
      },
    };
    const flat = {
      'https://aws.amazon.com/tags/principal_tags/team': 'red',
      'https://aws.amazon.com/tags/principal_tags/project': 'tetris',
      'https://aws.amazon.com/tags/transitive_tag_keys': ['team'],
    };
    const wanted = {
      StringEquals: { 'aws:RequestTag/team': 'red', 'aws:RequestTag/project': 'tetris' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'project'], 'sts:TransitiveTagKeys': ['team'] },
    };

    it.each([
      ['nested', nested],
      ['flat', flat],
    ])('%s, which the role must let be set', async (_form, claims) => {
      const WebIdentityToken = await issuer.token(claims);
      const closed = await createRole();
      expect(await refusal(assume({ RoleArn: closed, WebIdentityToken }))).toEqual([
        'AccessDenied',
        'Not authorized to perform sts:TagSession',
      ]);
      const open = await createRole(
        { Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'], Condition: wanted },
        [allow('cognito-identity:ListIdentityPools', tagged('red'))],
      );
      const { Credentials, PackedPolicySize } = await assume({ RoleArn: open, WebIdentityToken });
      expect(PackedPolicySize).toBe(1);
      const pools = new CognitoIdentityClient(configFor(daypass.url, keysIn(Credentials)));
      await expect(pools.send(new ListIdentityPoolsCommand({ MaxResults: 1 }))).resolves.toBeDefined();
    });

    it('as long as they fit into a session', async () => {
      const RoleArn = await createRole({ Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'] });
      const tags = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`key-${i}`, ['x'.repeat(256)]]));
      const tooMuch = await issuer.token({ 'https://aws.amazon.com/tags': { principal_tags: tags } });
      expect(await refusal(assume({ RoleArn, WebIdentityToken: tooMuch }))).toEqual([
        'PackedPolicyTooLarge',
        'Packed size of session tags consumes 128% of allotted space.',
      ]);
      const methods = await issuer.token({ amr: Array.from({ length: 100 }, () => 'x'.repeat(100)) });
      expect(await refusal(assume({ RoleArn, WebIdentityToken: methods }))).toEqual([
        'PackedPolicyTooLarge',
        'Serialized token too large for session',
      ]);
    });

    it('the source identity too', async () => {
      const WebIdentityToken = await issuer.token({ 'https://aws.amazon.com/source_identity': 'ada' });
      expect(await refusal(assume({ RoleArn: await createRole(), WebIdentityToken }))).toEqual([
        'AccessDenied',
        'Not authorized to perform sts:SetSourceIdentity',
      ]);
      const RoleArn = await createRole({
        Action: ['sts:AssumeRoleWithWebIdentity', 'sts:SetSourceIdentity'],
        Condition: { StringEquals: { 'sts:SourceIdentity': 'ada' } },
      });
      expect(await assume({ RoleArn, WebIdentityToken })).toMatchObject({ SourceIdentity: 'ada' });
    });
  });
});

function tagged(team: string): object {
  return { Condition: { StringEquals: { 'aws:PrincipalTag/team': team } } };
}
