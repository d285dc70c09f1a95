import cluster from 'node:cluster';
import type { Daypass } from './config.ts';
import { startService } from './main.ts';
import type { Snapshot } from './metrics/metrics.ts';
import { StartFailure } from './start-failure.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

// The process of one worker, started by `startWorkers`; with its parent it only speaks in messages.

let starting: Promise<Daypass> | undefined;
let count: (() => Promise<Snapshot>) | undefined;
let requests = 0;
const scrapes = new Map<number, (snapshots: readonly Snapshot[]) => void>();

function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

/** Has the primary ask every worker what it counted. */
function countEverywhere(): Promise<readonly Snapshot[]> {
  return new Promise((resolve) => {
    const request = ++requests;
    scrapes.set(request, resolve);
    tell({ type: 'scrape', request });
  });
}

async function start({ options, seat }: Extract<ToWorker, { type: 'start' }>): Promise<void> {
  try {
    starting = startService(options, {
      number: seat,
      countEverywhere,
      counts(own) {
        count = own;
      },
    });
    const { url, rootCredentials } = await starting;
    tell({ type: 'ready', url, rootCredentials });
  } catch (error) {
    const { obstacle, message, code } =
      error instanceof StartFailure ? error : new StartFailure('other', String(error));
    tell({ type: 'failed', obstacle, message, code });
    if (obstacle === 'other') console.error(error);
    process.disconnect();
    process.exitCode = 1;
  }
}

async function close(): Promise<void> {
  const daypass = await starting?.catch(() => undefined);
  await daypass?.close();
  // Connections that were on their way here go back to the primary, which gives them to another worker.
  process.once('disconnect', () => process.exit(0));
  cluster.worker?.disconnect();
}

process.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'start':
      void start(message);
      break;
    case 'close':
      void close();
      break;
    case 'count':
      void count?.().then((snapshot) => tell({ type: 'count', scrape: message.scrape, snapshot }));
      break;
    case 'counted':
      scrapes.get(message.request)?.(message.snapshots);
      scrapes.delete(message.request);
  }
});
process.on('SIGTERM', () => void close());
// A terminal sends these to the whole group; the primary decides what they mean.
process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});
