import { vi } from 'vitest';
import {
  type Auth,
  type AuthConfig,
  AuthProvider,
  type AuthStorage,
  createAuth,
  type FederateToIdentityPoolOptions,
  type FederateToIdentityPoolResult,
  memoryStorage,
  type UserPoolSource,
  type UserPoolTokens,
} from '../../index.ts';
import { type Relay, startRelay } from '../relay.ts';

/** A service the behaviour is checked against. */
export interface Backend {
  readonly endpoint: string;
  readonly protocol: 'daypass' | 'cognito';
  /** A pool that admits guests, and one that does not. */
  readonly pools: { readonly withGuests: string; readonly withoutGuests: string };
  /** The issuers, without scheme, both pools accept; the last one plays the user pool. */
  readonly providers: readonly [string, string, string];
  /** A token of `subject`, valid for `lifetime` seconds. */
  token(provider: string, subject: string, lifetime?: number): string | Promise<string>;
  close(): Promise<void>;
}

export const HOUR = 3_600_000;
/** Seconds a token lives, if nothing else is asked for. */
const DAY = 86_400;

interface Federation {
  readonly provider?: AuthProvider;
  readonly subject?: string;
  /** Seconds. */
  readonly lifetime?: number;
  readonly options?: FederateToIdentityPoolOptions;
}

/** A client, the service behind a relay, and a user whom no test before has used. */
export interface Rig {
  readonly relay: Relay;
  readonly backend: Backend;
  readonly google: AuthProvider;
  readonly apple: AuthProvider;
  /** Requests of one exchange of an identity not known yet. */
  readonly whole: number;
  readonly user: string;
  auth(config?: Partial<AuthConfig>): Auth;
  /** A token of the user, by default. */
  token(provider: AuthProvider, subject?: string, lifetime?: number): Promise<string>;
  /** Federates the user with Google, by default. */
  federate(auth: Auth, federation?: Federation): Promise<FederateToIdentityPoolResult>;
  /** The inputs of the requests so far. */
  inputs(): readonly Relay['requests'][number]['input'][];
  /** Moves the clock. */
  pass(milliseconds: number): void;
  userPoolTokens(): Promise<UserPoolTokens>;
  /** A user pool in which the user is signed in. */
  userPool(): Promise<UserPoolSource>;
}

/** The rig of a suite: `open` starts the service, `renew` gives a test a user and a relay without a past. */
export interface RigOfSuite extends Rig {
  open(): Promise<void>;
  renew(): void;
  close(): Promise<void>;
}

export function createRig(start: () => Promise<Backend>): RigOfSuite {
  let backend: Backend;
  let relay: Relay;
  let users = 0;
  const rig: RigOfSuite = {
    get relay() {
      return relay;
    },
    get backend() {
      return backend;
    },
    get google() {
      return AuthProvider.custom(backend.providers[0]);
    },
    get apple() {
      return AuthProvider.custom(backend.providers[1]);
    },
    get whole() {
      return backend.protocol === 'daypass' ? 1 : 2;
    },
    get user() {
      return `user-${users}`;
    },
    auth: (config) =>
      createAuth({
        identityPoolId: backend.pools.withGuests,
        endpoint: relay.endpoint,
        protocol: backend.protocol,
        storage: memoryStorage(),
        ...config,
      }),
    token: async (provider, subject = rig.user, lifetime = DAY) =>
      backend.token(provider.loginKey, subject, lifetime),
    async federate(auth, { provider = rig.google, subject, lifetime, options = {} } = {}) {
      const token = await rig.token(provider, subject, lifetime);
      return auth.federateToIdentityPool({ token, provider, options });
    },
    inputs: () => relay.requests.map(({ input }) => input),
    pass: (milliseconds) => void vi.setSystemTime(Date.now() + milliseconds),
    userPoolTokens: async () => ({
      idToken: await backend.token(backend.providers[2], rig.user, DAY),
      accessToken: 'access',
    }),
    async userPool() {
      const tokens = await rig.userPoolTokens();
      return { getTokens: () => Promise.resolve(tokens) };
    },
    async open() {
      backend = await start();
      relay = await startRelay(backend.endpoint);
    },
    renew() {
      users++;
      relay.reset();
    },
    async close() {
      await relay.close();
      await backend.close();
    },
  };
  return rig;
}

/** A storage whose items can be looked at. */
export function itemStorage(): AuthStorage & { readonly items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key) => items.get(key),
    setItem: (key, value) => items.set(key, value),
    removeItem: (key) => items.delete(key),
  };
}
