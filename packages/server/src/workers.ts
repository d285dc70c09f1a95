import cluster, { type Worker } from 'node:cluster';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Daypass, DaypassOptions } from './config.ts';
import type { Snapshot } from './metrics/metrics.ts';
import { Counter, Gauge } from './metrics/series.ts';
import { StartFailure } from './start-failure.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** Milliseconds: between a death and the next start at first and at most, and a life after which all is well again. */
const firstPause = 100;
const longestPause = 10_000;
const longLife = 10_000;
/** Milliseconds that a worker gets to end; its own grace for requests in flight is shorter. */
const closeDeadline = 20_000;
/** Milliseconds that workers get to say what they counted. */
const countDeadline = 2_000;

type Ready = Extract<FromWorker, { type: 'ready' }>;

/** Where one worker sits; who sits there changes when it dies or is replaced. */
interface Seat {
  readonly number: number;
  worker: Worker | undefined;
  pause: number;
}

/**
 * Starts the service in several processes that share one port and one store. A worker that dies is replaced, after a
 * pause that grows while they go on dying. Throws `StartFailure` when the first of them cannot start.
 */
export async function startWorkers(options: DaypassOptions & { readonly workers: number }): Promise<Daypass> {
  const { clock: _clock, ...common } = options;
  const { workers: count } = common;
  if (common.store === undefined && common.data === undefined) {
    throw new StartFailure('other', 'several workers need a data directory or PostgreSQL to share');
  }
  const port = common.port === 0 ? await freePort(common.host) : common.port;
  const shared: DaypassOptions = { ...common, ...(port !== undefined && { port }) };
  cluster.setupPrimary({
    // Beside this file, in whichever language that is.
    exec: fileURLToPath(new URL('./worker.ts', import.meta.url)).replace(
      /\.ts$/,
      extname(import.meta.filename),
    ),
    args: [],
    execArgv: [],
    serialization: 'advanced',
  });

  const seats = Array.from(
    { length: count },
    (_, number): Seat => ({
      number,
      worker: undefined,
      pause: firstPause,
    }),
  );
  const counts = collectCounts(seats);
  let closing = false;

  /** Resolves once the worker serves. */
  function fork(seat: Seat): Promise<{ worker: Worker; ready: Ready }> {
    const worker = cluster.fork();
    const handedOver = watchHandover(worker);
    const startedAt = performance.now();
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'ready') resolve({ worker, ready: message });
        if (message.type === 'failed')
          reject(new StartFailure(message.obstacle, message.message, message.code));
        counts.hear(worker, message);
      });
      worker.on('error', () => {});
      worker.once('exit', (code, signal) => {
        handedOver.last?.close();
        reject(
          new StartFailure('other', `a worker ended with ${signal ?? `code ${code}`} before it was ready`),
        );
        if (performance.now() - startedAt > longLife) seat.pause = firstPause;
        if (seat.worker === worker) void replaceDead(seat);
      });
      tell(worker, { type: 'start', options: shared, seat: seat.number });
    });
  }

  async function replaceDead(seat: Seat): Promise<void> {
    seat.worker = undefined;
    while (!closing && seat.worker === undefined) {
      await sleep(seat.pause, undefined, { ref: false });
      seat.pause = Math.min(seat.pause * 2, longestPause);
      if (closing) return;
      counts.restarts.inc(String(seat.number), 'died');
      try {
        await take(seat);
      } catch {
        // It said why in the log; the next try comes after a longer pause.
      }
    }
  }

  /** Puts a new worker on a seat, and lets go of whoever sat there once the new one serves. */
  async function take(seat: Seat): Promise<Ready> {
    const { worker, ready } = await fork(seat);
    const previous = seat.worker;
    seat.worker = worker;
    if (worker.isDead()) void replaceDead(seat);
    if (closing) await end(worker);
    if (previous !== undefined) await end(previous);
    return ready;
  }

  const [first, ...others] = seats;
  if (first === undefined) throw new RangeError('at least one worker');
  const { url, rootCredentials } = await take(first);
  try {
    await Promise.all(others.map(take));
  } catch (error) {
    closing = true;
    await Promise.all(seats.map(({ worker }) => worker && end(worker)));
    throw error;
  }

  let restarting: Promise<void> = Promise.resolve();
  return {
    url,
    rootCredentials,
    restart() {
      restarting = restarting.then(async () => {
        for (const seat of seats) {
          if (closing) return;
          counts.restarts.inc(String(seat.number), 'replaced');
          await take(seat);
        }
      });
      return restarting;
    },
    async close() {
      closing = true;
      await Promise.all(seats.map(({ worker }) => worker && end(worker)));
    },
  };
}

/**
 * The connection that was last handed to a worker. The cluster module hands them over one at a time and closes its own
 * end when the worker has taken one; of a worker that is killed in between it would keep it for ever, and the client
 * would wait as long. Closing what is closed already does nothing.
 */
function watchHandover({ process: child }: Worker): { last: { close(): void } | undefined } {
  const watched: { last: { close(): void } | undefined } = { last: undefined };
  const { send } = child;
  Object.assign(child, {
    send(message: unknown, handle: unknown, ...more: unknown[]) {
      if (isHandle(handle)) watched.last = handle;
      return Reflect.apply(send, child, [message, handle, ...more]);
    },
  });
  return watched;
}

function isHandle(value: unknown): value is { close(): void } {
  return typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function';
}

function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message);
}

async function end(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  tell(worker, { type: 'close' });
  const deadline = setTimeout(() => worker.process.kill('SIGKILL'), closeDeadline);
  await ended;
  clearTimeout(deadline);
}

/** All workers ask for the same port, and a free one is only known once somebody has it. */
async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Gathers what the workers counted whenever one of them is asked for the metrics. */
function collectCounts(seats: readonly Seat[]) {
  const restarts = new Counter({
    name: 'daypass_worker_restarts_total',
    help: 'Workers started again, by what became of the one before.',
    labels: ['worker', 'cause'],
  });
  const alive = new Gauge({ name: 'daypass_workers', help: 'Workers that serve.' });
  const open = new Map<number, { add(snapshot: Snapshot): void }>();
  let scrapes = 0;

  function gather(): Promise<readonly Snapshot[]> {
    const asked = seats.flatMap(({ worker }) => (worker?.isConnected() ? [worker] : []));
    alive.value = asked.length;
    const own = [restarts.snapshot(), alive.snapshot()];
    const scrape = ++scrapes;
    return new Promise((resolve) => {
      const snapshots: Snapshot[] = [own];
      const done = () => {
        clearTimeout(deadline);
        open.delete(scrape);
        resolve(snapshots);
      };
      const deadline = setTimeout(done, countDeadline);
      open.set(scrape, {
        add(snapshot) {
          snapshots.push(snapshot);
          if (snapshots.length === asked.length + 1) done();
        },
      });
      for (const worker of asked) tell(worker, { type: 'count', scrape });
    });
  }

  return {
    restarts,
    hear(worker: Worker, message: FromWorker): void {
      if (message.type === 'count') open.get(message.scrape)?.add(message.snapshot);
      if (message.type !== 'scrape') return;
      const { request } = message;
      void gather().then((snapshots) => tell(worker, { type: 'counted', request, snapshots }));
    },
  };
}
