import type { AuthConfig } from './config.ts';
import {
  NotAuthorizedException,
  nobodySignedIn,
  ResourceConflictException,
  ResourceNotFoundException,
  sessionExpired,
} from './errors.ts';
import { claimsOf } from './jwt.ts';
import type { Keeper } from './keeper.ts';
import type { Exchange, Expired, Federated, Guest, Login, SignedOut, State, UserPool } from './machine.ts';
import * as transitions from './machine.ts';
import { AuthProvider } from './provider.ts';
import type { UserPoolTokens } from './session.ts';
import type { ExchangeRequest, IdentityPool } from './wire.ts';

type LoginWithToken = Login & { readonly token: string };

/** How a session gets credentials, by what it is now. */
export interface Renewal {
  /** A guest: of the known identity again, or of a new one. */
  admitGuest(from: SignedOut | Guest): Promise<State>;
  /** A login: of the identity asked for, and without it when `isReason` says that it was why the service refused. */
  federate(
    from: Exclude<State, UserPool>,
    login: LoginWithToken,
    identityId: string | undefined,
    isReason: (error: unknown) => boolean,
    signal: AbortSignal,
  ): Promise<State>;
  /** The last login: with the token at hand, then with the one of `tokenProvider`; without either it has expired. */
  federateAgain(from: Federated | Expired, mayExpire: boolean, signal: AbortSignal): Promise<State>;
  /** A user-pool user: with the ID token as login. */
  signIn(from: State, tokens: UserPoolTokens, userSub: string, signal: AbortSignal): Promise<State>;
}

export function createRenewal(
  pool: IdentityPool,
  keeper: Keeper,
  { allowGuestAccess = true, tokenProvider }: AuthConfig,
): Renewal {
  /** Asks with the known identity and, when that is the reason of a refusal, once more without it. */
  const exchange = (
    request: ExchangeRequest,
    isReason: (error: unknown) => boolean,
    ...how: [signal?: AbortSignal | undefined, onIdentity?: (identityId: string) => Promise<unknown>]
  ): Promise<Exchange> =>
    pool.exchange(request, ...how).catch((error) => {
      if (!request.identityId || !isReason(error)) throw error;
      return pool.exchange({ ...request, identityId: undefined }, ...how);
    });

  const renewal: Renewal = {
    async admitGuest(from) {
      if (!allowGuestAccess) throw nobodySignedIn();
      const keep = (guest: Omit<Guest, 'kind'>) => keeper.settle(from, transitions.admitGuest(from, guest));
      const request = from.kind === 'guest' ? { identityId: from.identityId } : {};
      try {
        return await keep(await exchange(request, isGone, undefined, (identityId) => keep({ identityId })));
      } catch (error) {
        throw error instanceof NotAuthorizedException ? nobodySignedIn(error) : error;
      }
    },

    async federate(from, login, identityId, isReason, signal) {
      const answer = await exchange(requestOf(login, identityId), isReason, signal);
      return keeper.settle(from, transitions.federate(from, login, answer), signal);
    },

    async federateAgain(from, mayExpire, signal) {
      const { provider, identityId, customRoleArn } = from;
      const stored = from.kind === 'federated' ? from.token : undefined;
      let refusal: unknown;
      for (const source of [() => stored, () => tokenProvider?.({ provider, identityId })]) {
        const token = await source();
        if (!token) continue;
        try {
          return await renewal.federate(from, { provider, token, customRoleArn }, identityId, isGone, signal);
        } catch (error) {
          if (!(error instanceof NotAuthorizedException)) throw error;
          refusal = error;
        }
      }
      if (mayExpire) await keeper.settle(from, transitions.expire(from), signal);
      throw sessionExpired(refusal);
    },

    async signIn(from, { idToken: token }, userSub, signal) {
      const known = from.kind === 'userPool' && from.userSub === userSub ? from.identityId : undefined;
      const { loginKey: provider } = AuthProvider.oidc('', String(claimsOf(token).iss));
      const answer = await exchange(requestOf({ provider, token }, known), isGone, signal);
      return keeper.settle(from, transitions.signIn(from, userSub, answer), signal);
    },
  };
  return renewal;
}

const requestOf = (
  { provider, token, customRoleArn }: LoginWithToken,
  identityId?: string,
): ExchangeRequest => ({
  identityId,
  logins: { [provider]: token },
  customRoleArn,
});

/** The identity was disabled by a merge, or deleted. */
const isGone = (error: unknown) =>
  (error instanceof NotAuthorizedException && /^Access to Identity /.test(error.message)) ||
  (error instanceof ResourceNotFoundException && /^Identity /.test(error.message));

/** The identity is gone, or another user of the same provider now signs in on this device. */
export const isGoneOrOfAnother = (error: unknown) =>
  isGone(error) ||
  (error instanceof NotAuthorizedException && /^Logins don't match/.test(error.message)) ||
  error instanceof ResourceConflictException;
