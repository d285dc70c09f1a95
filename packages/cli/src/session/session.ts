import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Failure } from '../failure.ts';

export interface SessionFlags {
  readonly session: string;
  readonly cache: string;
}

/** Temporary credentials of an identity; `expiration` is ISO 8601. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: string;
}

/** Somebody signed in: where, as whom, and how to get new credentials. */
export interface Session {
  readonly endpoint: string;
  readonly region: string;
  readonly poolId: string;
  readonly identityId: string;
  readonly roleArn?: string;
  /** Absent for guests. A token is kept, or the file from which it is read each time. */
  readonly login?: { readonly provider: string; readonly token?: string; readonly tokenFile?: string };
  readonly credentials: SessionCredentials;
}

export function addSessionOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--session <name>', 'which sign-in')
        .env('DAYPASS_SESSION')
        .default('default')
        .argParser(parseName),
    )
    .addOption(
      new Option('--cache <directory>', 'where sign-ins are kept')
        .env('DAYPASS_CACHE')
        .default(join(homedir(), '.daypass'), '~/.daypass'),
    );
}

/** Throws a `Failure` when nobody is signed in. */
export async function readSession(flags: SessionFlags): Promise<Session> {
  const text = await readFile(fileOf(flags), 'utf8').catch(() => undefined);
  if (text === undefined) throw new Failure(`nobody is signed in as '${flags.session}'; run daypass login.`);
  return JSON.parse(text);
}

/** Keeps a sign-in where only its owner can read it; another process sees the old one or the new one, whole. */
export async function writeSession(flags: SessionFlags, session: Session): Promise<void> {
  await mkdir(flags.cache, { recursive: true, mode: 0o700 });
  const file = fileOf(flags);
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${JSON.stringify(session, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(draft, file);
}

export async function forgetSession(flags: SessionFlags): Promise<void> {
  await rm(fileOf(flags), { force: true });
}

function fileOf({ cache, session }: SessionFlags): string {
  return join(cache, `session-${session}.json`);
}

function parseName(text: string): string {
  if (!/^[\w-]{1,64}$/.test(text)) {
    throw new InvalidArgumentError('A session’s name is letters, digits, hyphens and underscores.');
  }
  return text;
}
