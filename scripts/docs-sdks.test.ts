import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  startTestProvider,
  startTestService,
  type TestProvider,
  type TestService,
} from '@daypass/server/testing';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/sdks.md'), 'utf8');
const hasBoto = spawnSync('python3', ['-c', 'import boto3']).status === 0;
if (!hasBoto) console.warn('boto3 is not on this machine: the example in Python is not run.');

let store: Awaited<ReturnType<typeof startFauxqs>>;
let google: TestProvider;
let daypass: TestService<'users'>;

beforeAll(async () => {
  store = await startFauxqs({ port: 0, logger: false });
  store.createBucket('saves');
  google = await startTestProvider({ key: 'accounts.google.com' });
  const Resource = 'arn:aws:s3:::saves/${cognito-identity.amazonaws.com:sub}/*';
  daypass = await startTestService({
    providers: [google],
    s3Backend: { url: store.address, accessKeyId: 'test', secretAccessKey: 'test' },
    pools: { users: { roles: { authenticated: [{ Effect: 'Allow', Action: 's3:*Object', Resource }] } } },
  });
});

afterAll(async () => {
  await daypass.close();
  await google.close();
  await store.stop();
});

/** The example of a language, and before it what the page takes as given, after it the use of one's own object. */
function program(language: string, given: (pool: string, token: string) => string, use: string): string {
  const [, example = ''] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(page) ?? [];
  const here = example.replaceAll('https://id.example.com', daypass.url);
  return [given(daypass.pools.users.id, google.token({ sub: 'ada' })), here, use].join('\n');
}

/** Runs a program where no configuration of this machine's is. */
async function run(command: string, ...args: string[]): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: tmpdir() };
  const { stdout } = await promisify(execFile)(command, args, { cwd: root, env });
  return stdout.trim();
}

describe('docs/sdks.md', () => {
  it('has an example in JavaScript that works', async () => {
    const text = program(
      'ts',
      (pool, token) => `const identityPoolId = '${pool}', idToken = '${token}';`,
      `import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
      const { identityId } = await credentials();
      const own = { Bucket: 'saves', Key: identityId + '/save' };
      await s3.send(new PutObjectCommand({ ...own, Body: 'from JavaScript' }));
      console.log(await (await s3.send(new GetObjectCommand(own))).Body.transformToString());`,
    );
    expect(await run(process.execPath, '--input-type=module', '--eval', text)).toBe('from JavaScript');
  });

  it.skipIf(!hasBoto)('has an example in Python that works', async () => {
    const text = program(
      'python',
      (pool, token) => `pool_id, id_token = '${pool}', '${token}'`,
      `own = {"Bucket": "saves", "Key": identity["IdentityId"] + "/save"}
s3.put_object(**own, Body=b"from Python")
print(s3.get_object(**own)["Body"].read().decode())`,
    );
    expect(await run('python3', '-c', text)).toBe('from Python');
  });
});
