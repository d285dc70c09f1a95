/** Temporary credentials of an IAM role; `expiration` is on this device's clock. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** What an exchange with the identity pool yields. */
export interface Exchange {
  readonly identityId: string;
  readonly credentials: Credentials;
}

/** What the app federated with: kept so that expired credentials can be fetched again. */
export interface Login {
  readonly provider: string;
  readonly token?: string | undefined;
  readonly customRoleArn?: string | undefined;
}

export interface SignedOut {
  readonly kind: 'signedOut';
}
/** A guest whose identity exists; without credentials when the service gave the identity only. */
export interface Guest {
  readonly kind: 'guest';
  readonly identityId: string;
  readonly credentials?: Credentials | undefined;
}
export interface Federated extends Login, Exchange {
  readonly kind: 'federated';
}
/** A federation whose token is no longer accepted; it never turns into a guest behind the app's back. */
export interface Expired extends Login {
  readonly kind: 'expired';
  readonly identityId: string;
}
export interface UserPool extends Exchange {
  readonly kind: 'userPool';
  readonly userSub: string;
}

/**
 * Whose session it is. Fetching and refreshing are no states of their own, for they are not kept: they are the one
 * exchange that runs, and every other tab sees the state before or after it.
 */
export type State = SignedOut | Guest | Federated | Expired | UserPool;

export const signedOut: SignedOut = { kind: 'signedOut' };

/** Whether `state` is of a federation, good or expired. */
export const isFederation = (state: State): state is Federated | Expired =>
  state.kind === 'federated' || state.kind === 'expired';

/** Whether `before` was a good federation of the same provider to the same identity. */
export const isSameFederation = (after: Federated, before: State | undefined): before is Federated =>
  before?.kind === 'federated' &&
  before.provider === after.provider &&
  before.identityId === after.identityId;

/** The credentials in `state`, if it has any. */
export const credentialsOf = (state: State): Credentials | undefined =>
  'credentials' in state ? state.credentials : undefined;

// Every legal transition, typed by the states it may start from: an illegal one does not compile.

/** A visitor becomes a guest, or a guest gets new credentials. */
export const admitGuest = (_from: SignedOut | Guest, identity: Omit<Guest, 'kind'>): Guest => ({
  ...identity,
  kind: 'guest',
});

/** A login was exchanged: by a visitor, a guest, or by who was federated before. */
export const federate = (_from: Exclude<State, UserPool>, login: Login, exchange: Exchange): Federated => ({
  ...login,
  ...exchange,
  kind: 'federated',
});

/** The login of a federation is no longer accepted. */
export const expire = ({ identityId, provider, customRoleArn }: Federated | Expired): Expired => ({
  kind: 'expired',
  identityId,
  provider,
  customRoleArn,
});

export const clearFederation = (_from: Federated | Expired): SignedOut => signedOut;

/** A user-pool user signed in: whatever was before ends. */
export const signIn = (_from: State, userSub: string, exchange: Exchange): UserPool => ({
  ...exchange,
  userSub,
  kind: 'userPool',
});

export const signOut = (_from: State): SignedOut => signedOut;
