import { afterAll, afterEach, beforeAll, beforeEach, describe, vi } from 'vitest';
import { describeFaults } from './faults.ts';
import { describeFederation } from './federation.ts';
import { describeLeaving } from './leaving.ts';
import { describePromises } from './promises.ts';
import { createRig, type Scene } from './rig.ts';
import { describeSession } from './session.ts';

/** What the client promises, wherever it runs. */
export function describeIn(name: string, open: () => Promise<Scene>): void {
  describe(name, () => {
    const rig = createRig(open);
    beforeAll(() => rig.open());
    afterAll(() => rig.close());
    beforeEach(() => rig.renew());
    afterEach(() => {
      vi.useRealTimers();
    });

    describePromises(rig);
    describeFederation(rig);
    describeSession(rig);
    describeLeaving(rig);
    describeFaults(rig);
  });
}
