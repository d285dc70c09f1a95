import type { Auth } from './auth.ts';
import type { AuthConfig } from './config.ts';
import {
  type AuthException,
  asAuthException,
  clearedMeanwhile,
  federatedUser,
  nobodySignedIn,
  noIdentityPool,
  userPoolSession,
} from './errors.ts';
import { claimsOf } from './jwt.ts';
import { createKeeper } from './keeper.ts';
import * as transitions from './machine.ts';
import { credentialsOf, isFederation, type State } from './machine.ts';
import { AuthProvider } from './provider.ts';
import { createRenewal, isGoneOrOfAnother } from './renew.ts';
import { AuthSession, type Outcome, type UserPoolTokens } from './session.ts';
import { defaultStorage } from './storage/storage.ts';
import { connect } from './wire.ts';

/** Milliseconds of life below which credentials count as expired. */
const EXPIRY_BUFFER = 10_000;
/** Milliseconds of life below which those who use credentials for long get new ones, if there are any. */
const EARLY = 300_000;
/** Milliseconds between two early refreshes when the first has failed. */
const EARLY_PAUSE = 30_000;

/**
 * The session of an identity pool, its API named after Amplify's.
 *
 * @example
 * ```ts
 * const auth = createAuth({ identityPoolId: 'us-east-1:0a1b…', endpoint: 'https://id.example.com' });
 * await auth.federateToIdentityPool({ token, provider: AuthProvider.google });
 * const s3 = new S3Client({ region: 'us-east-1', credentials: auth.credentials });
 * ```
 */
