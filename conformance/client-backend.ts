import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Backend } from '../packages/client/src/testing/behaviour/rig.ts';
import { administrator, type Endpoint } from './rig/administrator.ts';
import { startIssuer } from './rig/issuer.ts';

/** A Daypass server with two pools that know the same three issuers. */
export async function startBackend(protocol: Backend['protocol']): Promise<Backend> {
  const issuers = await Promise.all(
    ['one', 'two', 'pool'].map((name) => startIssuer(`${name}.example.test`)),
  );
  const server = await startService(Object.fromEntries(issuers.map(({ key, url }) => [key, url])));
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
      const claims = { iss: `https://${provider}`, sub: subject, jti: randomUUID(), ...life };
      return (await issuer?.token(claims)) ?? '';
    },
    async close() {
      await server.close();
      await Promise.all(issuers.map((issuer) => issuer.close()));
    },
  };
}

const program = fileURLToPath(new URL('client-service.ts', import.meta.url));
/** This repository's own Node, which may not be the one that runs this. */
const execPath = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));

async function startService(
  providerOverrides: Readonly<Record<string, string>>,
): Promise<Endpoint & { close(): Promise<unknown> }> {
  const child = fork(program, [JSON.stringify(providerOverrides)], { execPath, execArgv: [] });
  const ended = once(child, 'exit');
  const endpoint: Promise<Endpoint[]> = once(child, 'message');
  const [started] = await Promise.race([endpoint, ended]);
  if (typeof started !== 'object') throw new Error(`the service ended with ${started}`);
  return {
    ...started,
    close() {
      child.disconnect();
      return ended;
    },
  };
}
