import { Command } from 'commander';
import { Failure } from '../failure.ts';
import { callDaypass } from '../service/aws-api.ts';
import { addConnectionOptions, type ConnectionFlags, connect } from '../service/connection.ts';
import { confirm, print } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

interface RevokeFlags extends ConnectionFlags {
  readonly identity?: string;
  readonly role?: string;
  readonly pool?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function revokeCommand(): Command {
  return addConnectionOptions(new Command('revoke'))
    .description('end every session that was issued until now; whoever is still entitled gets new ones')
    .option('--identity <id>', 'of an identity')
    .option('--role <arn>', 'of a role')
    .option('--pool <id>', 'of a whole pool')
    .option('--yes', 'do not ask')
    .option('--json', 'answer with JSON')
    .action(async (flags: RevokeFlags) => {
      const { identity, role, pool } = flags;
      const [target, ...others] = [identity, role, pool].filter((value) => value !== undefined);
      if (target === undefined || others.length > 0)
        throw new UsageError('name one of --identity, --role and --pool.');
      const service = await connect(flags);
      if (!flags.yes && !(await confirm(`End every session of ${target}?`, '--yes'))) {
        throw new Failure('nothing has been revoked.');
      }
      const { NotBefore } = await callDaypass(service, 'RevokeSessions', {
        IdentityId: identity,
        RoleArn: role,
        IdentityPoolId: pool,
      });
      const notBefore = new Date(Number(NotBefore) * 1000).toISOString();
      print(flags.json, { NotBefore: notBefore }, `Sessions of ${target} from before ${notBefore} are over.`);
    });
}
