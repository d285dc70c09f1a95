import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error.ts';
import { connect } from './connection.ts';

const place = { endpoint: 'http://127.0.0.1:4100', region: 'us-east-1' };
const keys = { AWS_ACCESS_KEY_ID: 'AKIAENVIRONMENT', AWS_SECRET_ACCESS_KEY: 'e' };
let directory: string;
let credentialsFile: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daypass-connection-'));
  credentialsFile = join(directory, 'credentials');
  const profile = (name: string, id: string) =>
    `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = f\n`;
  await writeFile(credentialsFile, profile('default', 'AKIADEFAULT') + profile('build', 'AKIABUILD'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('connect', () => {
  it.each([
    ['the file’s default', {}, {}, 'AKIADEFAULT'],
    ['a profile', { profile: 'build' }, {}, 'AKIABUILD'],
    ['the environment before the default', {}, keys, 'AKIAENVIRONMENT'],
    ['a profile before the environment', { profile: 'build' }, keys, 'AKIABUILD'],
    ['the file for half a key in the environment', {}, { AWS_ACCESS_KEY_ID: 'AKIAHALF' }, 'AKIADEFAULT'],
  ])('signs with %s', async (_what, flags, environment, accessKeyId) => {
    expect(await connect({ ...place, credentialsFile, ...flags }, environment)).toMatchObject({
      url: place.endpoint,
      region: place.region,
      accessKeyId,
    });
  });

  it('takes the session token along', async () => {
    const environment = { ...keys, AWS_SESSION_TOKEN: 'token' };
    expect(await connect({ ...place }, environment)).toMatchObject({ sessionToken: 'token' });
  });

  it.each([
    ['profile', () => ({ profile: 'nobody' }), /holds no key for the profile nobody/],
    ['file', () => ({ credentialsFile: join(directory, 'absent') }), /absent cannot be read/],
  ])('names a %s that is not there', async (_what, flags, message) => {
    const connecting = connect({ ...place, credentialsFile, ...flags() }, {});
    await expect(connecting).rejects.toThrow(message);
    await expect(connecting).rejects.toBeInstanceOf(UsageError);
  });
});
