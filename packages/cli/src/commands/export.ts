import { Command } from 'commander';
import { callSts } from '../service/aws-api.ts';
import { addConnectionOptions, type ConnectionFlags, connect } from '../service/connection.ts';
import { exportTemplate } from '../stack/export.ts';

export function exportCommand(): Command {
  return addConnectionOptions(new Command('export'))
    .description('write what is there as a CloudFormation template')
    .option('--stack <name>', 'only what was applied under this name')
    .option('--json', 'JSON instead of YAML')
    .action(async (flags: ConnectionFlags & { stack?: string; json?: boolean }) => {
      const service = await connect(flags);
      const { Account } = await callSts(service, 'GetCallerIdentity', {});
      const template = await exportTemplate({ service, account: String(Account) }, flags.stack);
      if (flags.json) process.stdout.write(`${JSON.stringify(template, undefined, 2)}\n`);
      else {
        const { stringify } = await import('yaml');
        process.stdout.write(stringify(template, { lineWidth: 0, aliasDuplicateObjects: false }));
      }
    });
}
