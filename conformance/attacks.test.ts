import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CognitoIdentity } from '@aws-sdk/client-cognito-identity';
import { STS } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDaypass } from '../packages/server/src/main.ts';
import { startAttackedIssuer } from '../packages/server/src/tokens/testing/attacks.ts';
import { TestClock, TestIssuer, TestServer } from '../packages/server/src/tokens/testing/issuer.ts';
import { recipient, TestSamlProvider } from '../packages/server/src/tokens/testing/saml.ts';
import { tamperings, type Wrapping, wrappings } from '../packages/server/src/tokens/testing/saml-attacks.ts';
import { account, administrator, refusal, region } from './rig/administrator.ts';

const key = 'login.example.test';
const userPoolKey = 'cognito-idp.us-east-1.amazonaws.com/us-east-1_Example';
const samlProvider = `arn:aws:iam::${account}:saml-provider/corporate`;
const clock = new TestClock(Date.now());
const attacked = await startAttackedIssuer(key, clock);
const idp = new TestSamlProvider(clock);

const unverified = "Invalid login token. Couldn't verify signed token.";
const foreignAudience = 'Invalid login token. Incorrect token audience.';
const foreignClient = 'Token is not from a supported provider of this identity pool.';
interface Refusal {
  readonly name: string;
  readonly message: string;
}

/** Characters. Source: API model, IdentityProviderToken. */
const longestToken = 50_000;

