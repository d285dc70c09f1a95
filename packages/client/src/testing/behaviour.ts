import type { Backend } from './behaviour/rig.ts';
import { describeIn } from './behaviour/scene.ts';
import { startRelay } from './relay.ts';

/** What the client promises, checked on this Node against any service that speaks one of its two protocols. */
export function describeBehaviour(name: string, start: () => Promise<Backend>): void {
  describeIn(name, async () => {
    const backend = await start();
    const relay = await startRelay(backend.endpoint);
    return {
      backend,
      relay,
      async close() {
        await relay.close();
        await backend.close();
      },
    };
  });
}
