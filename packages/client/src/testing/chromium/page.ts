import type { RunnerTask, SerializedConfig } from 'vitest';
import { startTests } from 'vitest/internal/browser';
import type { Backend } from '../behaviour/rig.ts';
import { describeIn } from '../behaviour/scene.ts';
import type { Fault, Relay, Relayed } from '../relay.ts';

/** What the page has to know of the service, and of the relay in front of it. */
export type PageSetting = Pick<Backend, 'endpoint' | 'protocol' | 'pools' | 'providers'>;

/** What the page asks of the relay and of the clock behind it. */
export interface Change {
  readonly reset?: true;
  readonly fail?: readonly Fault[];
  readonly always?: Fault | null;
  readonly ahead?: number;
  /** Milliseconds since the Unix epoch. */
  readonly now?: number;
}

/** A test that has run in the page. */
export interface Result {
  readonly name: string;
  /** Why it failed. */
  readonly errors: readonly string[];
}

declare global {
  interface Window {
    /** As the page imported it. */
    runTests: typeof runTests;
    /** Called by the host, as the relay's `before`. */
    beforeRequest: (() => unknown) | undefined;
    /** Given by the host. */
    mintToken: Backend['token'];
  }
}

/** Runs all that the client promises; `config` is what vitest is told of settings in the host's own run. */
export async function runTests(
  name: string,
  setting: PageSetting,
  config: SerializedConfig,
): Promise<Result[]> {
  // Where vitest looks for its settings.
  Object.assign(window, { __vitest_worker__: { config, ctx: {}, filepath: name } });
  const [file] = await startTests([name], {
    config: { ...config, setupFiles: [] },
    importFile: () => describeIn(name, async () => sceneOf(setting)),
  });
  if (!file) throw new Error('no test has run');
  return file.tasks.flatMap((task) => resultsOf(task));
}

function sceneOf({ endpoint, ...pool }: PageSetting) {
  return {
    backend: { ...pool, token: window.mintToken },
    relay: relayAt(endpoint),
    setTime: (now: number) => void ask({ now }),
    close: async () => {},
  };
}

/** The relay in the process of the host, looked at and told what to do without a moment in between. */
function relayAt(endpoint: string): Relay {
  let always: Fault | undefined;
  let ahead = 0;
  return {
    endpoint,
    close: async () => {},
    get requests() {
      // What the browser asks for on its own account is not the client's.
      return ask({}).filter(({ method }) => method !== 'OPTIONS');
    },
    fail: (...fail) => void ask({ fail }),
    get always() {
      return always;
    },
    set always(fault) {
      always = fault;
      ask({ always: fault ?? null });
    },
    get ahead() {
      return ahead;
    },
    set ahead(milliseconds) {
      ahead = milliseconds;
      ask({ ahead });
    },
    get before() {
      return window.beforeRequest;
    },
    set before(before) {
      window.beforeRequest = before;
    },
    reset() {
      always = undefined;
      ahead = 0;
      window.beforeRequest = undefined;
      ask({ reset: true });
    },
  };
}

function ask(change: Change): Relayed[] {
  const request = new XMLHttpRequest();
  request.open('POST', '/relay', false);
  request.send(JSON.stringify(change));
  return JSON.parse(request.responseText);
}

/** The tests in `task`, each with the names of the suites it is in, but for the outermost. */
function resultsOf(task: RunnerTask, above?: readonly string[]): Result[] {
  const names = above ? [...above, task.name] : [];
  if (task.type === 'suite') return task.tasks.flatMap((inner) => resultsOf(inner, names));
  const { state = 'not run', errors = [] } = task.result ?? {};
  const said = errors.map(({ message, stack, diff = '' }) => [message, diff, stack].join('\n'));
  return [{ name: names.join(' › '), errors: state === 'pass' || said.length > 0 ? said : [state] }];
}
