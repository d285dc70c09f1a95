import type { Daypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daypass, makePool, serveForCommands } from './testing.ts';

describe('daypass can', () => {
  let service: Daypass;
  let pool: string;
  let identity: string;
  let role: string;

  beforeAll(async () => {
    service = await serveForCommands();
    pool = await makePool('https://login.example.test', 'game');
    process.env.DAYPASS_POOL = pool;
    const response = await fetch(service.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSCognitoIdentityService.GetId',
      },
      body: JSON.stringify({ IdentityPoolId: pool }),
    });
    identity = JSON.parse(await response.text()).IdentityId;
    const login = ['--provider', 'login.example.test', '--subject', 'ada'];
    await daypass(['identities', 'link', identity, ...login]);
    const own = `arn:aws:s3:::saves/private/${identity}/a`;
    role = JSON.parse((await daypass(['can', identity, 's3:GetObject', own, '--json'])).stdout).Sessions[0]
      .RoleArn;
  });
  afterAll(async () => {
    delete process.env.DAYPASS_POOL;
    await service.close();
  });

  it('says yes, and by which statement', async () => {
    const own = `arn:aws:s3:::saves/private/${identity}/a`;
    const { code, stdout } = await daypass(['can', identity, 's3:GetObject', own]);
    expect({ code, first: stdout.split('\n')[0] }).toEqual({
      code: 0,
      first: `✓ ${role}, the role of everybody with a login of login.example.test`,
    });
    expect(stdout).toMatch(/^ {2}by policy \S+ of role \S+, statement \w+:\n {4}\{\n {6}"/m);
  });

  it('says no, in AWS’s words, and what came nearest', async () => {
    const { code, stdout } = await daypass([
      'can',
      identity,
      's3:GetObject',
      'arn:aws:s3:::saves/private/x/a',
    ]);
    const lines = stdout.trimEnd().split('\n');
    expect({ code, first: lines[0] }).toMatchObject({ code: 1, first: expect.stringMatching(/^✗ /) });
    expect(lines[1]).toMatch(
      /is not authorized to perform: s3:GetObject on resource: .* because no identity-based/,
    );
    expect(lines[2]).toContain(`Resource wants arn:aws:s3:::saves/private/${identity}/*`);
    expect(lines[2]).toContain('and arn:aws:s3:::saves/private/x/a came');
  });

  it('is asked of a role, with what its session would bring', async () => {
    const own = 'arn:aws:s3:::saves/private/someone/a';
    const key = ['--context', 'cognito-identity.amazonaws.com:sub=someone'];
    expect(await daypass(['can', role, 's3:GetObject', own, ...key])).toMatchObject({ code: 0 });
    expect(await daypass(['can', role, 's3:GetObject', own])).toMatchObject({ code: 1 });
  });

  it('says that a disabled identity may nothing', async () => {
    await daypass(['identities', 'disable', identity, '--yes']);
    const own = `arn:aws:s3:::saves/private/${identity}/a`;
    const { code, stdout } = await daypass(['can', identity, 's3:GetObject', own]);
    expect(stdout).toMatch(/^✗ The identity is disabled\. If it were enabled:\n✓ /);
    expect(code).toBe(1);
    await daypass(['identities', 'enable', identity]);
  });

  it.each([
    ['--tag', 'team'],
    ['--context', '=x'],
  ])('does not understand %s %s', async (...option) => {
    expect(await daypass(['can', identity, 's3:GetObject', '*', ...option])).toMatchObject({ code: 2 });
  });
});
