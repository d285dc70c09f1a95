import { createServer } from 'node:http';
import type { Daypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeServer, listen } from '../port.ts';
import { clientId, issuer, loginKey, startProvider } from '../session/testing.ts';
import { daypass, makePool, serveForCommands } from './testing.ts';

let provider: { url: string; close(): Promise<void> };
let service: Daypass;

beforeAll(async () => {
  provider = await startProvider();
  service = await serveForCommands({ providerOverrides: { [loginKey]: provider.url } });
});

afterAll(async () => {
  await service.close();
});

describe('daypass doctor', () => {
  it('says that there is no pool yet', async () => {
    const { stdout, code } = await daypass(['doctor']);
    expect(stdout).toContain('! Providers   there is no identity pool\n');
    expect(code).toBe(0);
  });

  it('finds everything well, and a provider that is not reached', async () => {
    await makePool(issuer, clientId);
    const well = await daypass(['doctor']);
    const stable = well.stdout.replace(/\d+ s from/, 'N s from').replace(/\d+ published/, 'N published');
    expect(stable).toBe(
      `✓ Service     ${service.url}
✓ Clock       N s from the service’s
✓ Database    answers
! Public URL  ${service.url}
              Good for this machine. For others, set --public-url to a https address.
✓ Keys        N published
✓ CORS        https://app.example.com may ask
✓ Your key    arn:aws:iam::000000000000:root
✓ Provider    ${loginKey} is reached
`,
    );
    expect(well.code).toBe(0);
    await provider.close();
    await service.close();
    service = await serveForCommands({ providerOverrides: { [loginKey]: provider.url } });
    await makePool(issuer, clientId);
    const { stdout, code } = await daypass(['doctor']);
    expect(stdout).toContain(`✗ Provider    ${loginKey}: the keys of ${issuer} cannot be fetched`);
    expect(stdout).toContain(`The service must reach https://${loginKey}/.well-known/openid-configuration`);
    expect(code).toBe(1);
  });

  it('says what to do when nothing answers', async () => {
    const { stdout, code } = await daypass(['doctor', '--endpoint', 'http://127.0.0.1:9']);
    expect(stdout).toMatch(
      /^✗ Service {5}http:\/\/127\.0\.0\.1:9 does not answer\n +Start it with daypass start/,
    );
    expect(code).toBe(1);
  });

  it('says what to do about everything that is wrong with what answers', async () => {
    const other = createServer((request, response) => {
      const status = request.url === '/_daypass/health' ? 200 : 503;
      response.writeHead(status, { date: 'Mon, 01 Jan 2024 00:00:00 GMT' }).end('{}');
    });
    const url = await listen(other, 0);
    const { stdout, code } = await daypass(['doctor', '--endpoint', url, '--json']);
    await closeServer(other);
    const findings = JSON.parse(stdout) as { what: string; outcome: string; advice?: string }[];
    expect(findings.map(({ what, outcome }) => `${what}: ${outcome}`)).toEqual([
      'Service: good',
      'Clock: bad',
      'Database: bad',
      'Public URL: bad',
      'Keys: bad',
      'CORS: bad',
      'Your key: bad',
    ]);
    expect(findings.slice(1).every(({ advice = '' }) => advice.length > 20)).toBe(true);
    expect(code).toBe(1);
  });
});
