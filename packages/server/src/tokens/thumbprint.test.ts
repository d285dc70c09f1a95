import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createProviderFetch, type ProviderFetch } from './fetch.ts';
import { type Certified, certify } from './testing/certificates.ts';
import { pool, TestClock, TestIssuer } from './testing/issuer.ts';
import { createTokenVerifier } from './verifier.ts';

const key = 'login.example.test';
const root = certify('Root of the company', { isAuthority: true });
const intermediate = certify('Intermediate of the company', { issuer: root, isAuthority: true });
const stranger = certify('Root of somebody else', { isAuthority: true });
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface Served {
  readonly port: number;
  readonly requests: string[];
}

type Chain = readonly [Certified, ...Certified[]];

/** A server at localhost that sends these certificates, its own first. */
async function serve(
  chain: Chain,
  answer: (path: string | undefined) => object = () => ({ keys: [] }),
): Promise<Served> {
  const requests: string[] = [];
  const server: Server = createServer(
    { key: chain[0].privateKey, cert: chain.map(({ pem }) => pem).join('') },
    (request, response) => {
      requests.push(request.url ?? '');
      response.end(JSON.stringify(answer(request.url)));
    },
  );
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, requests };
}

function provider(privateProviders: readonly string[] = [key]): ProviderFetch {
  const fetch = createProviderFetch({ overrides: new Map(), privateProviders });
  closing.push(() => fetch.close());
  return fetch;
}

function get({ port }: Served, ...registered: readonly Certified[]): Promise<{ status: number }> {
  return provider().get(key, `https://localhost:${port}/jwks`, {
    maxBytes: 1000,
    thumbprints: registered.map(({ thumbprint }) => thumbprint),
  });
}

const server = certify('server', { issuer: intermediate });

describe('a server whose certificate no trusted authority has issued', () => {
  it.each<[string, Chain, Certified]>([
    ['its intermediate authority, the last it sends', [server, intermediate], intermediate],
    ['its root, which it sends too', [server, intermediate, root], root],
    ['the root that issued it itself', [certify('server', { issuer: root }), root], root],
  ])('is asked when the thumbprint of %s is registered', async (_what, chain, registered) => {
    const served = await serve(chain);
    await expect(get(served, stranger, registered)).resolves.toMatchObject({ status: 200 });
    expect(served.requests).toEqual(['/jwks']);
  });

  it('is asked when it signed its certificate itself and that is registered', async () => {
    const alone = certify('server');
    const served = await serve([alone]);
    await expect(get(served, alone)).resolves.toMatchObject({ status: 200 });
  });

  const alone = certify('server');
  it.each<[string, Chain, readonly Certified[]]>([
    ['nothing is registered', [server, intermediate], []],
    ['another thumbprint is registered', [server, intermediate], [stranger]],
    [
      'an authority is registered that is not the end of its chain',
      [server, intermediate, root],
      [intermediate],
    ],
    ['its own certificate is registered instead of its authority', [server, intermediate], [server]],
    ['it adds a registered authority that has not issued it', [alone, root], [root]],
    [
      'an intermediate one of a stranger stands between',
      [certify('server', { issuer: stranger }), stranger, root],
      [root],
    ],
    ['its certificate has expired', [certify('server', { issuer: root, hasExpired: true }), root], [root]],
    [
      'its certificate is of another host',
      [certify('other', { issuer: root, hosts: ['other.test'] }), root],
      [root],
    ],
    [
      'it was issued by a certificate that is no authority’s',
      [certify('server', { issuer: server }), server, intermediate],
      [intermediate],
    ],
  ])('is sent nothing when %s', async (_what, chain, registered) => {
    const served = await serve(chain);
    await expect(get(served, ...registered)).rejects.toThrow();
    expect(served.requests).toEqual([]);
  });

  it('says which thumbprint it has', async () => {
    const served = await serve([server, intermediate]);
    await expect(get(served, stranger)).rejects.toThrow(
      `no trusted authority vouches for localhost:${served.port}, and thumbprint ${intermediate.thumbprint} is not registered`,
    );
  });

  it('is asked without a look at thumbprints once its authority is trusted', async () => {
    const served = await serve([server, intermediate]);
    const trusted = getCACertificates('default');
    setDefaultCACertificates([root.pem]);
    try {
      await expect(get(served, stranger)).resolves.toMatchObject({ status: 200 });
    } finally {
      setDefaultCACertificates(trusted);
    }
    await expect(get(served, stranger)).rejects.toThrow('is not registered');
  });

  it('is not asked at a private address for its thumbprint', async () => {
    const served = await serve([server, intermediate]);
    const { get } = provider([]);
    const thumbprints = [intermediate.thumbprint];
    await expect(
      get(key, `https://localhost:${served.port}/jwks`, { maxBytes: 1000, thumbprints }),
    ).rejects.toThrow('does not resolve to public addresses only');
    expect(served.requests).toEqual([]);
  });

  it('opens no connection that another provider without this thumbprint could use', async () => {
    const served = await serve([server, intermediate]);
    const fetch = provider(['*']);
    const ask = (thumbprints: readonly string[], name: string) =>
      fetch.get(name, `https://localhost:${served.port}/${name}`, { maxBytes: 1000, thumbprints });
    await ask([intermediate.thumbprint], 'one');
    await expect(ask([], 'other')).rejects.toThrow();
    expect(served.requests).toEqual(['/one']);
  });
});

describe('a registered thumbprint', () => {
  const clock = new TestClock();
  let issuer: TestIssuer;

  beforeAll(async () => {
    issuer = await TestIssuer.start(key, clock);
  });
  afterAll(() => issuer.close());

  it('counts for logins and for STS until another is registered; keys fetched under it go with it', async () => {
    const served = await serve([server, intermediate], (path) =>
      path === '/jwks'
        ? { keys: issuer.published }
        : { issuer: `https://${key}`, jwks_uri: `https://${key}/jwks` },
    );
    const there = new URL(`https://localhost:${served.port}`);
    const verifier = createTokenVerifier({ clock, overrides: new Map([[key, there]]) });
    closing.push(() => verifier.close());
    const providers = (thumbprint: string) =>
      pool({
        openIdConnectProviders: [
          { arn: 'arn', url: `https://${key}`, clientIds: ['game'], thumbprints: [thumbprint] },
        ],
      });
    const token = await issuer.token();
    const good = providers(intermediate.thumbprint);
    await expect(verifier.verify(key, token, good)).resolves.toMatchObject({ subject: 'alice' });
    await expect(verifier.verify(key, token, providers(stranger.thumbprint))).rejects.toMatchObject({
      code: 'ExternalServiceException',
    });
    const expected = { issuer: `https://${key}`, clientIds: ['game'] };
    await expect(
      verifier.verifyOidcToken(token, { ...expected, thumbprints: [intermediate.thumbprint] }),
    ).resolves.toMatchObject({ subject: 'alice' });
    await expect(verifier.verifyOidcToken(token, { ...expected, thumbprints: [] })).rejects.toMatchObject({
      kind: 'keys-unavailable',
    });
  });
});
