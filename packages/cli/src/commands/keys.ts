import { Command, Option } from 'commander';
import { Failure } from '../failure.ts';
import { callDaypass } from '../service/aws-api.ts';
import { addConnectionOptions, type ConnectionFlags, connect } from '../service/connection.ts';
import { confirm, harmless, print, table } from '../terminal.ts';

interface RotateFlags extends ConnectionFlags {
  readonly kind?: string;
  readonly immediately?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

interface Rotated {
  readonly Kind: string;
  readonly KeyId: string;
  /** Epoch seconds. */
  readonly UsedFrom: number;
  readonly PreviousUntil: number;
}

export function keysCommand(): Command {
  return new Command('keys').description('look after the service’s keys').addCommand(rotateCommand());
}

function rotateCommand(): Command {
  return addConnectionOptions(new Command('rotate'))
    .description('make the next keys, which take over once everybody can know them')
    .addOption(new Option('--kind <kind>', 'only the keys that do this').choices(['sealing', 'signing']))
    .option('--immediately', 'for stolen keys: everything made with the old ones ends now')
    .option('--yes', 'do not ask')
    .option('--json', 'answer with JSON')
    .action(async ({ kind, immediately = false, yes = false, json, ...flags }: RotateFlags) => {
      const service = await connect(flags);
      const question = 'Every session and token made until now will end. Go ahead?';
      if (immediately && !yes && !(await confirm(question, '--yes'))) {
        throw new Failure('no key has been rotated.');
      }
      const { Keys } = await callDaypass(service, 'RotateKeys', {
        Kind: kind?.toUpperCase(),
        Immediately: immediately,
      });
      const rows = (Keys as Rotated[]).map(({ Kind, KeyId, UsedFrom, PreviousUntil }) => [
        Kind.toLowerCase(),
        harmless(KeyId),
        `used from ${date(UsedFrom)}`,
        `the one before until ${date(PreviousUntil)}`,
      ]);
      print(json, Keys, table(rows));
    });
}

function date(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
