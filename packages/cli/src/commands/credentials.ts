import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Command } from 'commander';
import { Failure } from '../failure.ts';
import { currentCredentials } from '../session/exchange.ts';
import { addSessionOptions, type Session, type SessionFlags } from '../session/session.ts';

/** Source: AWS SDKs and Tools Reference Guide, "Process credential provider". */
export function credentialsCommand(): Command {
  return addSessionOptions(new Command('credentials'))
    .description('print the credentials of a sign-in as credential_process of the AWS tools reads them')
    .option('--json', 'for the sake of uniformity: the answer is always JSON')
    .action(async (flags: SessionFlags) => {
      const { credentials } = await currentCredentials(flags);
      const answer = {
        Version: 1,
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        SessionToken: credentials.sessionToken,
        Expiration: credentials.expiration,
      };
      process.stdout.write(`${JSON.stringify(answer)}\n`);
    });
}

export function execCommand(): Command {
  return addSessionOptions(new Command('exec'))
    .description('run a command with the credentials of a sign-in in its environment')
    .argument('<command...>', 'after --, such as -- aws s3 ls')
    .action(async ([command = '', ...args]: string[], flags: SessionFlags) => {
      const { session } = await currentCredentials(flags);
      process.exitCode = await runWith(session, command, args);
    });
}

/** Runs a command to its end and returns its exit code; 128 and the signal's number where a signal ended it. */
async function runWith(session: Session, command: string, args: readonly string[]): Promise<number> {
  const { AWS_PROFILE: _profile, AWS_DEFAULT_PROFILE: _default, ...inherited } = process.env;
  const child = spawn(command, args, {
    stdio: 'inherit',
    env: {
      ...inherited,
      AWS_ACCESS_KEY_ID: session.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: session.credentials.secretAccessKey,
      AWS_SESSION_TOKEN: session.credentials.sessionToken,
      AWS_ENDPOINT_URL: session.endpoint,
      AWS_REGION: session.region,
      AWS_DEFAULT_REGION: session.region,
      DAYPASS_IDENTITY_ID: session.identityId,
    },
  });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGTERM', forward);
  // The terminal sends Ctrl-C to the command as well; here it must not end the wait.
  const stay = (): void => undefined;
  process.on('SIGINT', stay);
  return new Promise((resolve, reject) => {
    child.on('error', () => reject(new Failure(`${command} cannot be run.`)));
    child.on('close', (code, signal) => {
      process.off('SIGTERM', forward);
      process.off('SIGINT', stay);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
