import { Command, Option } from 'commander';
import type { Dev, DevOptions } from './dev/dev.ts';
import { players } from './dev/players.ts';
import { parseAccount, parsePort, parseRegion } from './options.ts';
import { closeOnSignal } from './shutdown.ts';

export function devCommand(): Command {
  const port = (flag: string, what: string, variable: string, number: number): Option =>
    new Option(`${flag} <number>`, `port of ${what}; 0: any free one`)
      .env(variable)
      .default(number)
      .argParser(parsePort);
  return new Command('dev')
    .description(
      'start the whole thing on this machine: service, OpenID provider, stores and the example game',
    )
    .addOption(port('--port', 'the service', 'DAYPASS_PORT', 4100))
    .addOption(port('--game-port', 'the game', 'DAYPASS_GAME_PORT', 4101))
    .addOption(port('--oidc-port', 'the OpenID provider', 'DAYPASS_OIDC_PORT', 4102))
    .addOption(
      new Option('--data <directory>', 'where state is kept').env('DAYPASS_DATA').default('.daypass'),
    )
    .addOption(
      new Option('--region <name>', 'region of pools and identities')
        .env('DAYPASS_REGION')
        .default('us-east-1')
        .argParser(parseRegion),
    )
    .addOption(
      new Option('--account <number>', 'account in ARNs')
        .env('DAYPASS_ACCOUNT')
        .default('000000000000')
        .argParser(parseAccount),
    )
    .action(async (options: DevOptions) => {
      // Loaded only now: `daypass start` has no use for the stores and the OpenID provider.
      const { startDev } = await import('./dev/dev.ts');
      const dev = await startDev(options);
      const closed = closeOnSignal(() => dev.close());
      process.stdout.write(announcement(dev, options));
      await closed;
    });
}

function announcement(dev: Dev, { data, region }: DevOptions): string {
  const names = players.map(({ name }) => name).join(', ');
  return `
  Game              ${dev.gameUrl}
  OpenID provider   ${dev.openIdProviderUrl}   (players: ${names}; no password)
  Service           ${dev.url}

Sign in on the command line:

  npx daypass login ${dev.loginArguments.map(shellWord).join(' ')}

The service as the AWS CLI sees it:

  AWS_SHARED_CREDENTIALS_FILE=${shellWord(dev.credentialsFile)} AWS_ENDPOINT_URL=${dev.url} aws cognito-identity list-identity-pools --max-results 10 --region ${region}

Everything listens on this machine only and is kept in ${data}. Ctrl-C stops it.
`;
}

/** The text as one word of a POSIX shell. */
function shellWord(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
