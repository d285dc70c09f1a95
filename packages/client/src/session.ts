import type { AuthException } from './errors.ts';
import type { Credentials } from './machine.ts';

/** The tokens of a signed-in user-pool user. */
export interface UserPoolTokens {
  readonly idToken: string;
  readonly accessToken: string;
}

/** A part of a session: its value, or the error that stands in its place. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: AuthException };

export interface SessionOutcomes {
  readonly identityId: Outcome<string>;
  readonly credentials: Outcome<Credentials>;
  readonly tokens: Outcome<UserPoolTokens>;
  readonly userSub: Outcome<string>;
}

/**
 * What is known of the present user. Each part is a value or an error of its own, so that one that failed does not
 * hide the others: reading a failed part throws its error, `outcomes` holds them all without throwing.
 *
 * @example
 * ```ts
 * const { isSignedIn, outcomes } = await auth.fetchAuthSession();
 * if (outcomes.credentials.ok) use(outcomes.credentials.value);
 * else console.warn(outcomes.credentials.error.recoverySuggestion);
 * ```
 */
export class AuthSession {
  /** Whether somebody is signed in: a federated or a user-pool user, not a guest. */
  readonly isSignedIn: boolean;
  readonly outcomes: SessionOutcomes;

  constructor(isSignedIn: boolean, outcomes: SessionOutcomes) {
    this.isSignedIn = isSignedIn;
    this.outcomes = outcomes;
  }

  /** The identity in the pool; the same for every session of the same login. */
  get identityId(): string {
    return valueOrThrow(this.outcomes.identityId);
  }

  /** The temporary credentials of the identity's role. */
  get credentials(): Credentials {
    return valueOrThrow(this.outcomes.credentials);
  }

  /** The user-pool tokens; only a user-pool user has them. */
  get tokens(): UserPoolTokens {
    return valueOrThrow(this.outcomes.tokens);
  }

  /** The user-pool user's `sub`; only a user-pool user has one. */
  get userSub(): string {
    return valueOrThrow(this.outcomes.userSub);
  }
}

function valueOrThrow<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw outcome.error;
}
