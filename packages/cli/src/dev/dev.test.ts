import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daypass } from '../commands/testing.ts';
import { callJson, type Endpoint } from '../service/aws-api.ts';
import { visit } from '../session/testing.ts';
import { UsageError } from '../usage-error.ts';
import { type Dev, type DevOptions, startDev } from './dev.ts';
import type { GameConfig } from './game-site.ts';

let options: DevOptions;
let dev: Dev;

beforeAll(async () => {
  const data = await mkdtemp(join(tmpdir(), 'daypass-dev-'));
  options = { data, port: 0, gamePort: 0, oidcPort: 0, region: 'us-east-1', account: '000000000000' };
  dev = await startDev(options);
});

afterAll(async () => {
  await dev.close();
  await rm(options.data, { recursive: true, force: true });
});

/** The service as somebody with the credentials file reaches it. */
async function service(): Promise<Endpoint> {
  const file = await readFile(dev.credentialsFile, 'utf8');
  const read = (name: string) => new RegExp(`^${name} *= *(\\S+)$`, 'm').exec(file)?.[1] ?? '';
  return {
    url: dev.url,
    region: options.region,
    accessKeyId: read('aws_access_key_id'),
    secretAccessKey: read('aws_secret_access_key'),
  };
}

async function get(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

describe('daypass dev', () => {
  it('serves the game with what it needs to know', async () => {
    const page = await fetch(dev.gameUrl);
    expect(await page.text()).toContain('<title>Topping Out</title>');
    expect(page.headers.get('content-security-policy')).toContain(
      `connect-src 'self' ${dev.url} ${dev.openIdProviderUrl};`,
    );
    const config = (await get(`${dev.gameUrl}/config.json`)) as GameConfig;
    expect(config).toMatchObject({
      endpoint: dev.url,
      identityPoolId: dev.identityPoolId,
      issuer: 'https://players.daypass.test',
      openIdProviderUrl: dev.openIdProviderUrl,
    });
    const { accessKeyId, secretAccessKey } = await service();
    expect(JSON.stringify(config)).not.toContain(accessKeyId);
    expect(JSON.stringify(config)).not.toContain(secretAccessKey);
  });

  it.each([
    ['a file that is not the game’s', 'GET', '/..%2fpackage.json', 404],
    ['the folder above', 'GET', '/%2e%2e/package.json', 404],
    ['a change', 'PUT', '/index.html', 405],
  ])('refuses %s', async (_what, method, path, status) => {
    expect((await fetch(`${dev.gameUrl}${path}`, { method })).status).toBe(status);
  });

  it.each([
    ['in the browser', '--no-browser'],
    ['on another device', '--device'],
  ])('signs a player in on the command line, %s', async (_where, option) => {
    const login = ['login', ...dev.loginArguments, option, '--cache', join(options.data, 'sessions')];
    let visited: Promise<unknown> | undefined;
    const { code, stdout } = await daypass(login, (told) => {
      const [url] = /http:\S+/.exec(told) ?? [];
      if (url !== undefined) visited = visit(url, { player: 'grace' });
    });
    await visited;
    expect(stdout).toMatch(/^Signed in as us-east-1:/);
    expect(code).toBe(0);
  });

  it('finds pool, keys and scores again after a restart', async () => {
    const pools = async () =>
      callJson(await service(), 'cognito-identity', 'AWSCognitoIdentityService.ListIdentityPools', {
        MaxResults: 10,
      });
    const scores = async (operation: string, input: object) =>
      callJson(await service(), 'dynamodb', `DynamoDB_20120810.${operation}`, {
        TableName: 'scores',
        ...input,
      });
    const key = { player: { S: 'us-east-1:ada' }, at: { S: '2026-01-01T00:00:00Z' } };
    await scores('PutItem', { Item: key });
    const before = { pools: await pools(), keys: await get(`${dev.openIdProviderUrl}/jwks`) };
    expect(before.pools).toEqual({
      IdentityPools: [{ IdentityPoolId: dev.identityPoolId, IdentityPoolName: 'Topping Out' }],
    });

    await dev.close();
    dev = await startDev(options);

    expect({ pools: await pools(), keys: await get(`${dev.openIdProviderUrl}/jwks`) }).toEqual(before);
    expect(await scores('GetItem', { Key: key })).toEqual({ Item: key });
  });

  it.each([
    ['port', '--port'],
    ['gamePort', '--game-port'],
    ['oidcPort', '--oidc-port'],
  ] as const)('names the option for a %s that is taken, and leaves nothing running', async (name, flag) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const data = join(options.data, name);
    const attempt = startDev({ ...options, data, [name]: port });
    await expect(attempt).rejects.toThrow(
      new UsageError(`port ${port} is taken; choose another with ${flag}.`),
    );
    other.close();
    // The databases are free again.
    await (await startDev({ ...options, data })).close();
  });
});
