import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CognitoIdentity } from '@aws-sdk/client-cognito-identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administrator, region } from './rig/administrator.ts';
import { callDaypass } from './rig/daypass-api.ts';
import { type Issuer, startIssuer } from './rig/issuer.ts';

const launcher = new URL('../packages/cli/bin/daypass.js', import.meta.url).pathname;
const key = Buffer.alloc(32, 5);

interface Told {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The app: it takes events once their signature is right, and forgets those it has seen. */
function startReceiver() {
  const seen = new Map<string, Told>();
  const texts: string[] = [];
  let isUp = true;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const {
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signature,
      } = request.headers;
      const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
      if (signature !== `v1,${mac}`) return response.writeHead(401).end();
      if (!isUp) return response.writeHead(503).end();
      texts.push(body);
      for (const event of JSON.parse(body) as Told[]) seen.set(event.id, event);
      response.writeHead(204).end();
    });
  });
  return new Promise<{
    url: string;
    seen: ReadonlyMap<string, Told>;
    texts: readonly string[];
    goes(up: boolean): void;
    close(): void;
  }>((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
        seen,
        texts,
        goes(up) {
          isUp = up;
        },
        close() {
          server.closeAllConnections();
          server.close();
        },
      }),
    ),
  );
}

describe('events for apps', { timeout: 120_000 }, () => {
  let data: string;
  let issuer: Issuer;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  const running: ChildProcess[] = [];

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'daypass-events-'));
    issuer = await startIssuer();
    receiver = await startReceiver();
  }, 60_000);
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    receiver?.close();
    await issuer?.close();
    rmSync(data, { recursive: true, force: true });
  });

  /** One process without workers, so that killing it kills all of it. */
  async function start(): Promise<{ child: ChildProcess; url: string }> {
    const child = spawn(
      process.execPath,
      [
        launcher,
        'start',
        ...['--port', '0', '--data', data, '--log-level', 'silent'],
        ...['--provider-override', `${issuer.key}=${issuer.url}`, '--events-webhook', receiver.url],
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { PATH: process.env.PATH, DAYPASS_EVENTS_SECRET: `whsec_${key.toString('base64')}` },
      },
    );
    running.push(child);
    const [line] = await once(child.stdout ?? child, 'data');
    return { child, url: String(line).trim().split(' ').at(-1) ?? '' };
  }

  function clients(url: string) {
    const text = readFileSync(join(data, 'credentials'), 'utf8');
    const value = (name: string) => new RegExp(`${name} = (\\S+)`).exec(text)?.[1] ?? '';
    const rootCredentials = {
      accessKeyId: value('aws_access_key_id'),
      secretAccessKey: value('aws_secret_access_key'),
    };
    const admin = administrator({ url, rootCredentials });
    const user = new CognitoIdentity({ endpoint: url, region, maxAttempts: 1 });
    return { admin, user, endpoint: { url, rootCredentials } };
  }

  const told = () => [...receiver.seen.values()];
  const until = (condition: () => boolean) => expect.poll(condition, { timeout: 60_000 }).toBe(true);

  it('tell the life of an identity, in order and without a secret', async () => {
    const { child, url } = await start();
    const { admin, user, endpoint } = clients(url);
    const arn = await admin.registerIssuer(issuer.key, ['example-client']);
    const IdentityPoolId = await admin.createPool({
      AllowUnauthenticatedIdentities: true,
      DeveloperProviderName: 'login.app',
      OpenIdConnectProviderARNs: [arn],
    });
    const role = await admin.createRole('Player', IdentityPoolId, 'authenticated');
    await admin.setRoles(IdentityPoolId, { authenticated: role });

    const token = await issuer.token({ sub: 'ada' });
    const Logins = { [issuer.key]: token };
    const { IdentityId = '' } = await user.getId({ IdentityPoolId, Logins });
    const { Credentials } = await user.getCredentialsForIdentity({ IdentityId, Logins });
    const { IdentityId: other = '' } = await admin.cognito.getOpenIdTokenForDeveloperIdentity({
      IdentityPoolId,
      Logins: { 'login.app': 'ada' },
    });
    await callDaypass(endpoint, 'LinkLogin', {
      IdentityPoolId,
      IdentityId: other,
      Provider: issuer.key,
      Subject: 'grace',
    });
    const { IdentityId: source = '' } = await admin.cognito.getOpenIdTokenForDeveloperIdentity({
      IdentityPoolId,
      Logins: { 'login.app': 'ada-2' },
    });
    await admin.cognito.mergeDeveloperIdentities({
      IdentityPoolId,
      DeveloperProviderName: 'login.app',
      SourceUserIdentifier: 'ada-2',
      DestinationUserIdentifier: 'ada',
    });
    const { IdentityId: guest = '' } = await user.getId({ IdentityPoolId });
    await user.getCredentialsForIdentity({ IdentityId: guest, Logins });
    await callDaypass(endpoint, 'DisableIdentity', { IdentityPoolId, IdentityId: other });
    await callDaypass(endpoint, 'EnableIdentity', { IdentityPoolId, IdentityId: other });
    await admin.cognito.unlinkIdentity({ IdentityId, Logins, LoginsToRemove: [issuer.key] });
    await admin.cognito.deleteIdentities({ IdentityIdsToDelete: [other] });
    await admin.cognito.deleteIdentityPool({ IdentityPoolId });
    await until(() => told().some(({ type }) => type === 'daypass.pool.deleted'));

    const of = (subject: string) => told().flatMap((event) => (event.subject === subject ? event.type : []));
    expect(of(IdentityId)).toEqual([
      'daypass.identity.created',
      'daypass.identity.linked',
      'daypass.credentials.issued',
      'daypass.credentials.issued',
      'daypass.identity.unlinked',
      'daypass.identity.disabled',
    ]);
    expect(of(other).slice(-3)).toEqual([
      'daypass.identity.disabled',
      'daypass.identity.enabled',
      'daypass.identity.deleted',
    ]);
    expect(of(guest)).toEqual(['daypass.identity.created', 'daypass.identity.merged']);
    const merged = told().find(({ subject, type }) => subject === guest && type.endsWith('merged'));
    expect(merged?.data).toMatchObject({ into: IdentityId });
    expect(of(source)).toEqual([
      'daypass.identity.created',
      'daypass.identity.linked',
      'daypass.identity.merged',
    ]);
    const linked = told().find(({ type }) => type === 'daypass.identity.linked');
    expect(linked).toMatchObject({
      specversion: '1.0',
      source: `arn:aws:cognito-identity:${region}:000000000000:identitypool/${IdentityPoolId}`,
      data: { identityPoolId: IdentityPoolId, identityId: IdentityId, provider: issuer.key, subject: 'ada' },
    });
    const issued = told().find(({ type }) => type === 'daypass.credentials.issued');
    expect(issued?.data).toMatchObject({ roleArn: role, expiration: expect.any(String) });
    for (const secret of [token, Credentials?.SecretKey, Credentials?.SessionToken, key.toString('base64')]) {
      expect(secret).toBeTruthy();
      expect(receiver.texts.join()).not.toContain(secret);
    }
    child.kill('SIGTERM');
    await once(child, 'exit');
  });

  it('of everything that was acknowledged arrive after an outage, kill -9 and a restart', async () => {
    receiver.goes(false);
    const first = await start();
    const { admin, user } = clients(first.url);
    const IdentityPoolId = await admin.createPool({ AllowUnauthenticatedIdentities: true });
    const acknowledged: string[] = [];
    for (let n = 0; n < 100; n++) {
      const { IdentityId = '' } = await user.getId({ IdentityPoolId });
      acknowledged.push(IdentityId);
    }
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');

    const second = await start();
    const { IdentityId: later = '' } = await clients(second.url).user.getId({ IdentityPoolId });
    receiver.goes(true);
    const created = () =>
      told().flatMap(({ type, subject, data }) =>
        type === 'daypass.identity.created' && data.identityPoolId === IdentityPoolId ? subject : [],
      );
    await until(() => created().includes(later));
    expect(created()).toEqual([...acknowledged, later]);
    second.child.kill('SIGTERM');
    await once(second.child, 'exit');
  });

  it('are not switched on without a secret', async () => {
    const child = spawn(
      process.execPath,
      [launcher, 'start', '--port', '0', '--data', data, '--events-webhook', receiver.url],
      { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env.PATH } },
    );
    const [message] = await once(child.stderr, 'data');
    expect(String(message)).toMatch(/^daypass: --events-webhook needs .*DAYPASS_EVENTS_SECRET\.\n$/);
    const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
    expect(code).toBe(2);
  });
});
