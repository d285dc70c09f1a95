import { afterAll, afterEach, beforeAll, beforeEach, describe, vi } from 'vitest';
import { describeFaults } from './behaviour/faults.ts';
import { describeFederation } from './behaviour/federation.ts';
import { describeLeaving } from './behaviour/leaving.ts';
import { describePromises } from './behaviour/promises.ts';
import { type Backend, createRig } from './behaviour/rig.ts';
import { describeSession } from './behaviour/session.ts';

/** What the client promises, checked against any service that speaks one of its two protocols. */
export function describeBehaviour(name: string, start: () => Promise<Backend>): void {
  describe(name, () => {
    const rig = createRig(start);
    beforeAll(() => rig.open());
    afterAll(() => rig.close());
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
      rig.renew();
    });
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
