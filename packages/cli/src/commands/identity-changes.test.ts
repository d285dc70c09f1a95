import type { Daypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daypass, makePool, serveForCommands } from './testing.ts';

const provider = 'login.example.test';

describe('daypass identities', () => {
  let service: Daypass;

  beforeAll(async () => {
    service = await serveForCommands();
    process.env.DAYPASS_POOL = await makePool(`https://${provider}`, 'game');
  });
  afterAll(async () => {
    delete process.env.DAYPASS_POOL;
    await service.close();
  });

  async function guest(): Promise<string> {
    const response = await fetch(service.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSCognitoIdentityService.GetId',
      },
      body: JSON.stringify({ IdentityPoolId: process.env.DAYPASS_POOL }),
    });
    return JSON.parse(await response.text()).IdentityId;
  }
  const login = (subject: string) => ['--provider', provider, '--subject', subject];

  /** An identity with one login. */
  async function person(subject: string): Promise<string> {
    const id = await guest();
    expect(await daypass(['identities', 'link', id, ...login(subject)])).toMatchObject({
      code: 0,
      stdout: `${subject} at ${provider} is ${id} now.\n`,
    });
    return id;
  }

  it('disables and enables', async () => {
    const id = await person('ada');
    expect((await daypass(['identities', 'disable', id, '--yes'])).stdout).toBe(
      `${id} is disabled, and its sessions are over.\n`,
    );
    expect((await daypass(['identities', 'find', '--disabled', '--identity', id])).stdout).toContain(
      `disabled  ${provider} ada`,
    );
    expect((await daypass(['identities', 'enable', id])).stdout).toBe(`${id} is enabled.\n`);
  });

  it('unlinks, and says when nothing is left', async () => {
    const id = await person('grace');
    const { stdout } = await daypass(['identities', 'unlink', id, ...login('grace'), '--yes']);
    expect(stdout).toBe(`grace at ${provider} is nobody’s now. ${id} is disabled: it has no login.\n`);
    expect(await daypass(['identities', 'enable', id])).toEqual({
      code: 1,
      stdout: '',
      stderr: `daypass: ResourceConflictException: Identity '${id}' has no login, and stays disabled.\n`,
    });
  });

  it('merges, and answers with JSON', async () => {
    const [source, destination] = [await person('mary'), await guest()];
    const { stdout } = await daypass(['identities', 'merge', source, destination, '--yes', '--json']);
    expect(JSON.parse(stdout)).toEqual({ IdentityId: destination });
    expect((await daypass(['identities', 'find', '--subject', 'mary'])).stdout).toContain(destination);
  });

  it.each([
    ['disable', []],
    ['unlink', login('ada')],
    ['merge', ['us-east-1:1']],
  ])('asks before it takes anything away: %s', async (name, more) => {
    expect(await daypass(['identities', name, 'us-east-1:0', ...more])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'daypass: nobody can be asked here; confirm with --yes.\n',
    });
  });
});
