import { Command, Option } from 'commander';
import { parsePort, parseProviderOverride, parseUrl } from '../options.ts';
import { addPlaceOptions, type PlaceFlags } from '../service/connection.ts';
import { exchange, type Visitor } from '../session/exchange.ts';
import type { Application } from '../session/openid.ts';
import { addSessionOptions, forgetSession, type SessionFlags, writeSession } from '../session/session.ts';
import { harmless, print } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

interface LoginFlags extends PlaceFlags, SessionFlags {
  readonly pool: string;
  readonly role?: string;
  readonly guest?: boolean;
  readonly provider?: string;
  readonly tokenFile?: string;
  readonly issuer?: string;
  readonly clientId?: string;
  readonly scope: string;
  readonly redirectPort: number;
  readonly browser: boolean;
  readonly device?: boolean;
  readonly providerOverride: Readonly<Record<string, string>>;
  readonly json?: boolean;
}

/** Milliseconds to find one's password. */
const patience = 5 * 60_000;

export function loginCommand(): Command {
  return addSessionOptions(addPlaceOptions(new Command('login')))
    .description('sign in, in the browser or with a token, and keep the credentials')
    .addOption(new Option('--pool <id>', 'identity pool').env('DAYPASS_POOL').makeOptionMandatory())
    .addOption(
      new Option('--issuer <url>', 'OpenID provider to sign in at').env('DAYPASS_ISSUER').argParser(parseUrl),
    )
    .addOption(
      new Option(
        '--client-id <id>',
        'this application’s id there (its secret, if it has one: DAYPASS_CLIENT_SECRET)',
      ).env('DAYPASS_CLIENT_ID'),
    )
    .option('--scope <scopes>', 'what to ask the provider for', 'openid')
    .addOption(
      new Option('--redirect-port <number>', 'port to come back to; 0: any free one')
        .default(0)
        .argParser(parsePort),
    )
    .option('--no-browser', 'only show the address to open')
    .option('--device', 'sign in on another device: shows an address and a code')
    .addOption(
      new Option('--provider-override <key=url>', 'fetch a provider from elsewhere; repeatable')
        .env('DAYPASS_PROVIDER_OVERRIDES')
        .default({}, 'none')
        .argParser(parseProviderOverride),
    )
    .option(
      '--token-file <file>',
      'a token instead of the browser; the file is read again for new credentials',
    )
    .option('--provider <key>', 'the login key of the token, such as accounts.google.com')
    .option('--guest', 'come as a guest')
    .option('--role <arn>', 'role to ask for, where the token allows several')
    .option('--json', 'answer with JSON')
    .action(async (flags: LoginFlags) => {
      const session = await exchange(await visitorOf(flags));
      await writeSession(flags, session);
      const { identityId, credentials } = session;
      print(
        flags.json,
        { IdentityId: identityId, Expiration: credentials.expiration },
        `Signed in as ${harmless(identityId)}, until ${credentials.expiration}.`,
      );
    });
}

export function logoutCommand(): Command {
  return addSessionOptions(new Command('logout'))
    .description('forget a sign-in')
    .action((flags: SessionFlags) => forgetSession(flags));
}

async function visitorOf(flags: LoginFlags): Promise<Visitor> {
  const { endpoint, region, pool, role, guest, tokenFile, provider, issuer, clientId } = flags;
  const visitor = { endpoint, region, poolId: pool, ...(role !== undefined && { roleArn: role }) };
  const ways = [guest, tokenFile, issuer].filter((way) => way !== undefined);
  if (ways.length !== 1) throw new UsageError('sign in with one of --issuer, --token-file and --guest.');
  if (flags.device && issuer === undefined) throw new UsageError('--device needs --issuer.');
  if (guest) return visitor;
  if (tokenFile !== undefined) {
    if (provider === undefined) throw new UsageError('--token-file needs --provider.');
    return { ...visitor, login: { provider, tokenFile } };
  }
  if (issuer === undefined || clientId === undefined) throw new UsageError('--issuer needs --client-id.');
  const key = provider ?? issuer.replace(/^https?:\/\//, '').replace(/\/$/, '');
  const token = await signIn(flags, {
    issuer,
    providerUrl:
      (Object.hasOwn(flags.providerOverride, key) ? flags.providerOverride[key] : undefined) ?? issuer,
    clientId,
    ...(process.env.DAYPASS_CLIENT_SECRET && { clientSecret: process.env.DAYPASS_CLIENT_SECRET }),
    scope: flags.scope,
  });
  return { ...visitor, login: { provider: key, token } };
}

/** The ID token of whoever signs in. What speaks OAuth is loaded only now: no other command does. */
async function signIn(flags: LoginFlags, application: Application): Promise<string> {
  if (flags.device) {
    const { signInWithDevice } = await import('../session/device-sign-in.ts');
    const show = (address: string, code: string) =>
      process.stderr.write(`Sign in at\n${harmless(address)}\nwith the code ${harmless(code)}\n`);
    return signInWithDevice({ ...application, show });
  }
  const { openBrowser, signInWithBrowser } = await import('../session/browser-sign-in.ts');
  return signInWithBrowser({
    ...application,
    port: flags.redirectPort,
    patience,
    show: (url) => {
      process.stderr.write(`Sign in at\n${url}\n`);
      if (flags.browser) openBrowser(url);
    },
  });
}
