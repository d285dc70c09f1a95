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
import {
  type Exchange,
  type Expired,
  type Federated,
  type Guest,
  type Login,
  type SignedOut,
  type State,
  transitions,
} from './machine.ts';
import { AuthProvider } from './provider.ts';
import type { UserPoolTokens } from './session.ts';
import type { ExchangeRequest, IdentityPool } from './wire.ts';

/** How a session gets new credentials, by what it is now. */
export interface Renewal {
  /** A guest: the known identity again, or a new one. */
  admitGuest(from: SignedOut | Guest): Promise<State>;
  /** A federated user: with the token at hand, then with the one of `tokenProvider`; without either it has expired. */
  federateAgain(from: Federated | Expired, mayExpire: boolean, signal: AbortSignal): Promise<State>;
  /** A user-pool user: federated with the ID token. */
  signIn(from: State, tokens: UserPoolTokens, userSub: string, signal: AbortSignal): Promise<State>;
}

export function createRenewal(
  pool: IdentityPool,
  keeper: Keeper,
  { allowGuestAccess = true, tokenProvider }: AuthConfig,
): Renewal {
  return {
    async admitGuest(from) {
      if (!allowGuestAccess) throw nobodySignedIn();
      const keep = (guest: Omit<Guest, 'kind'>) => keeper.settle(from, transitions.admitGuest(from, guest));
      const onIdentity = async (identityId: string) => void (await keep({ identityId }));
      const request = from.kind === 'guest' ? { identityId: from.identityId } : {};
      try {
        return await keep(
          await exchange(request, isGone, (ask) => pool.exchange(ask, undefined, onIdentity)),
        );
      } catch (error) {
        throw error instanceof NotAuthorizedException ? nobodySignedIn(error) : error;
      }
    },

    async federateAgain(from, mayExpire, signal) {
      const { provider, identityId, customRoleArn } = from;
      const stored = from.kind === 'federated' ? from.token : undefined;
      let refusal: NotAuthorizedException | undefined;
      for (const source of [() => stored, () => tokenProvider?.({ provider, identityId })]) {
        const token = await source();
        if (!token) continue;
        const login = { provider, token, ...(customRoleArn && { customRoleArn }) };
        try {
          const answer = await exchange(requestOf(login, identityId), isGone, (ask) =>
            pool.exchange(ask, signal),
          );
          return await keeper.settle(from, transitions.federate(from, login, answer), signal);
        } catch (error) {
          if (!(error instanceof NotAuthorizedException)) throw error;
          refusal = error;
        }
      }
      if (mayExpire) await keeper.settle(from, transitions.expire(from), signal);
      throw sessionExpired(refusal);
    },

    async signIn(from, { idToken }, userSub, signal) {
      const known = from.kind === 'userPool' && from.userSub === userSub ? from.identityId : undefined;
      const provider = AuthProvider.oidc('', String(claimsOf(idToken).iss)).loginKey;
      const request = requestOf({ provider, token: idToken }, known);
      const answer = await exchange(request, isGone, (ask) => pool.exchange(ask, signal));
      return keeper.settle(from, transitions.signIn(from, userSub, answer), signal);
    },
  };
}

export function requestOf(
  { provider, token = '', customRoleArn }: Login,
  identityId?: string,
): ExchangeRequest {
  return {
    logins: { [provider]: token },
    ...(identityId && { identityId }),
    ...(customRoleArn && { customRoleArn }),
  };
}

/** Asks with the known identity and, when that is the reason of a refusal, once more without it. */
export async function exchange(
  request: ExchangeRequest,
  isReason: (error: unknown) => boolean,
  send: (request: ExchangeRequest) => Promise<Exchange>,
): Promise<Exchange> {
  try {
    return await send(request);
  } catch (error) {
    const { identityId, ...withoutIdentity } = request;
    if (identityId === undefined || !isReason(error)) throw error;
    return send(withoutIdentity);
  }
}

/** The identity was disabled by a merge, or deleted. */
const isGone = (error: unknown) =>
  (error instanceof NotAuthorizedException && /^Access to Identity /.test(error.message)) ||
  (error instanceof ResourceNotFoundException && /^Identity /.test(error.message));

/** The identity is gone, or another user of the same provider now signs in on this device. */
export const isGoneOrOfAnother = (error: unknown) =>
  isGone(error) ||
  (error instanceof NotAuthorizedException && /^Logins don't match/.test(error.message)) ||
  error instanceof ResourceConflictException;
