import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { account, type BrokerRig, key, startBrokerRig } from '../broker/testing.ts';
import { daypass } from '../commands/testing.ts';
import { closeServer, listen } from '../port.ts';
import { callCognito, callDaypass, callIam } from '../service/aws-api.ts';
import type { Finding } from './finding.ts';

let rig: BrokerRig;
const provider = `arn:aws:iam::${account}:oidc-provider/${key}`;
const roleThere = (name: string) => `arn:aws:iam::${account}:role/${name}`;
const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`;

/** What `daypass doctor` finds of brokers, and whether it is content with them. */
async function findings(): Promise<Finding[]> {
  const { stdout } = await daypass(['doctor', '--json']);
  return (JSON.parse(stdout) as Finding[]).filter(({ what }) => what === 'Broker');
}

const notGood = async () => (await findings()).filter(({ outcome }) => outcome !== 'good');

async function setUp(...more: string[]): Promise<void> {
  const place = ['--target', 'aws', '--target-account', account, '--target-endpoint', rig.target.url];
  const { code, stderr } = await daypass([
    'broker',
    'setup',
    '--pool',
    rig.poolId,
    ...place,
    '--apply',
    ...more,
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

/** Brokers the pool's roles with changes to the player's. */
async function broker(changes: object, more: object = {}): Promise<void> {
  const Endpoint = rig.target.url;
  const Brokers = {
    [role('Player')]: { Endpoint, RoleArn: roleThere('Player'), ...changes },
    [role('Guest')]: { Endpoint, RoleArn: roleThere('Guest') },
  };
  await callDaypass(rig.service, 'SetPoolSettings', {
    IdentityPoolId: rig.poolId,
    Settings: { Brokers, ...more },
  });
}

beforeAll(async () => {
  rig = await startBrokerRig();
});
beforeEach(() => setUp());
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rig.close());

describe('daypass doctor on brokers', () => {
  it('is content with what broker setup has made, and has tried all of it', async () => {
    const host = new URL(rig.target.url).host;
    expect(await findings()).toEqual([
      {
        what: 'Broker',
        outcome: 'good',
        detail: `${role('Player')}: the STS at ${host} gives ${roleThere('Player')} as CognitoIdentityCredentials for 3600 s`,
      },
      {
        what: 'Broker',
        outcome: 'good',
        detail: `${role('Guest')}: the STS at ${host} gives ${roleThere('Guest')} as CognitoIdentityCredentials for 3600 s`,
      },
      { what: 'Broker', outcome: 'good', detail: `${provider} knows the pool ${rig.poolId}` },
    ]);
  });

  it('says nothing of pools without brokers', async () => {
    await callDaypass(rig.service, 'SetPoolSettings', { IdentityPoolId: rig.poolId, Settings: {} });
    expect(await findings()).toEqual([]);
  });

  it('needs no key to the other side to try the exchange', async () => {
    vi.stubEnv('DAYPASS_TARGET_ACCESS_KEY_ID', undefined);
    expect((await findings()).map(({ outcome }) => outcome)).toEqual(['good', 'good']);
  });

  it('finds the provider missing there', async () => {
    await callIam(rig.target, 'DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn: provider });
    const [player, , missing] = await notGood();
    expect(player).toMatchObject({
      outcome: 'bad',
      detail: expect.stringContaining(`No OpenIDConnect provider found in your account for https://${key}`),
      advice: `Register https://${key} as a provider there, with the client id ${rig.poolId}: daypass broker setup --pool ${rig.poolId} says how.`,
    });
    expect(missing).toEqual({
      what: 'Broker',
      outcome: 'bad',
      detail: `there is no provider ${provider}`,
      advice: `daypass broker setup --pool ${rig.poolId} with --apply does it.`,
    });
  });

  it('finds the pool missing among the provider’s client ids', async () => {
    const client = { OpenIDConnectProviderArn: provider, ClientID: rig.poolId };
    await callIam(rig.target, 'RemoveClientIDFromOpenIDConnectProvider', client);
    const found = await notGood();
    expect(found[0]?.advice).toContain(`with the client id ${rig.poolId}`);
    expect(found.at(-1)).toMatchObject({ detail: `${provider} has no client id ${rig.poolId}` });
  });

  it('finds that the role there does not trust the pool', async () => {
    const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":{"Federated":"${provider}"},"Action":"sts:AssumeRoleWithWebIdentity"}}`;
    await callIam(rig.target, 'UpdateAssumeRolePolicy', { RoleName: 'Player', PolicyDocument: trust });
    expect(await notGood()).toMatchObject([
      {
        outcome: 'bad',
        detail: expect.stringContaining(
          'it answered 403 AccessDenied Not authorized to perform sts:AssumeRoleWithWebIdentity',
        ),
        advice: expect.stringContaining(`Look there at the role ${roleThere('Player')}, whom it trusts`),
      },
    ]);
  });

  it('finds that the role there lets no tags in', async () => {
    const PrincipalTags = { team: 'team' };
    const map = { IdentityPoolId: rig.poolId, IdentityProviderName: 'accounts.google.com' };
    const pool = await callCognito(rig.service, 'DescribeIdentityPool', { IdentityPoolId: rig.poolId });
    await callCognito(rig.service, 'UpdateIdentityPool', {
      ...pool,
      SupportedLoginProviders: { 'accounts.google.com': 'game' },
    });
    await callCognito(rig.service, 'SetPrincipalTagAttributeMap', {
      ...map,
      UseDefaults: false,
      PrincipalTags,
    });
    expect(await notGood()).toMatchObject([
      { outcome: 'doubtful', advice: expect.stringContaining('trust policy here') },
    ]);
    await callCognito(rig.service, 'SetPrincipalTagAttributeMap', {
      ...map,
      UseDefaults: false,
      PrincipalTags: {},
    });
    await callCognito(rig.service, 'UpdateIdentityPool', { ...pool, SupportedLoginProviders: {} });
  });

  it('finds the pool’s basic flow on', async () => {
    const pool = await callCognito(rig.service, 'DescribeIdentityPool', { IdentityPoolId: rig.poolId });
    await callCognito(rig.service, 'UpdateIdentityPool', { ...pool, AllowClassicFlow: true });
    for (const finding of await notGood()) expect(finding.detail).toContain('set AllowClassicFlow to false');
    expect(await notGood()).toHaveLength(2);
  });

  it('finds an STS that is not there', async () => {
    await broker({ Endpoint: 'http://127.0.0.1:9' });
    expect(await notGood()).toMatchObject([
      {
        outcome: 'bad',
        detail: expect.stringContaining('was not reached: ECONNREFUSED'),
        advice: expect.stringContaining('The service must reach http://127.0.0.1:9/'),
      },
      { detail: expect.stringContaining('cannot be looked at') },
    ]);
  });

  it.each<[string, number, string, string, RegExp]>([
    [
      'an STS that cannot reach the service',
      400,
      'IDPCommunicationError',
      '',
      /The STS must reach https:\/\/pools\.example\.test\/\.well-known/,
    ],
    [
      'a role there whose sessions are too short',
      400,
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      /Raise the longest session/,
    ],
    ['an STS that has too much to do', 400, 'Throttling', '', /Try again later/],
  ])('finds %s', async (_what, status, code, message, advice) => {
    const server = createServer((_request, response) => {
      const body = `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
      response.writeHead(status).end(body);
    });
    const url = await listen(server, 0);
    await broker({ Endpoint: url });
    const [player] = await notGood();
    await closeServer(server);
    expect(player).toMatchObject({ outcome: 'bad', detail: expect.stringContaining(code) });
    expect(player?.advice).toMatch(advice);
  });

  it('finds another time there', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(403, { date: new Date(Date.now() - 300_000).toUTCString() }).end();
    });
    const url = await listen(server, 0);
    await broker({ Endpoint: url });
    const found = await notGood();
    await closeServer(server);
    expect(found).toContainEqual({
      what: 'Broker',
      outcome: 'bad',
      detail: expect.stringMatching(/^the clock of 127\.0\.0\.1:\d+ is 30\d s behind$/),
      advice: 'Set the clocks by NTP: tokens are refused before their time and after it.',
    });
  });

  it('finds a session policy for which there is never a value', async () => {
    const SessionPolicy =
      '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team}"}}';
    await broker({ SessionPolicy });
    expect(await notGood()).toMatchObject([
      { outcome: 'bad', advice: expect.stringContaining('Map a claim to the tag') },
    ]);
  });
});

describe('daypass explain on brokers', () => {
  it('shows what is asked of the STS there, and answers no question that is decided there', async () => {
    const explain = (...more: string[]) => daypass(['explain', '--pool', rig.poolId, ...more]);
    const { stdout, code } = await explain();
    expect(stdout).toMatch(
      /✓ Session {3}the STS at \S+ gives \S+role\/Guest as CognitoIdentityCredentials for 3600 s\n/,
    );
    expect(code).toBe(0);
    const asked = await explain('--can', 's3:GetObject=arn:aws:s3:::b/k');
    expect(asked.stdout).toContain('what it may do is decided there');
    expect(asked.code).toBe(1);
  });
});
