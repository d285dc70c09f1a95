/// <reference lib="dom" />
import { startDaypass } from '@daypass/server';
import type { Backend } from '../packages/client/src/testing/behaviour/rig.ts';
import { describeBehaviour } from '../packages/client/src/testing/behaviour.ts';
import { administrator } from './rig/administrator.ts';
import { startIssuer } from './rig/issuer.ts';

/** A Daypass server with two pools that know the same three issuers. */
async function startBackend(protocol: Backend['protocol']): Promise<Backend> {
  const issuers = await Promise.all(
    ['one', 'two', 'pool'].map((name) => startIssuer(`${name}.example.test`)),
  );
  const server = await startDaypass({
    port: 0,
    logLevel: 'silent',
    providerOverrides: Object.fromEntries(issuers.map(({ key, url }) => [key, url])),
  });
  const admin = administrator(server);
  const arns: string[] = [];
  for (const { key } of issuers) arns.push(await admin.registerIssuer(key, ['example-client']));

  async function createPool(guests: boolean): Promise<string> {
    const poolId = await admin.createPool({
      AllowUnauthenticatedIdentities: guests,
      OpenIdConnectProviderARNs: arns,
    });
    await admin.setRoles(poolId, {
      authenticated: await admin.createRole(`player-${guests}`, poolId, 'authenticated'),
      ...(guests && { unauthenticated: await admin.createRole('guest', poolId, 'unauthenticated') }),
    });
    return poolId;
  }

  return {
    endpoint: server.url,
    protocol,
    pools: { withGuests: await createPool(true), withoutGuests: await createPool(false) },
    providers: ['one.example.test', 'two.example.test', 'pool.example.test'],
    async token(provider, subject, lifetime = 3600) {
      const now = Math.floor(Date.now() / 1000);
      const life = lifetime < 0 ? { iat: now - 1000, exp: now - 400 } : { iat: now, exp: now + lifetime };
      const issuer = issuers.find(({ key }) => key === provider) ?? issuers[0];
      const claims = { iss: `https://${provider}`, sub: subject, jti: crypto.randomUUID(), ...life };
      return (await issuer?.token(claims)) ?? '';
    },
    async close() {
      await server.close();
      await Promise.all(issuers.map((issuer) => issuer.close()));
    },
  };
}

for (const protocol of ['daypass', 'cognito'] as const) {
  describeBehaviour(`the client and a Daypass server (${protocol})`, () => startBackend(protocol));
}
