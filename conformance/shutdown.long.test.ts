import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { administrator, listIdentities } from './rig/administrator.ts';
import { callPublic } from './rig/call.ts';
import { startNodeProcess } from './rig/node-process.ts';

describe('SIGTERM under load', () => {
  it.each([1, 2])(
    'answers all that was begun, tells of it in the audit events, and ends with code 0 (%i workers)',
    async (workers) => {
      const data = mkdtempSync(join(tmpdir(), 'daypass-shutdown-'));
      try {
        const audit = join(data, 'audit.jsonl');
        const before = await startNodeProcess({
          data,
          options: ['--workers', String(workers), '--audit', `file:${audit}`],
        });
        const IdentityPoolId = await administrator(before).createPool({
          AllowUnauthenticatedIdentities: true,
        });
        const answered = new Set<string>();
        const clients = Array.from({ length: 16 }, async () => {
          for (;;) {
            const { status, answer } = await callPublic(before.url, 'GetId', { IdentityPoolId });
            if (status !== 200) return `${status} ${answer.__type}`;
            answered.add(answer.IdentityId ?? '');
          }
        });
        const farewells = Promise.all(clients.map((client) => client.catch(String)));
        await expect.poll(() => answered.size, { timeout: 60_000 }).toBeGreaterThan(200);
        expect(await before.stop()).toBe(0);
        expect(new Set(await farewells)).toEqual(new Set(['TypeError: fetch failed']));
        expect(before.log).toEqual([]);
        const created = readFileSync(audit, 'utf8').matchAll(
          /"eventName":"IdentityCreated".*?"identityId":"([^"]+)"/g,
        );
        expect(new Set([...created].map(([, identityId]) => identityId))).toEqual(answered);

        const after = await startNodeProcess({ data });
        const identities = await listIdentities(administrator(after), IdentityPoolId);
        expect(new Set(identities.map(({ IdentityId }) => IdentityId))).toEqual(answered);
        await after.stop();
        console.log(`${workers} workers ended under load: ${answered.size} requests answered, none lost`);
      } finally {
        rmSync(data, { recursive: true, force: true });
      }
    },
  );
});
