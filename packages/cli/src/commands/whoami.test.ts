import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Daypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daypass, serveForCommands } from './testing.ts';

let service: Daypass;

beforeAll(async () => {
  service = await serveForCommands();
});

afterAll(() => service.close());

describe('daypass whoami', () => {
  it('says whose key is in use', async () => {
    const { code, stdout, stderr } = await daypass(['whoami']);
    expect(stdout).toBe(
      `ARN       arn:aws:iam::000000000000:root\nAccount   000000000000\nUser id   000000000000\nEndpoint  ${service.url}\n`,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('answers with JSON', async () => {
    const { stdout } = await daypass(['whoami', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ Arn: 'arn:aws:iam::000000000000:root' });
  });
});

describe('what fails', () => {
  it.each<[string, string[], number, RegExp]>([
    ['a service that is not there', ['--endpoint', 'http://127.0.0.1:9'], 1, /:9 does not answer/],
    ['a region that is not the service’s', ['--region', 'eu-west-1'], 1, /SignatureDoesNotMatch: /],
    ['a profile that is not there', ['--profile', 'nobody', '--credentials-file', '/dev/null'], 2, /no key/],
    ['an endpoint that is no URL', ['--endpoint', 'localhost'], 2, /'--endpoint <url>' argument 'localhost'/],
  ])('is told in one line: %s', async (_what, args, code, line) => {
    const run = await daypass(['whoami', ...args]);
    expect(run.stderr).toMatch(/^daypass: [^\n]*\n$/);
    expect(run.stderr).toMatch(line);
    expect(run).toMatchObject({ code, stdout: '' });
  });

  it('names what answers there when it is something else', async () => {
    const other = createServer((_request, response) => response.end('<html>')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const run = await daypass(['whoami', '--endpoint', url]);
    other.close();
    expect(run.stderr).toBe(`daypass: what answers at ${url} is not Daypass (HTTP 200); set --endpoint.\n`);
    expect(run).toMatchObject({ code: 1, stdout: '' });
  });
});
