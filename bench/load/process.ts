import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';

/** A server in a process of its own, so that it has a core to itself beside the load. */
export interface ServerProcess {
  readonly url: string;
  /** Resident memory now, in bytes, of its workers too. */
  memory(): number;
  /** Processor time used so far, in microseconds, by its workers too. */
  processorTime(): number;
  stop(): Promise<void>;
}

/**
 * Starts `node FILE …`; the server prints a line that ends with its URL when it is ready. It gets one core and leaves the
 * other to the load (see wrk.ts), so that they do not push each other about; `everyCore` is for a server of several processes.
 */
export async function startServer(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  { everyCore = false }: { readonly everyCore?: boolean } = {},
): Promise<ServerProcess> {
  const cores = everyCore ? `0-${availableParallelism() - 1}` : '0';
  const child: ChildProcess = spawn('taskset', ['-c', cores, process.execPath, file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  if (child.stdout === null) throw new Error('the server has no stdout');
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
    if (child.stdout)
      createInterface(child.stdout).once('line', (line) => resolve(line.split(' ').at(-1) ?? ''));
  });
  return {
    url,
    memory: () => sum(family(child.pid).map(residentMemory)),
    processorTime: () => sum(family(child.pid).map(usedProcessor)),
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The process and those it started itself. */
function family(pid: number | undefined): readonly (number | string)[] {
  if (pid === undefined) return [];
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return [pid, ...(children === '' ? [] : children.split(' '))];
}

function residentMemory(pid: number | string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}

/** Fields 14 and 15 of proc_pid_stat(5), in ticks of 10 ms; the second field may hold spaces. */
function usedProcessor(pid: number | string): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
