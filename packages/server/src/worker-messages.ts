import type { Daypass, DaypassOptions } from './config.ts';
import type { Snapshot } from './metrics/metrics.ts';
import type { StartObstacle } from './start-failure.ts';

/** What the primary process tells a worker. */
export type ToWorker =
  | { readonly type: 'start'; readonly options: DaypassOptions; readonly seat: number }
  /** Finish what is in flight, and end. */
  | { readonly type: 'close' }
  /** Say what you have counted. */
  | { readonly type: 'count'; readonly scrape: number }
  /** What all workers have counted, for the scrape that one of them was asked for. */
  | { readonly type: 'counted'; readonly request: number; readonly snapshots: readonly Snapshot[] };

/** What a worker tells the primary process. */
export type FromWorker =
  | ({ readonly type: 'ready' } & Pick<Daypass, 'url' | 'rootCredentials'>)
  | {
      readonly type: 'failed';
      readonly obstacle: StartObstacle;
      readonly message: string;
      readonly code: string | undefined;
    }
  | { readonly type: 'scrape'; readonly request: number }
  | { readonly type: 'count'; readonly scrape: number; readonly snapshot: Snapshot };
