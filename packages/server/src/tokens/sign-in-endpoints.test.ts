import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { discoverSignIn } from './sign-in-endpoints.ts';
import { TestClock } from './testing/issuer.ts';

const issuer = 'https://login.example.test/tenant';
const key = 'login.example.test/tenant';

describe('the endpoints that administrators sign in at', () => {
  let server: Server;
  let base: string;
  let document: unknown;
  let asked: (string | undefined)[];
  let clock: TestClock;

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url);
      response.end(JSON.stringify(document));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());
  beforeEach(() => {
    asked = [];
    clock = new TestClock();
    document = {
      issuer,
      authorization_endpoint: `${issuer}/authorize?theme=dark`,
      token_endpoint: 'https://tokens.example.test/token',
    };
  });

  function discovery(overrides: Readonly<Record<string, string>> = { [key]: base }) {
    const failures: string[] = [];
    const { find, close } = discoverSignIn({
      issuer,
      clock,
      overrides: new Map(Object.entries(overrides).map(([name, url]) => [name, new URL(url)])),
      failed: (error) => failures.push(String(error)),
    });
    return { find, close, failures };
  }

  it('are those of the discovery document, below an override on this machine', async () => {
    const { find, close } = discovery();
    const { authorization, token } = (await find()) ?? {};
    expect([authorization?.href, token?.href]).toEqual([`${base}/authorize?theme=dark`, `${base}/token`]);
    expect(asked).toEqual(['/.well-known/openid-configuration']);
    close();
  });

  it('are asked for once, by however many, and again after an hour', async () => {
    const { find, close } = discovery();
    await Promise.all([find(), find(), find()]);
    await find();
    expect(asked).toHaveLength(1);
    clock.advance(3_600_000);
    await find();
    expect(asked).toHaveLength(2);
    close();
  });

  it.each([
    ['another issuer’s document', { issuer: 'https://login.example.test' }],
    ['a document without an authorization endpoint', { authorization_endpoint: undefined }],
    ['a document without a token endpoint', { token_endpoint: 'token' }],
  ])('are not those of %s', async (_what, changes) => {
    document = { ...(document as object), ...changes };
    const { find, close, failures } = discovery();
    expect(await find()).toBeUndefined();
    expect(failures).toHaveLength(1);
    close();
  });

  it('are looked for again a little later, and the old ones serve through an outage', async () => {
    const { find, close } = discovery();
    const good = document;
    document = {};
    expect([await find(), await find()]).toEqual([undefined, undefined]);
    expect(asked).toHaveLength(1);
    clock.advance(5000);
    document = good;
    const found = await find();
    expect(found?.token.href).toBe(`${base}/token`);
    clock.advance(3_600_000);
    document = {};
    expect(await find()).toBe(found);
    close();
  });

  it('are never fetched at a private address that nobody has named', async () => {
    const { find, close, failures } = discovery({});
    expect(await find()).toBeUndefined();
    expect([asked, failures.length]).toEqual([[], 1]);
    close();
  });
});
