import { Command, CommanderError } from 'commander';
import { brokerCommand } from './broker-command.ts';
import { applyCommand } from './commands/apply.ts';
import { auditCommand } from './commands/audit.ts';
import { canCommand } from './commands/can.ts';
import { completionCommand } from './commands/completion.ts';
import { credentialsCommand, execCommand } from './commands/credentials.ts';
import { dataCommand } from './commands/data.ts';
import { diffCommand } from './commands/diff.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { exportCommand } from './commands/export.ts';
import { identitiesCommand } from './commands/identities.ts';
import { importFromCognitoCommand } from './commands/import-from-cognito.ts';
import { initCommand } from './commands/init.ts';
import { keysCommand } from './commands/keys.ts';
import { loginCommand, logoutCommand } from './commands/login.ts';
import { revokeCommand } from './commands/revoke.ts';
import { whoamiCommand } from './commands/whoami.ts';
import { devCommand } from './dev-command.ts';
import { Failure } from './failure.ts';
import { AwsError } from './service/aws-api.ts';
import { startCommand } from './start-command.ts';
import { harmless } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** Every command with its options, not yet run. */
export function commandLine(): Command {
  const program = new Command('daypass')
    .description('Identity pools of your own: show an ID, get a day pass that opens only your own rooms.')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`daypass: ${oneLine(text)}\n`) })
    .showSuggestionAfterError(false);
  for (const command of [
    startCommand(),
    devCommand(),
    initCommand(),
    applyCommand(),
    diffCommand(),
    exportCommand(),
    loginCommand(),
    logoutCommand(),
    credentialsCommand(),
    execCommand(),
    whoamiCommand(),
    explainCommand(),
    canCommand(),
    identitiesCommand(),
    revokeCommand(),
    auditCommand(),
    keysCommand(),
    dataCommand(),
    importFromCognitoCommand(),
    doctorCommand(),
    completionCommand(),
    brokerCommand(),
  ])
    program.addCommand(inherit(command, program));
  return program;
}

/**
 * Runs the `daypass` command line. Sets the exit code: 2 and one line on stderr for a command line that makes no sense,
 * 1 and one line for what was refused or failed; more than a line only for a fault of our own.
 */
export async function main(args: readonly string[]): Promise<void> {
  const program = commandLine();
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
    } else if (error instanceof UsageError) {
      process.stderr.write(`daypass: ${error.message}\n`);
      process.exitCode = 2;
    } else if (error instanceof Failure || error instanceof AwsError) {
      process.stderr.write(`daypass: ${harmless(oneLine(error.message))}\n`);
      process.exitCode = 1;
    } else {
      process.stderr.write(
        `daypass: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      process.exitCode = 1;
    }
  }
}

/** Commands made apart answer to bad options as the program does, and so do the commands inside them. */
function inherit(command: Command, program: Command): Command {
  for (const inner of command.commands) inherit(inner, program);
  return command.copyInheritedSettings(program);
}

function oneLine(text: string): string {
  return text
    .replace(/^error: /, '')
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ');
}
