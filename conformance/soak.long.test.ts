import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestProvider } from '@daypass/server/testing';
import { expect, it } from 'vitest';
import { administrator } from './rig/administrator.ts';
import { callPublic } from './rig/call.ts';
import { type Memory, startNodeProcess } from './rig/node-process.ts';

/** How long it lasts. What leaks with every request shows within minutes: there are hundreds of them a second. */
const minutes = Number(process.env.DAYPASS_SOAK_MINUTES ?? 3);
/** Of what the node answers when it is asked as fast as it can be. */
const share = 0.7;
const clients = 32;
const users = 2000;
/** How often the memory is looked at. */
const looks = 18;
/** So many tokens are remembered. */
const remembered = 10_000;
/** Bytes by which the most that is used may be above what it was; people who are new are remembered, a few a second. */
const allowance = 4e6;

it('takes no more memory and no more files the longer it runs', {
  timeout: (minutes + 5) * 60_000,
}, async () => {
  const data = mkdtempSync(join(tmpdir(), 'daypass-soak-'));
  const provider = await startTestProvider({ key: 'accounts.google.com' });
  const node = await startNodeProcess({
    data,
    options: ['--provider-override', `${provider.key}=${provider.url}`],
  });
  try {
    const admin = administrator(node);
    const IdentityPoolId = await admin.createPool({
      AllowUnauthenticatedIdentities: true,
      SupportedLoginProviders: { [provider.key]: provider.clientId },
    });
    await admin.setRoles(IdentityPoolId, {
      authenticated: await admin.createRole('soak', IdentityPoolId, 'authenticated'),
    });
    const identities = new Map<number, string>();
    const tokens = Array.from({ length: users }, (_, user) => provider.token({ sub: `user-${user}` }));

    /** The nth request: mostly of people who are known, by tokens that are known or new, and few of new people. */
    async function ask(n: number): Promise<void> {
      const user = (n * 7919) % users;
      const IdentityId = identities.get(user);
      const isNew = n % 100 === 1;
      const isCold = n < remembered || n % 5 === 2;
      const token = isNew
        ? provider.token({ sub: `new-${n}` })
        : isCold
          ? provider.token({ sub: `user-${user}`, jti: n })
          : (tokens[user] ?? '');
      const Logins = { [provider.key]: token };
      const { status, answer } =
        IdentityId === undefined || isNew || n % 5 === 0
          ? await callPublic(node.url, 'GetId', { IdentityPoolId, ...(n % 100 !== 0 && { Logins }) })
          : await callPublic(node.url, 'GetCredentialsForIdentity', { IdentityId, Logins });
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(answer)}`);
      if (!isNew && n % 100 !== 0 && answer.IdentityId !== undefined) identities.set(user, answer.IdentityId);
    }

    let n = 0;
    /** Asks for so many milliseconds, so many times a second at most; the number of answers a second is returned. */
    async function load(milliseconds: number, perSecond = Number.POSITIVE_INFINITY): Promise<number> {
      const [begin, first] = [performance.now(), n];
      await Promise.all(
        Array.from({ length: clients }, async () => {
          while (performance.now() - begin < milliseconds) {
            const due = begin + ((n - first) / perSecond) * 1000;
            await ask(n++);
            await sleep(Math.max(due - performance.now(), 0));
          }
        }),
      );
      return ((n - first) / (performance.now() - begin)) * 1000;
    }

    // Until the code is compiled and the caches are full.
    while (n < remembered * 1.2) await load(1_000);
    const capacity = await load(10_000);
    const seen: Memory[] = [];
    const turn = (minutes * 60_000) / looks;
    const rates: number[] = [];
    for (let look = 0; look < looks; look++) {
      rates.push(await load(turn, capacity * share));
      seen.push(await node.memory());
    }
    const series = (what: keyof Memory) => seen.map((look) => look[what]);
    console.log(
      `${minutes} minutes at ${Math.round(Math.min(...rates))} to ${Math.round(Math.max(...rates))} requests a second`,
      `of the ${Math.round(capacity)} it can, ${n} in all; in use after each collection of garbage:`,
      `${series('used')
        .map((used) => (used / 1e6).toFixed(1))
        .join(' ')} MB; open files: ${series('openFiles').join(' ')}`,
    );
    // The caches fill and are half emptied again within each third.
    const third = looks / 3;
    const [before, after] = [
      [third, 2 * third],
      [2 * third, looks],
    ].map(([from, to]) => ({
      used: Math.max(...series('used').slice(from, to)),
      openFiles: Math.max(...series('openFiles').slice(from, to)),
    }));
    expect(after?.used).toBeLessThan((before?.used ?? 0) + allowance);
    expect(after?.openFiles).toBeLessThanOrEqual((before?.openFiles ?? 0) + clients);
    expect(node.log).toEqual([]);
  } finally {
    await node.stop();
    await provider.close();
    rmSync(data, { recursive: true, force: true });
  }
});
