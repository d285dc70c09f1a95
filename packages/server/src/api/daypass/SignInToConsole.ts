import { ServiceError } from '../../errors.ts';
import { signInToConsole } from '../../federation/console-sign-in.ts';
import { describeCredentials } from '../cognito-identity/GetCredentialsForIdentity.ts';
import { operation } from '../protocol/operation.ts';
import { required, string, structure } from '../protocol/shape.ts';
import type { DaypassServices } from './services.ts';

/** Temporary credentials for an administrator who has signed in at the console's OpenID provider. */
export const SignInToConsole = operation({
  name: 'SignInToConsole',
  access: 'public',
  input: structure({
    IdToken: required(string({ min: 1, max: 50_000, sensitive: true })),
    /** The text whose SHA-256 the token's nonce is. */
    NonceSecret: required(string({ min: 32, max: 256, sensitive: true })),
  }),
  async handle({ federation, consoleSignIn }: DaypassServices, { IdToken, NonceSecret }) {
    if (consoleSignIn === undefined) {
      throw new ServiceError('NotAuthorizedException', 'The console takes access keys alone.');
    }
    const shown = { idToken: IdToken, nonceSecret: NonceSecret };
    return { Credentials: describeCredentials(await signInToConsole(federation, consoleSignIn, shown)) };
  },
});
