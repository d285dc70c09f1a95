import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Daypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientId, issuer, loginKey, startProvider, visit } from '../session/testing.ts';
import { daypass, makePool, type Run, serveForCommands } from './testing.ts';

let directory: string;
let provider: { url: string; close(): Promise<void> };
let service: Daypass;
let pool: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daypass-login-'));
  provider = await startProvider();
  service = await serveForCommands({ providerOverrides: { [loginKey]: provider.url } });
  pool = await makePool(issuer, clientId);
  process.env.DAYPASS_CACHE = join(directory, 'cache');
});

afterAll(async () => {
  await service.close();
  await provider.close();
  await rm(directory, { recursive: true, force: true });
});

/** Signs in with a browser that does `browse` with the address that is shown. */
function login(browse: (url: string) => unknown = visit, ...more: string[]): Promise<Run> {
  const place = [
    '--issuer',
    issuer,
    '--client-id',
    clientId,
    '--provider-override',
    `${loginKey}=${provider.url}`,
  ];
  return daypass(['login', '--no-browser', '--pool', pool, ...place, ...more], (told) => {
    const [url] = /http:\S+/.exec(told) ?? [];
    if (url !== undefined) browse(url);
  });
}

async function kept(name = 'default') {
  return JSON.parse(await readFile(join(directory, 'cache', `session-${name}.json`), 'utf8'));
}

