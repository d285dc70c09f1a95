import type { UserPoolTokens } from './session.ts';
import type { AuthStorage } from './storage/storage.ts';

/** What `createAuth` needs to know; everything but the identity pool has a default. */
export interface AuthConfig {
  /** The identity pool, `region:uuid`. */
  readonly identityPoolId?: string | undefined;
  /** The pool's AWS region; read from `identityPoolId` by default. Only AWS itself is found by it. */
  readonly region?: string | undefined;
  /** The URL of a Daypass server; AWS when absent. */
  readonly endpoint?: string | undefined;
  /** What `endpoint` speaks: `cognito` for one that knows only Cognito's own operations. Default `daypass`. */
  readonly protocol?: 'daypass' | 'cognito' | undefined;
  /** Where the session is kept; default `localStorage` in a browser and memory elsewhere. */
  readonly storage?: AuthStorage | undefined;
  /** `false` keeps the provider's token out of the storage: after a reload, expired credentials need a new token. */
  readonly persistToken?: boolean | undefined;
  /** `false` never asks for a guest's identity. */
  readonly allowGuestAccess?: boolean | undefined;
  /**
   * Asked for a new provider token when the one at hand is refused; `undefined` means that the user has to sign in
   * again, a rejection that it cannot be said now (the session is then kept). It must not wait for a call to the same
   * `Auth`, which waits for it.
   */
  readonly tokenProvider?: ((request: TokenRequest) => Promise<string | undefined>) | undefined;
  /** The user pool whose signed-in user is federated without being asked. */
  readonly userPool?: UserPoolSource | undefined;
}

/** Whose token is wanted: the login key of the provider and the identity it was federated to. */
export interface TokenRequest {
  readonly provider: string;
  readonly identityId: string;
}

/** A user pool as this library sees it: whose user is signed in now. */
export interface UserPoolSource {
  /** The signed-in user's present tokens, `undefined` when nobody is signed in. */
  getTokens(): Promise<UserPoolTokens | undefined>;
  /** Called by `Auth.signOut`. */
  signOut?(): Promise<void>;
}
