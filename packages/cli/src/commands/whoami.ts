import { Command } from 'commander';
import { callSts } from '../service/aws-api.ts';
import { addConnectionOptions, type ConnectionFlags, connect } from '../service/connection.ts';
import { harmless, print, table } from '../terminal.ts';

export function whoamiCommand(): Command {
  return addConnectionOptions(new Command('whoami'))
    .description('say whose key is in use')
    .option('--json', 'answer with JSON')
    .action(async (flags: ConnectionFlags & { json?: boolean }) => {
      const { Arn, Account, UserId } = await callSts(await connect(flags), 'GetCallerIdentity', {});
      const rows = [
        ['ARN', Arn],
        ['Account', Account],
        ['User id', UserId],
        ['Endpoint', flags.endpoint],
      ].map((row) => row.map((cell) => harmless(String(cell))));
      print(flags.json, { Arn, Account, UserId, Endpoint: flags.endpoint }, table(rows));
    });
}
