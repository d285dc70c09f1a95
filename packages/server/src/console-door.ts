import { consoleRoleName, makeConsoleRole } from './access/console-role.ts';
import type { Clock } from './clock.ts';
import type { ConsoleSignInOptions, DaypassOptions } from './config.ts';
import type { ConsoleSignIn } from './federation/console-sign-in.ts';
import type { ConsoleSignInPage } from './http/console.ts';
import { StartFailure } from './start-failure.ts';
import type { Store } from './store/store.ts';
import { discoverSignIn } from './tokens/sign-in-endpoints.ts';

/** The way into the console with an account of an OpenID provider. */
export interface ConsoleDoor {
  readonly settings: ConsoleSignIn;
  /** What the console's page needs to begin. */
  page(): Promise<ConsoleSignInPage>;
  close(): void;
}

/** Throws `StartFailure` for options that nobody or everybody could sign in with. */
export async function openConsoleDoor(
  options: ConsoleSignInOptions,
  services: {
    readonly store: Store;
    readonly clock: Clock;
    readonly overrides: ReadonlyMap<string, URL>;
    readonly privateProviders: DaypassOptions['privateProviders'];
    readonly failed: (error: unknown) => void;
  },
): Promise<ConsoleDoor> {
  const { issuer, clientId, administrators, role, scope = 'openid email profile', duration = 3600 } = options;
  const isAddress = URL.canParse(issuer) && new URL(issuer).protocol === 'https:';
  if (!isAddress)
    throw new StartFailure('options', 'the issuer of the console’s sign-in must be an https URL');
  const values = Object.values(administrators);
  if (clientId === '' || values.length === 0 || values.some((list) => list.length === 0)) {
    throw new StartFailure('options', 'the console’s sign-in needs a client id and a claim with a value');
  }
  if (!Number.isSafeInteger(duration) || duration < 900 || duration > 43_200) {
    throw new StartFailure('options', 'a sign-in to the console lasts 900 to 43200 seconds');
  }
  if (role === undefined) await makeConsoleRole(services);
  const endpoints = discoverSignIn({ issuer, ...services });
  return {
    settings: { issuer, clientId, administrators, roleName: role ?? consoleRoleName, duration },
    async page() {
      const found = await endpoints.find();
      return {
        issuer,
        clientId,
        scope,
        ...(found && { authorizationEndpoint: found.authorization, tokenEndpoint: found.token }),
      };
    },
    close: endpoints.close,
  };
}
