import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** One kind of request; with several bodies each connection sends them one after the other, again and again. */
export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** Milliseconds between an answer and the next request of a connection, on the average; none by default. */
  readonly pause?: number;
}

export interface Measured {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
}

const script = (bodiesFile: string, headers: Load['headers'], pause: number): string => `
local requests = {}
local next_request = 0
wrk.method = "POST"
${Object.entries(headers)
  .map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`)
  .join('\n')}
function init(args)
  for body in io.lines(${JSON.stringify(bodiesFile)}) do
    requests[#requests + 1] = wrk.format(nil, nil, nil, body)
  end
end
function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end
${pause === 0 ? '' : `function delay() return math.random(1, ${2 * pause - 1}) end`}
function done(summary, latency, requests)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), failed))
end
`;

/** Loads a server with wrk (Debian package \`wrk\`) from one thread. */
export async function load(options: Load): Promise<Measured> {
  const { url, headers, bodies, connections, seconds, pause = 0 } = options;
  const folder = mkdtempSync(join(tmpdir(), 'daypass-bench-'));
  try {
    const bodiesFile = join(folder, 'bodies');
    const scriptFile = join(folder, 'load.lua');
    writeFileSync(bodiesFile, `${bodies.join('\n')}\n`);
    writeFileSync(scriptFile, script(bodiesFile, headers, pause));
    const args = ['-c', '1', 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '-s', scriptFile, url];
    const { stdout } = await promisify(execFile)('taskset', args);
    const [, requests, micros, p50, p99, errors] = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(stdout) ?? [];
    if (requests === undefined) throw new Error(`wrk said: ${stdout}`);
    return {
      requests: Number(requests),
      requestsPerSecond: Math.round(Number(requests) / (Number(micros) / 1e6)),
      p50: Number(p50) / 1000,
      p99: Number(p99) / 1000,
      errors: Number(errors),
    };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error('this benchmark needs wrk: apt-get install wrk');
    }
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Loads a server at a steady rate, whatever it takes to answer: so many connections with so long a pause that the rate
 * comes out. Latencies are then those of a server that is busy, not of one that is overrun.
 */
export function loadAt(perSecond: number, options: Omit<Load, 'connections' | 'pause'>): Promise<Measured> {
  const pause = 20;
  // An answer and wrk's timers take about two milliseconds more.
  const connections = Math.max(1, Math.round((perSecond * (pause + 2)) / 1000));
  return load({ ...options, pause, connections });
}