export function createAuth(config: AuthConfig): Auth {
  const { identityPoolId, endpoint, userPool } = config;
  // Data of another pool, or of the same pool elsewhere, lies under another name and is never read.
  const name = `daypass.${identityPoolId}${endpoint ? `@${endpoint}` : ''}`;
  const keeper = createKeeper(config.storage ?? defaultStorage(), name, config.persistToken ?? true);
  const renewal = identityPoolId
    ? createRenewal(connect({ ...config, identityPoolId }), keeper, config)
    : undefined;
  let nextEarly = 0;

  const userTokens = async () => {
    try {
      return await userPool?.getTokens();
    } catch (error) {
      throw asAuthException(error);
    }
  };

  /** The state with credentials that live longer than `life` ms: from the store if it can be, from the pool if not. */
  const ensure = async (tokens: UserPoolTokens | undefined, life: number, force: boolean): Promise<State> => {
    if (!renewal) throw noIdentityPool();
    const userSub = tokens && subOf(tokens);
    const state = await keeper.load();
    if (!force && lifeOf(state, userSub) > life) return state;

    return keeper.share(`${userSub} ${life} ${force}`, async (from, signal) => {
      const left = lifeOf(from, userSub);
      if (!force && left > life) return from;
      const isUsable = !force && left > EXPIRY_BUFFER;
      try {
        if (tokens && userSub) return await renewal.signIn(from, tokens, userSub, signal);
        if (isFederation(from)) return await renewal.federateAgain(from, !isUsable, signal);
        const visitor = from.kind === 'userPool' ? await keeper.become(transitions.signOut(from)) : from;
        return await renewal.admitGuest(visitor);
      } catch (error) {
        if (!isUsable || signal.aborted || (await keeper.load()).kind === 'signedOut') throw error;
        nextEarly = Date.now() + EARLY_PAUSE;
        return from;
      }
    });
  };

  return {
    async federateToIdentityPool({ token, provider: { loginKey }, options = {} }) {
      if (!renewal) throw noIdentityPool();
      if (await userTokens()) throw userPoolSession();
      const { customRoleArn, developerProvidedIdentityId, linkGuestIdentity } = options;
      const login = { provider: loginKey, token, customRoleArn };
      const given = developerProvidedIdentityId ?? developerIdentityOf(loginKey, token);

      const state = await keeper.share(JSON.stringify([login, options]), (stored, signal) => {
        const from = stored.kind === 'userPool' ? transitions.signOut(stored) : stored;
        const identityId = given ?? identityFor(from, loginKey, linkGuestIdentity);
        return renewal.federate(from, login, identityId, given ? () => false : isGoneOrOfAnother, signal);
      });
      if (state.kind !== 'federated') throw clearedMeanwhile();
      return { identityId: state.identityId, credentials: state.credentials };
    },

    async fetchAuthSession({ forceRefresh = false } = {}) {
      let userError: AuthException | undefined;
      let error: AuthException | undefined;
      const tokens = await userTokens().catch((cause) => {
        userError = error = cause;
        return undefined;
      });
      const state = await (error ? keeper.load() : ensure(tokens, EXPIRY_BUFFER, forceRefresh)).catch(
        (cause) => {
          error = cause;
          return keeper.load();
        },
      );
      const userSub = tokens && subOf(tokens);
      const identityId =
        isOf(state, userSub) && 'identityId' in state && state.kind !== 'expired'
          ? state.identityId
          : undefined;
      const noUser = () => userError ?? (isFederation(state) ? federatedUser() : nobodySignedIn());
      const failed = () => error ?? nobodySignedIn();
      return new AuthSession(tokens !== undefined || state.kind === 'federated', {
        identityId: outcome(identityId, failed),
        credentials: outcome(error ? undefined : credentialsOf(state), failed),
        tokens: outcome(tokens, noUser),
        userSub: outcome(userSub, noUser),
      });
    },

    async clearFederationToIdentityPool() {
      if (!renewal) throw noIdentityPool();
      keeper.abandon();
      const state = await keeper.load();
      if (isFederation(state)) await keeper.become(transitions.clearFederation(state));
    },

    async getCurrentUser() {
      const tokens = await userTokens();
      if (tokens) {
        const userId = subOf(tokens);
        return { userId, username: String(claimsOf(tokens.idToken)['cognito:username'] ?? userId) };
      }
      throw isFederation(await keeper.load()) ? federatedUser() : nobodySignedIn();
    },

    async signOut() {
      keeper.abandon();
      const state = await keeper.load();
      if (state.kind !== 'signedOut') await keeper.become(transitions.signOut(state));
      await userPool?.signOut?.();
    },

    on: keeper.on,

    async credentials({ forceRefresh = false } = {}) {
      const tokens = await userTokens();
      const state = await ensure(tokens, Date.now() < nextEarly ? EXPIRY_BUFFER : EARLY, forceRefresh);
      const credentials = credentialsOf(state);
      if (!credentials || state.kind === 'signedOut') throw nobodySignedIn();
      return { ...credentials, identityId: state.identityId };
    },
  };
}

const subOf = ({ idToken }: UserPoolTokens) => String(claimsOf(idToken).sub);

/** Whether `state` is of the user-pool user signed in now, or, when there is none, of somebody else or a guest. */
const isOf = (state: State, userSub: string | undefined) =>
  (state.kind === 'userPool' ? state.userSub : undefined) === userSub;

/** Milliseconds the credentials of `state` live; none if they are not those of who is signed in now. */
function lifeOf(state: State, userSub: string | undefined): number {
  const expiration = isOf(state, userSub) ? credentialsOf(state)?.expiration : undefined;
  return expiration ? +expiration - Date.now() : 0;
}

/** The identity to ask for: the one the provider's last login had here, or the guest's if it is to be carried over. */
function identityFor(from: State, provider: string, linkGuestIdentity = false): string | undefined {
  if (from.kind === 'guest') return linkGuestIdentity ? from.identityId : undefined;
  return isFederation(from) && from.provider === provider ? from.identityId : undefined;
}

/** A developer's token is of one identity already, and `GetId` refuses it. */
function developerIdentityOf(provider: string, token: string): string | undefined {
  const sub = provider === AuthProvider.developer.loginKey ? claimsOf(token).sub : undefined;
  return typeof sub === 'string' ? sub : undefined;
}

function outcome<T>(value: T | undefined, otherwise: () => AuthException): Outcome<T> {
  return value === undefined ? { ok: false, error: otherwise() } : { ok: true, value };
}
