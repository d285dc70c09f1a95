import { type Daypass, startDaypass } from '@daypass/server';
import { main } from '../main.ts';

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process, without a terminal, and returns what it wrote. */
export async function daypass(args: readonly string[]): Promise<Run> {
  const written = { stdout: '', stderr: '' };
  const stdout = process.stdout.write;
  const stderr = process.stderr.write;
  process.stdout.write = (chunk: string | Uint8Array) => {
    written.stdout += String(chunk);
    return true;
  };
  process.stderr.write = (chunk: string | Uint8Array) => {
    written.stderr += String(chunk);
    return true;
  };
  try {
    await main(args);
    return { code: Number(process.exitCode ?? 0), ...written };
  } finally {
    process.stdout.write = stdout;
    process.stderr.write = stderr;
    process.exitCode = undefined;
  }
}

/** A service in memory; commands find it and its root key in the environment. */
export async function serveForCommands(): Promise<Daypass> {
  const service = await startDaypass({ port: 0, logLevel: 'silent' });
  process.env.AWS_ENDPOINT_URL = service.url;
  process.env.AWS_ACCESS_KEY_ID = service.rootCredentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = service.rootCredentials.secretAccessKey;
  return service;
}
