import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A server in a process of its own, so that it has a core to itself beside the load. */
export interface ServerProcess {
  readonly url: string;
  /** Resident memory now, in bytes. */
  memory(): number;
  /** Processor time used so far, in microseconds. */
  processorTime(): number;
  stop(): Promise<void>;
}

/** Starts `node FILE …`; the server prints a line that ends with its URL when it is ready. */
export async function startServer(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<ServerProcess> {
  // One core for the server, the other for the load (see wrk.ts): they do not push each other about.
  const child: ChildProcess = spawn('taskset', ['-c', '0', process.execPath, file, ...args], {
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
    memory() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
    },
    processorTime() {
      // Fields 14 and 15 of proc_pid_stat(5), in ticks of 10 ms; the second field may hold spaces.
      const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) * 10_000;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
