import { Command, Option } from 'commander';
import { Failure } from '../failure.ts';
import { callDaypass } from '../service/aws-api.ts';
import { addConnectionOptions, type ConnectionFlags, connect } from '../service/connection.ts';
import { confirm, harmless, print } from '../terminal.ts';

interface ChangeFlags extends ConnectionFlags {
  readonly pool: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** What is asked of the service, and the words for it. */
interface Change {
  readonly operation: string;
  /** Beside the pool. */
  readonly input: object;
  /** Undefined for what takes nothing away. */
  readonly question?: string;
  done(answer: Readonly<Record<string, unknown>>): string;
}

export function disableCommand(): Command {
  return command('disable')
    .description('refuse an identity from now on and end its sessions')
    .argument('<identity>', 'its id')
    .option('--yes', 'do not ask')
    .action((IdentityId: string, flags: ChangeFlags) =>
      change(flags, {
        operation: 'DisableIdentity',
        input: { IdentityId },
        question: `Disable ${IdentityId} and end its sessions? A guest can never be enabled again.`,
        done: () => `${IdentityId} is disabled, and its sessions are over.`,
      }),
    );
}

export function enableCommand(): Command {
  return command('enable')
    .description('let an identity in again that was disabled while it had logins')
    .argument('<identity>', 'its id')
    .action((IdentityId: string, flags: ChangeFlags) =>
      change(flags, {
        operation: 'EnableIdentity',
        input: { IdentityId },
        done: () => `${IdentityId} is enabled.`,
      }),
    );
}

interface LoginFlags extends ChangeFlags {
  readonly provider: string;
  readonly subject: string;
}

export function linkCommand(): Command {
  return loginCommand('link')
    .description('link a login that is nobody’s to an identity, without the user’s token')
    .action((IdentityId: string, flags: LoginFlags) => {
      const { provider: Provider, subject: Subject } = flags;
      return change(flags, {
        operation: 'LinkLogin',
        input: { IdentityId, Provider, Subject },
        done: () => `${Subject} at ${Provider} is ${IdentityId} now.`,
      });
    });
}

export function unlinkCommand(): Command {
  return loginCommand('unlink')
    .description('take a login off an identity, without the user’s token, and end its sessions')
    .option('--yes', 'do not ask')
    .action((IdentityId: string, flags: LoginFlags) => {
      const { provider: Provider, subject: Subject } = flags;
      return change(flags, {
        operation: 'UnlinkLogin',
        input: { IdentityId, Provider, Subject },
        question: `Take ${Subject} at ${Provider} off ${IdentityId}?`,
        done: ({ Enabled }) =>
          `${Subject} at ${Provider} is nobody’s now.${Enabled ? '' : ` ${IdentityId} is disabled: it has no login.`}`,
      });
    });
}

export function mergeCommand(): Command {
  return command('merge')
    .description('give all logins of one identity to another, and disable it for good')
    .argument('<source>', 'the id that is given up')
    .argument('<destination>', 'the id that goes on')
    .option('--yes', 'do not ask')
    .action((SourceIdentityId: string, DestinationIdentityId: string, flags: ChangeFlags) =>
      change(flags, {
        operation: 'MergeIdentities',
        input: { SourceIdentityId, DestinationIdentityId },
        question: `Merge ${SourceIdentityId} into ${DestinationIdentityId}? The first is disabled for good.`,
        done: () => `${SourceIdentityId} has become a part of ${DestinationIdentityId}.`,
      }),
    );
}

function command(name: string): Command {
  return addConnectionOptions(new Command(name))
    .addOption(new Option('--pool <id>', 'identity pool').env('DAYPASS_POOL').makeOptionMandatory())
    .option('--json', 'answer with JSON');
}

function loginCommand(name: string): Command {
  return command(name)
    .argument('<identity>', 'its id')
    .addOption(new Option('--provider <key>', 'the login’s provider').makeOptionMandatory())
    .addOption(new Option('--subject <subject>', 'the user there').makeOptionMandatory());
}

async function change(flags: ChangeFlags, { operation, input, question, done }: Change): Promise<void> {
  const service = await connect(flags);
  if (question !== undefined && !flags.yes && !(await confirm(harmless(question), '--yes'))) {
    throw new Failure('nothing has been changed.');
  }
  const answer = await callDaypass(service, operation, { IdentityPoolId: flags.pool, ...input });
  print(flags.json, answer, harmless(done(answer)));
}
