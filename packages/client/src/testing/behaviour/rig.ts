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
import type { Relay } from '../relay.ts';

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

/** Where a suite takes place. */
export interface Scene {
  readonly backend: Pick<Backend, 'protocol' | 'pools' | 'providers' | 'token'>;
  /** In front of the service. */
  readonly relay: Relay;
  /** Told what time it is, where the service has a clock of its own. */
  readonly setTime?: (now: number) => void;
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
  readonly relay: Scene['relay'];
  readonly backend: Scene['backend'];
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
  /** Moves the clock, on from now or to a time. */
  pass(milliseconds: number): void;
  setTime(now: number): void;
  userPoolTokens(): Promise<UserPoolTokens>;
  /** A user pool in which the user is signed in. */
  userPool(): Promise<UserPoolSource>;
}

/** The rig of a suite: `renew` gives a test a user, a clock that is right, and a relay without a past. */
export interface RigOfSuite extends Rig {
  open(): Promise<void>;
  renew(): void;
  close(): Promise<void>;
}

export function createRig(start: () => Promise<Scene>): RigOfSuite {
  let scene: Scene;
  let users = 0;
  const rig: RigOfSuite = {
    get relay() {
      return scene.relay;
    },
    get backend() {
      return scene.backend;
    },
    get google() {
      return AuthProvider.custom(rig.backend.providers[0]);
    },
    get apple() {
      return AuthProvider.custom(rig.backend.providers[1]);
    },
    get whole() {
      return rig.backend.protocol === 'daypass' ? 1 : 2;
    },
    get user() {
      return `user-${users}`;
    },
    auth: (config) =>
      createAuth({
        identityPoolId: rig.backend.pools.withGuests,
        endpoint: rig.relay.endpoint,
        protocol: rig.backend.protocol,
        storage: memoryStorage(),
        ...config,
      }),
    token: async (provider, subject = rig.user, lifetime = DAY) =>
      rig.backend.token(provider.loginKey, subject, lifetime),
    async federate(auth, { provider = rig.google, subject, lifetime, options = {} } = {}) {
      const token = await rig.token(provider, subject, lifetime);
      return auth.federateToIdentityPool({ token, provider, options });
    },
    inputs: () => rig.relay.requests.map(({ input }) => input),
    pass: (milliseconds) => rig.setTime(Date.now() + milliseconds),
    setTime(now) {
      vi.setSystemTime(now);
      scene.setTime?.(now);
    },
    userPoolTokens: async () => ({
      idToken: await rig.backend.token(rig.backend.providers[2], rig.user, DAY),
      accessToken: 'access',
    }),
    async userPool() {
      const tokens = await rig.userPoolTokens();
      return { getTokens: () => Promise.resolve(tokens) };
    },
    async open() {
      scene = await start();
    },
    renew() {
      users++;
      scene.relay.reset();
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
      scene.setTime?.(Date.now());
    },
    async close() {
      await scene.close();
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
