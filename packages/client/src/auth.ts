import type { AuthListener } from './events.ts';
import type { Credentials } from './machine.ts';
import type { AuthProvider } from './provider.ts';
import type { AuthSession } from './session.ts';

/** What to federate: the provider's own token, and which provider it is of. */
export interface FederateToIdentityPoolInput {
  readonly token: string;
  readonly provider: AuthProvider;
  readonly options?: FederateToIdentityPoolOptions;
}

export type FederateToIdentityPoolOptions = {
  /** The role to ask for, when the pool's role mapping leaves a choice. */
  readonly customRoleArn?: string;
} & (
  | {
      /** The identity to use instead of asking for the login's own: one that the app's backend knows. */
      readonly developerProvidedIdentityId?: string;
      readonly linkGuestIdentity?: never;
    }
  | {
      /** Turns the present guest's identity into the signed-in user's, so that what the guest made stays theirs. */
      readonly linkGuestIdentity?: boolean;
      readonly developerProvidedIdentityId?: never;
    }
);

export interface FederateToIdentityPoolResult {
  readonly identityId: string;
  readonly credentials: Credentials;
}

/** A signed-in user of a user pool. */
export interface AuthUser {
  readonly userId: string;
  readonly username: string;
}

/** The session of one identity pool; see {@link createAuth}. */
export interface Auth {
  /**
   * Exchanges an outside provider's token for an identity and temporary credentials.
   *
   * @throws InvalidAccountTypeException when no identity pool is configured
   * @throws InvalidStateException while a user-pool user is signed in
   * @throws NotAuthorizedException when the service refuses the token
   * @throws SignedOutException when the federation is cleared before it is done
   * @throws NetworkException when the service cannot be reached
   *
   * @example
   * ```ts
   * const { identityId } = await auth.federateToIdentityPool({ token: idToken, provider: AuthProvider.google });
   * ```
   */
  readonly federateToIdentityPool: (
    input: FederateToIdentityPoolInput,
  ) => Promise<FederateToIdentityPoolResult>;

  /**
   * The present session; credentials that expire within 10 seconds, or all with `forceRefresh`, are fetched again.
   * Who is not signed in gets a guest's session if the pool has guests. Parts that failed throw when they are read.
   *
   * @example
   * ```ts
   * const session = await auth.fetchAuthSession();
   * if (session.isSignedIn) show(session.identityId);
   * ```
   */
  readonly fetchAuthSession: (options?: { readonly forceRefresh?: boolean }) => Promise<AuthSession>;

  /**
   * Forgets the federation on this device; the provider's own session is the app's business. No request is made.
   *
   * @throws InvalidAccountTypeException when no identity pool is configured
   *
   * @example
   * ```ts
   * await auth.clearFederationToIdentityPool();
   * ```
   */
  readonly clearFederationToIdentityPool: () => Promise<void>;

  /**
   * The signed-in user-pool user.
   *
   * @throws InvalidStateException while federated: there is no user-pool user then
   * @throws SignedOutException when nobody is signed in
   *
   * @example
   * ```ts
   * const { username } = await auth.getCurrentUser();
   * ```
   */
  readonly getCurrentUser: () => Promise<AuthUser>;

  /**
   * Ends whatever session there is – federated, user pool or guest – and forgets its identity on this device.
   *
   * @example
   * ```ts
   * await auth.signOut();
   * ```
   */
  readonly signOut: () => Promise<void>;

  /**
   * Calls `listener` with every event of this session, other tabs' included, until the returned function is called.
   *
   * @example
   * ```ts
   * const stop = auth.on(({ type }) => type === 'sessionExpired' && showSignIn());
   * ```
   */
  readonly on: (listener: AuthListener) => () => void;

  /**
   * The `credentials` of any AWS SDK for JavaScript v3 client; refreshed five minutes before they expire.
   *
   * @throws the error of the session's `credentials` part
   *
   * @example
   * ```ts
   * const s3 = new S3Client({ region, credentials: auth.credentials });
   * ```
   */
  readonly credentials: (options?: {
    readonly forceRefresh?: boolean;
  }) => Promise<Credentials & { readonly identityId: string }>;
}
