import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { describe, expectTypeOf, it } from 'vitest';
import type { AmplifyTokenProvider } from './amplify.ts';
import {
  type Auth,
  AuthProvider,
  type AuthSession,
  type AuthStorage,
  type createAuth,
  type FederateToIdentityPoolInput,
  type FederateToIdentityPoolOptions,
  type UserPoolTokens,
} from './index.ts';
import type * as machine from './machine.ts';
import type { Expired, Federated, Guest, SignedOut, UserPool } from './machine.ts';

const provider = AuthProvider.google;

describe('wrong calls do not compile', () => {
  it('a federation needs a token, and a provider that is not a mere name', () => {
    expectTypeOf({ token: '', provider }).toExtend<FederateToIdentityPoolInput>();
    expectTypeOf({ provider }).not.toExtend<FederateToIdentityPoolInput>();
    expectTypeOf({ token: '' }).not.toExtend<FederateToIdentityPoolInput>();
    expectTypeOf({ token: '', provider: 'google' }).not.toExtend<FederateToIdentityPoolInput>();
    expectTypeOf({ token: undefined, provider }).not.toExtend<FederateToIdentityPoolInput>();
    expectTypeOf({ token: '', provider: AuthProvider.cognito }).not.toExtend<FederateToIdentityPoolInput>();
  });

  it('an identity is either given or the guest’s', () => {
    expectTypeOf<{ developerProvidedIdentityId: string }>().toExtend<FederateToIdentityPoolOptions>();
    expectTypeOf<{ linkGuestIdentity: true }>().toExtend<FederateToIdentityPoolOptions>();
    expectTypeOf<{
      developerProvidedIdentityId: string;
      linkGuestIdentity: true;
    }>().not.toExtend<FederateToIdentityPoolOptions>();
  });

  it('an issuer and a user pool have all their parts', () => {
    expectTypeOf(AuthProvider.oidc).parameters.toEqualTypeOf<[string, string]>();
    expectTypeOf<{ region: string }>().not.toExtend<Parameters<typeof AuthProvider.cognito>[0]>();
  });

  it('a configuration has no unknown protocol', () => {
    type Config = Parameters<typeof createAuth>[0];
    expectTypeOf<{ protocol: 'cognito' }>().toExtend<Config>();
    expectTypeOf<{ protocol: 'aws' }>().not.toExtend<Config>();
  });

  it('a session cannot be written to', () => {
    expectTypeOf<AuthSession>().toHaveProperty('identityId').toEqualTypeOf<string>();
    expectTypeOf<AuthSession>().toHaveProperty('tokens').toEqualTypeOf<UserPoolTokens>();
  });

  it('no state turns into one it cannot turn into', () => {
    type Transition = 'federate' | 'admitGuest' | 'expire' | 'clearFederation';
    type From<Name extends Transition> = Parameters<(typeof machine)[Name]>[0];
    expectTypeOf<From<'federate'>>().toEqualTypeOf<SignedOut | Guest | Federated | Expired>();
    expectTypeOf<UserPool>().not.toExtend<From<'federate'>>();
    expectTypeOf<Federated>().not.toExtend<From<'admitGuest'>>();
    expectTypeOf<Expired>().not.toExtend<From<'admitGuest'>>();
    expectTypeOf<Guest>().not.toExtend<From<'expire'>>();
    expectTypeOf<UserPool>().not.toExtend<From<'clearFederation'>>();
  });
});

describe('what others bring fits', () => {
  it('the credentials are those of an AWS SDK client', () => {
    expectTypeOf<Auth['credentials']>().toExtend<NonNullable<S3ClientConfig['credentials']>>();
  });

  it('Web Storage is a storage', () => {
    expectTypeOf<Storage>().toExtend<AuthStorage>();
  });

  it('React Native’s AsyncStorage is a storage', () => {
    interface AsyncStorage {
      getItem(key: string): Promise<string | null>;
      setItem(key: string, value: string): Promise<void>;
      removeItem(key: string): Promise<void>;
    }
    expectTypeOf<AsyncStorage>().toExtend<AuthStorage>();
  });

  it('aws-amplify’s token provider is one', () => {
    interface Jwt {
      payload: Record<string, unknown>;
      toString: () => string;
    }
    interface Tokens {
      accessToken: Jwt;
      idToken?: Jwt;
      signInDetails?: object;
    }
    interface TokenProvider {
      getTokens(options?: { forceRefresh?: boolean }): Promise<Tokens | null>;
    }
    expectTypeOf<TokenProvider>().toExtend<AmplifyTokenProvider<Tokens>>();
  });
});
