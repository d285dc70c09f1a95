import { Command, CommanderError } from 'commander';
import { devCommand } from './dev-command.ts';
import { startCommand } from './start-command.ts';
import { UsageError } from './usage-error.ts';

/**
 * Runs the `daypass` command line. Sets the exit code: 2 and one line on stderr for something the caller can put
 * right, 1 for any other failure.
 */
export async function main(args: readonly string[]): Promise<void> {
  const program = new Command('daypass')
    .description('Identity pools of your own: show an ID, get a day pass that opens only your own rooms.')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`daypass: ${oneLine(text)}\n`) })
    .showSuggestionAfterError(false);
  for (const command of [startCommand(), devCommand()])
    program.addCommand(command.copyInheritedSettings(program));

  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
    } else if (error instanceof UsageError) {
      process.stderr.write(`daypass: ${error.message}\n`);
      process.exitCode = 2;
    } else {
      process.stderr.write(
        `daypass: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      process.exitCode = 1;
    }
  }
}

function oneLine(text: string): string {
  return text
    .replace(/^error: /, '')
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ');
}