describe('an attack on a running service is refused, and leaves no trace in the store', () => {
  const data = mkdtempSync(join(tmpdir(), 'daypass-attacks-'));
  let daypass: Awaited<ReturnType<typeof startDaypass>>;
  let database: DatabaseSync;
  let user: CognitoIdentity;
  let sts: STS;
  let poolId: string;
  let otherPoolId: string;
  let webRole: string;
  let office: string;
  /** Whom the attacker would like to be. */
  let victim: string;
  let users: TestIssuer;
  let graph: TestServer;
  let amazon: TestServer;
  let twitter: TestServer;

  beforeAll(async () => {
    users = await TestIssuer.start(userPoolKey, clock);
    users.publishAt('/.well-known/jwks.json');
    [graph, amazon, twitter] = await Promise.all([
      TestServer.start(),
      TestServer.start(),
      TestServer.start(),
    ]);
    daypass = await startDaypass({
      port: 0,
      data,
      clock,
      logLevel: 'silent',
      providerOverrides: {
        [key]: attacked.issuer.server.url.href,
        [userPoolKey]: users.server.url.href,
        'graph.facebook.com': graph.url.href,
        'www.amazon.com': amazon.url.href,
        'api.twitter.com': twitter.url.href,
      },
    });
    database = new DatabaseSync(join(data, 'daypass.sqlite'), { readOnly: true });
    const admin = administrator(daypass);
    const issuerArn = await admin.registerIssuer(key, ['game', 'game-ios']);
    await admin.iam.createSAMLProvider({ Name: 'corporate', SAMLMetadataDocument: idp.metadata });
    poolId = await admin.createPool({
      OpenIdConnectProviderARNs: [issuerArn],
      SamlProviderARNs: [samlProvider],
      CognitoIdentityProviders: [{ ProviderName: userPoolKey, ClientId: 'web' }],
      SupportedLoginProviders: {
        'graph.facebook.com': '1234',
        'www.amazon.com': 'amzn1.application-oa2-client.game',
        'api.twitter.com': 'key;secret',
      },
    });
    otherPoolId = await admin.createPool({
      CognitoIdentityProviders: [{ ProviderName: userPoolKey, ClientId: 'ios' }],
    });
    await admin.setRoles(poolId, {
      authenticated: await admin.createRole('Player', poolId, 'authenticated'),
    });
    webRole = await createRole('Web', issuerArn, 'sts:AssumeRoleWithWebIdentity', { [`${key}:aud`]: 'game' });
    office = await createRole('Office', samlProvider, 'sts:AssumeRoleWithSAML', { 'saml:aud': recipient });

    async function createRole(RoleName: string, Federated: string, Action: string, StringEquals: object) {
      const Statement = {
        Effect: 'Allow',
        Principal: { Federated },
        Action,
        Condition: { StringEquals },
      };
      const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
      const { Role } = await admin.iam.createRole({ RoleName, AssumeRolePolicyDocument });
      return Role?.Arn ?? '';
    }

    const anybody = { endpoint: daypass.url, region, maxAttempts: 1 };
    user = new CognitoIdentity(anybody);
    sts = new STS({ ...anybody, credentials: { accessKeyId: 'none', secretAccessKey: 'none' } });
    const Logins = { [key]: await attacked.issuer.token() };
    victim = (await user.getId({ IdentityPoolId: poolId, Logins })).IdentityId ?? '';
  });
  afterAll(async () => {
    database.close();
    await daypass.close();
    await Promise.all([attacked, users, graph, amazon, twitter].map((server) => server.close()));
    rmSync(data, { recursive: true, force: true });
  });

  /** Everything that is kept, except what was told about refusals. */
  function everything(): string {
    const tables = database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'audit' ORDER BY name")
      .all();
    return JSON.stringify(tables.map(({ name }) => [name, database.prepare(`SELECT * FROM ${name}`).all()]));
  }

  async function refusedFederation(IdentityPoolId: string, Logins: object): Promise<Refusal> {
    const body = JSON.stringify({ IdentityPoolId, Logins });
    const response = await fetch(`${daypass.url}/_daypass/federate`, { method: 'POST', body });
    const answer: { __type: string; message: string } = JSON.parse(await response.text());
    expect(response.status).toBe(400);
    return { name: answer.__type, message: answer.message };
  }

  /** Tries a login on every door that takes one; `message` is what Cognito says to a token that it reads at all. */
  async function expectRefused(login: string, token: string, message: string, pool = poolId): Promise<void> {
    const Logins = { [login]: token };
    const before = everything();
    const refusals = [
      await refusal(user.getId({ IdentityPoolId: pool, Logins })),
      await refusedFederation(pool, Logins),
    ];
    if (pool === poolId) {
      const IdentityId = victim;
      refusals.push(
        await refusal(user.getCredentialsForIdentity({ IdentityId, Logins })),
        await refusal(user.getOpenIdToken({ IdentityId, Logins })),
        await refusal(user.unlinkIdentity({ IdentityId, Logins, LoginsToRemove: [key] })),
      );
    }
    expect(everything()).toBe(before);
    const isReadable = token.length > 0 && token.length <= longestToken;
    const expected = isReadable
      ? { name: 'NotAuthorizedException', message }
      : { name: 'ValidationException' };
    for (const refused of refusals) expect(refused).toMatchObject(expected);
  }

  async function expectNoSession(assumed: Promise<unknown>): Promise<void> {
    const before = everything();
    expect((await refusal(assumed)).name).toMatch(/^(InvalidIdentityToken|ExpiredToken|Validation)/);
    expect(everything()).toBe(before);
  }

  it.each(attacked.attacks)('a token with $name', async ({ token, message }) => {
    const forged = await token();
    await expectRefused(key, forged, typeof message === 'string' ? message : message());
    const session = { RoleArn: webRole, RoleSessionName: 'eve', WebIdentityToken: forged };
    await expectNoSession(sts.assumeRoleWithWebIdentity(session));
  });

  it.each<Wrapping>([
    ...wrappings,
    ...tamperings.map(([name, tamper]): Wrapping => [name, 'assertion', tamper]),
  ])('a SAML response with %s', async (_name, signed, tamper) => {
    const offer = Object.entries({ Role: `${office},${samlProvider}`, RoleSessionName: 'eve' }).map(
      ([name, value]) =>
        `<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/${name}"><saml:AttributeValue>${value}</saml:AttributeValue></saml:Attribute>`,
    );
    const attributes = `<saml:AttributeStatement>${offer.join('')}</saml:AttributeStatement>`;
    const xml = tamper(await idp.respond({ id: '_assertion', attributes }, { [signed]: true }));
    const response = Buffer.from(xml).toString('base64');
    await expectRefused(samlProvider, response, unverified);
    const session = { RoleArn: office, PrincipalArn: samlProvider, SAMLAssertion: response };
    await expectNoSession(sts.assumeRoleWithSAML(session));
  });

  it('a SAML response for another audience', async () => {
    const xml = await idp.respond({ audience: 'urn:example:shop' });
    await expectRefused(samlProvider, Buffer.from(xml).toString('base64'), foreignAudience);
  });

  it('a token of another client of the user pool, which another pool accepts', async () => {
    const [web, ios] = await Promise.all(['web', 'ios'].map((aud) => users.token({ aud, token_use: 'id' })));
    await expectRefused(userPoolKey, ios ?? '', foreignClient);
    await expectRefused(userPoolKey, web ?? '', foreignClient, otherPoolId);
  });

  it('an access token of the user pool', async () => {
    const { aud: _, ...claims } = users.claims({ client_id: 'web', token_use: 'access' });
    const token = await users.sign(Buffer.from(JSON.stringify(claims)));
    await expectRefused(userPoolKey, token, 'Invalid login token. Missing a required claim: aud');
  });

  it('a Facebook token of another app', async () => {
    // As in Graph API reference, "Application" and "User".
    graph.json('/app', { id: '6666' });
    graph.json('/me', { id: '10215241773831025' });
    await expectRefused('graph.facebook.com', 'EAAGm0PX4ZCpsBAKZCZA', foreignAudience);
  });

  it('a token of Login with Amazon for another client', async () => {
    // As in Login with Amazon Developer Guide, "Obtain Customer Profile Information".
    const user_id = 'amzn1.account.K2LI23KL2LK2';
    const aud = 'amzn1.application-oa2-client.other';
    amazon.json('/auth/o2/tokeninfo', { iss: 'https://www.amazon.com', user_id, aud, exp: 3597 });
    amazon.json('/user/profile', { user_id });
    await expectRefused('www.amazon.com', 'Atza|IQEBLjAsAhRmHjNgHpi0U', foreignAudience);
  });

  it('a token of another consumer of Twitter', async () => {
    // As in X API v1.1, "GET account/verify_credentials".
    twitter.answers.set('/1.1/account/verify_credentials.json', (_request, response) => {
      response.writeHead(401).end('{"errors":[{"code":89,"message":"Invalid or expired token."}]}');
    });
    await expectRefused('api.twitter.com', 'token;secret', unverified);
  });

  it('and whoever is who he says goes in', async () => {
    const Logins = { [key]: await attacked.issuer.token() };
    expect(await user.getId({ IdentityPoolId: poolId, Logins })).toMatchObject({ IdentityId: victim });
    expect(await user.getCredentialsForIdentity({ IdentityId: victim, Logins })).toMatchObject({
      IdentityId: victim,
    });
  });
});
