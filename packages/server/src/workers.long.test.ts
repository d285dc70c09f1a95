import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { killWorkersUnderLoad } from './workers-under-fire.fixture.ts';

it('loses nothing that was acknowledged while fifty workers are killed', { timeout: 1_500_000 }, async () => {
  const data = mkdtempSync(join(tmpdir(), 'daypass-workers-'));
  try {
    const outcome = await killWorkersUnderLoad(data, 50);
    console.log(outcome);
    expect(outcome).toMatchObject({ kills: 50, hung: 0, changed: [], refusals: [], lostRoles: [] });
    expect(outcome.identities).toBe(outcome.users);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});