describe('daypass login', () => {
  it('signs in with the browser, and keeps the credentials for the owner alone', async () => {
    let visited: ReturnType<typeof visit> | undefined;
    const { code, stdout } = await login((url) => {
      visited = visit(url);
    });
    expect(stdout).toMatch(/^Signed in as us-east-1:[0-9a-f-]{36}, until \d{4}-\S+Z\.\n$/);
    expect(code).toBe(0);
    expect(await visited).toMatchObject({
      status: 200,
      text: expect.stringContaining('You are signed in.'),
    });
    expect((await stat(join(directory, 'cache', 'session-default.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'cache'))).mode & 0o777).toBe(0o700);
  });

  it('asks with PKCE, and believes no answer but the one it waits for', async () => {
    const statuses: number[] = [];
    const { code } = await login(async (url) => {
      const asked = new URL(url).searchParams;
      expect(asked.get('code_challenge_method')).toBe('S256');
      expect(asked.get('nonce')).toMatch(/^[\w-]{20,}$/);
      const redirect = asked.get('redirect_uri') ?? '';
      expect(redirect).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
      const state = asked.get('state');
      for (const wrong of ['/callback?code=x&state=y', '/callback?code=x', `/other?code=x&state=${state}`]) {
        statuses.push((await fetch(new URL(wrong, redirect))).status);
      }
      await visit(url);
    });
    expect(statuses).toEqual([404, 404, 404]);
    expect(code).toBe(0);
  });

  it('says in one line why the provider refused', async () => {
    const { code, stderr } = await login(async (url) => {
      const { searchParams } = new URL(url);
      const back = new URL(searchParams.get('redirect_uri') ?? '');
      back.search = new URLSearchParams({
        error: 'access_denied',
        error_description: 'Not today.',
        state: searchParams.get('state') ?? '',
        iss: issuer,
      }).toString();
      await fetch(back);
    });
    expect(stderr).toMatch(/\ndaypass: the provider refused: Not today\.\n$/);
    expect(code).toBe(1);
  });

  it('signs in on another device, with a code', async () => {
    let visited: ReturnType<typeof visit> | undefined;
    const { code, stdout, stderr } = await login(
      (url) => {
        visited = visit(url);
      },
      '--device',
      '--session',
      'device',
    );
    expect(stderr).toMatch(/^Sign in at\nhttp:\S+\nwith the code [A-Z]{4}-[A-Z]{4}\n$/);
    expect(stdout).toMatch(/^Signed in as us-east-1:/);
    expect(code).toBe(0);
    expect(await visited).toMatchObject({ status: 200 });
    expect((await kept('device')).identityId).toBe((await kept()).identityId);
  });

  it('says in one line that the sign-in on the device was given up', async () => {
    // Given up, the page asks for a code again and again.
    const giveUp = (url: string) => Promise.allSettled([visit(url, { abort: 'yes' })]);
    const { code, stderr } = await login(giveUp, '--device');
    expect(stderr).toMatch(/\ndaypass: the provider refused: End-User aborted interaction\n$/);
    expect(code).toBe(1);
  });

  it('says in one line that the provider is another one', async () => {
    const { code, stderr } = await login(
      visit,
      '--issuer',
      'https://other.example.test',
      '--device',
      '--provider-override',
      `other.example.test=${provider.url}`,
    );
    expect(stderr).toMatch(/^daypass: the provider's answer cannot be used: .*issuer.*\n$/);
    expect(code).toBe(1);
  });

  it('takes a token from a file, and reads it again for new credentials', async () => {
    await login();
    const { login: signedIn, identityId } = await kept();
    const tokenFile = join(directory, 'token');
    await writeFile(tokenFile, `${signedIn.token}\n`);
    const args = ['--pool', pool, '--provider', loginKey, '--token-file', tokenFile, '--session', 'ci'];
    expect(await daypass(['login', ...args, '--json'])).toMatchObject({ code: 0 });
    expect(await kept('ci')).toMatchObject({ identityId, login: { provider: loginKey, tokenFile } });
    expect(JSON.stringify(await kept('ci'))).not.toContain(signedIn.token);

    await rm(tokenFile);
    await expire('ci');
    const { code, stderr } = await daypass(['credentials', '--session', 'ci']);
    expect(stderr).toBe(`daypass: the token file ${tokenFile} cannot be read.\n`);
    expect(code).toBe(1);
  });

  it('lets a guest come back as the same one', async () => {
    expect(await daypass(['login', '--guest', '--pool', pool, '--session', 'guest'])).toMatchObject({
      code: 0,
    });
    const { identityId } = await kept('guest');
    await expire('guest');
    expect(await daypass(['credentials', '--session', 'guest'])).toMatchObject({ code: 0 });
    expect((await kept('guest')).identityId).toBe(identityId);
    expect(Date.parse((await kept('guest')).credentials.expiration)).toBeGreaterThan(Date.now());
  });

  it.each<[string, string[], RegExp]>([
    ['no way in', [], /sign in with one of --issuer, --token-file and --guest/],
    ['two ways', ['--guest', '--issuer', issuer], /sign in with one of/],
    ['a token of nobody', ['--token-file', 'x'], /--token-file needs --provider/],
    ['a device for nothing', ['--guest', '--device'], /--device needs --issuer/],
    ['an unknown application', ['--issuer', issuer], /--issuer needs --client-id/],
    ['a session named as a path', ['--guest', '--session', '../x'], /'--session <name>' argument/],
  ])('refuses %s', async (_what, args, line) => {
    const run = await daypass(['login', '--pool', pool, ...args]);
    expect(run.stderr).toMatch(line);
    expect(run.code).toBe(2);
  });
});

/** Lets the credentials of a sign-in end. */
async function expire(name: string): Promise<void> {
  const session = await kept(name);
  const credentials = { ...session.credentials, expiration: '2020-01-01T00:00:00.000Z' };
  await writeFile(
    join(directory, 'cache', `session-${name}.json`),
    JSON.stringify({ ...session, credentials }),
  );
}

describe('daypass credentials', () => {
  it('prints what credential_process must', async () => {
    await login();
    const { stdout } = await daypass(['credentials']);
    const { credentials } = await kept();
    expect(JSON.parse(stdout)).toEqual({
      Version: 1,
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: credentials.expiration,
    });
  });

  it('gets new ones from the token when the old ones have ended', async () => {
    await login();
    const before = await kept();
    await expire('default');
    const { stdout } = await daypass(['credentials']);
    expect(JSON.parse(stdout).SessionToken).not.toBe(before.credentials.sessionToken);
    expect((await kept()).identityId).toBe(before.identityId);
  });

  it('says when the sign-in is over', async () => {
    await login();
    const session = await kept();
    await writeFile(
      join(directory, 'cache', 'session-old.json'),
      JSON.stringify({ ...session, login: { provider: loginKey, token: 'ended' } }),
    );
    await expire('old');
    const { code, stderr } = await daypass(['credentials', '--session', 'old']);
    expect(stderr).toMatch(
      /^daypass: the sign-in is over \(NotAuthorizedException: .*\); run daypass login\.\n$/,
    );
    expect(code).toBe(1);
  });

  it('says when nobody is signed in', async () => {
    await daypass(['logout']);
    expect(await daypass(['credentials'])).toEqual({
      code: 1,
      stdout: '',
      stderr: "daypass: nobody is signed in as 'default'; run daypass login.\n",
    });
  });
});

describe('daypass exec', () => {
  const probe = `require('fs').writeFileSync(process.argv[1], JSON.stringify(process.env))`;
  it('runs a command as the one who signed in, and ends as it does', async () => {
    await login();
    process.env.AWS_PROFILE = 'somebody-else';
    const file = join(directory, 'environment');
    const { code } = await daypass(['exec', '--', process.execPath, '-e', `${probe};process.exit(7)`, file]);
    delete process.env.AWS_PROFILE;
    const { credentials, identityId } = await kept();
    const environment = JSON.parse(await readFile(file, 'utf8'));
    expect(environment).toMatchObject({
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SESSION_TOKEN: credentials.sessionToken,
      AWS_ENDPOINT_URL: service.url,
      AWS_REGION: 'us-east-1',
      DAYPASS_IDENTITY_ID: identityId,
    });
    expect(environment).not.toHaveProperty('AWS_PROFILE');
    expect(code).toBe(7);
  });

  it('says which command cannot be run', async () => {
    await login();
    expect(await daypass(['exec', '--', 'no-such-command'])).toMatchObject({
      code: 1,
      stderr: 'daypass: no-such-command cannot be run.\n',
    });
  });
});

describe('an operator', () => {
  it('finds whose identity it is', async () => {
    await login();
    const { identityId } = await kept();
    const { stdout } = await daypass([
      'identities',
      'find',
      '--pool',
      pool,
      '--subject',
      'ada',
      '--provider',
      loginKey,
    ]);
    expect(stdout).toMatch(new RegExp(`^${identityId}  \\S+Z +${loginKey} ada\\n$`));
    expect(
      (await daypass(['identities', 'find', '--pool', pool, '--subject', 'bob', '--provider', loginKey]))
        .stdout,
    ).toBe('None.\n');
  });

  it('explains a token that holds, and what it may', async () => {
    await login();
    const { login: signedIn, identityId } = await kept();
    const own = `s3:GetObject=arn:aws:s3:::saves/private/${identityId}/a`;
    const good = await daypass(['explain', signedIn.token, '--pool', pool, '--can', own]);
    expect(good.stdout).toMatch(
      /^✓ Pool .*\n✓ Token .*: user ada.*\n✓ Identity .*\n✓ Role .*\n✓ Trust .*\n✓ Session .*\n✓ May .*\n$/,
    );
    expect(good.code).toBe(0);
    const other = await daypass([
      'explain',
      signedIn.token,
      '--pool',
      pool,
      '--can',
      's3:GetObject=arn:aws:s3:::other/a',
    ]);
    expect(other.stdout).toMatch(/✗ May .*s3:GetObject on arn:aws:s3:::other\/a/);
    expect(other.code).toBe(1);
  });

  it('explains a token that does not hold, and what the client is told', async () => {
    await login();
    const { token } = (await kept()).login;
    const { code, stdout } = await daypass(['explain', `${token.slice(0, -8)}AAAAAAAA`, '--pool', pool]);
    expect(stdout).toMatch(/✗ Token .*\n +the client is told NotAuthorizedException: /);
    expect(code).toBe(1);
  });

  it('ends sessions', async () => {
    await login();
    const { identityId } = await kept();
    expect(await daypass(['revoke', '--identity', identityId])).toMatchObject({ code: 2 });
    expect(await daypass(['revoke', '--identity', identityId, '--pool', pool, '--yes'])).toMatchObject({
      code: 2,
    });
    const { code, stdout } = await daypass(['revoke', '--identity', identityId, '--yes']);
    expect(stdout).toMatch(new RegExp(`^Sessions of ${identityId} from before \\S+Z are over\\.\\n$`));
    expect(code).toBe(0);
  });

  it('rotates keys', async () => {
    const { code, stdout } = await daypass(['keys', 'rotate']);
    expect(stdout).toMatch(/^sealing .* used from .*\nsigning .* used from .*\n$/);
    expect(code).toBe(0);
    expect(await daypass(['keys', 'rotate', '--immediately'])).toMatchObject({ code: 2 });
  });
});
