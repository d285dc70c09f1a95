import { Command, Option } from 'commander';
import { callDaypass } from '../service/aws-api.ts';
import { addConnectionOptions, type ConnectionFlags, connect } from '../service/connection.ts';
import { harmless, print, table } from '../terminal.ts';
import {
  disableCommand,
  enableCommand,
  linkCommand,
  mergeCommand,
  unlinkCommand,
} from './identity-changes.ts';

interface FindFlags extends ConnectionFlags {
  readonly pool: string;
  readonly provider?: string;
  readonly subject?: string;
  readonly subjectPrefix?: string;
  readonly identity?: string;
  readonly disabled?: boolean;
  readonly json?: boolean;
}

interface Identity {
  readonly IdentityId: string;
  readonly Enabled: boolean;
  /** Epoch seconds. */
  readonly LastSeenDate: number;
  readonly Logins: readonly { readonly Provider: string; readonly Subject: string }[];
}

export function identitiesCommand(): Command {
  return new Command('identities')
    .description('look at identities, and change them')
    .addCommand(findCommand())
    .addCommand(disableCommand())
    .addCommand(enableCommand())
    .addCommand(linkCommand())
    .addCommand(unlinkCommand())
    .addCommand(mergeCommand());
}

function findCommand(): Command {
  return addConnectionOptions(new Command('find'))
    .description('list the identities of a pool that meet every condition')
    .addOption(new Option('--pool <id>', 'identity pool').env('DAYPASS_POOL').makeOptionMandatory())
    .option('--provider <key>', 'with a login of this provider')
    .option('--subject <subject>', 'with this user’s login')
    .option('--subject-prefix <text>', 'with a login whose subject begins so')
    .option('--identity <id>', 'whose id begins so')
    .option('--disabled', 'that are disabled')
    .option('--json', 'answer with JSON')
    .action(async (flags: FindFlags) => {
      const service = await connect(flags);
      const identities: Identity[] = [];
      let NextToken: unknown;
      do {
        const page = await callDaypass(service, 'FindIdentities', {
          IdentityPoolId: flags.pool,
          Provider: flags.provider,
          Subject: flags.subject,
          SubjectPrefix: flags.subjectPrefix,
          IdentityIdPrefix: flags.identity,
          ...(flags.disabled && { Enabled: false }),
          MaxResults: 60,
          NextToken,
        });
        identities.push(...(page.Identities as Identity[]));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      print(flags.json, identities, identities.length === 0 ? 'None.' : table(identities.map(row)));
    });
}

function row({ IdentityId, Enabled, LastSeenDate, Logins }: Identity): string[] {
  const logins = Logins.map(({ Provider, Subject }) => `${Provider} ${Subject}`).join(', ');
  return [
    IdentityId,
    new Date(LastSeenDate * 1000).toISOString().slice(0, 19).concat('Z'),
    Enabled ? '' : 'disabled',
    harmless(logins === '' ? 'guest' : logins),
  ];
}
