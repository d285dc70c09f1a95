/**
 * The root of every error this library throws; `recoverySuggestion` says what the app can do about it.
 *
 * @example
 * ```ts
 * const federated = auth.federateToIdentityPool({ token, provider: AuthProvider.google });
 * federated.catch((error) => error instanceof NotAuthorizedException && showSignIn(error.message));
 * ```
 */
export abstract class AuthException extends Error {
  abstract override readonly name: string;
  readonly recoverySuggestion: string;

  constructor(message: string, recoverySuggestion: string, cause?: unknown) {
    super(message, cause ? { cause } : undefined);
    this.recoverySuggestion = recoverySuggestion;
  }
}

/** The configuration has no identity pool (or no user pool) for what was asked. */
export class InvalidAccountTypeException extends AuthException {
  override readonly name = 'InvalidAccountTypeException';
}

/** The call is not possible in the present state, for example a federation while a user-pool user is signed in. */
export class InvalidStateException extends AuthException {
  override readonly name = 'InvalidStateException';
}

/** Nobody is signed in, and the part asked for needs somebody. */
export class SignedOutException extends AuthException {
  override readonly name = 'SignedOutException';
}

/** The provider's token is no longer accepted: a new one is needed. */
export class SessionExpiredException extends AuthException {
  override readonly name = 'SessionExpiredException';
}

/** The service could not be reached, or did not answer in time. */
export class NetworkException extends AuthException {
  override readonly name = 'NetworkException';
}

/** Something outside this library failed: a `tokenProvider`, a user pool, an answer nobody can read. */
export class UnknownException extends AuthException {
  override readonly name = 'UnknownException';
}

/** The service answered with an error; `name` is the service's error type and `message` its words. */
export class ServiceException extends AuthException {
  override readonly name: string;
  readonly statusCode: number;

  constructor(message: string, recoverySuggestion: string, name: string, statusCode: number) {
    super(message, recoverySuggestion);
    this.name = name;
    this.statusCode = statusCode;
  }
}

/** The service refuses the login, the identity or the guest. */
export class NotAuthorizedException extends ServiceException {}
/** The identity pool or the identity does not exist. */
export class ResourceNotFoundException extends ServiceException {}
/** The login already belongs to another identity. */
export class ResourceConflictException extends ServiceException {}
/** The service is throttling; the call was already repeated with growing pauses. */
export class TooManyRequestsException extends ServiceException {}
/** An argument is not what the service expects. */
export class InvalidParameterException extends ServiceException {}
/** The pool has no role for this caller, or the role's trust policy refuses the pool. */
export class InvalidIdentityPoolConfigurationException extends ServiceException {}

/** The class of each type, and what can be done about it; a Map, for the names come from outside. */
const known = new Map<string, [Exception: typeof ServiceException, suggestion?: string]>([
  ['NotAuthorizedException', [NotAuthorizedException, 'Check provider, audience and expiry.']],
  ['ResourceNotFoundException', [ResourceNotFoundException, 'Check identityPoolId and endpoint.']],
  ['ResourceConflictException', [ResourceConflictException, 'Federate without linking.']],
  ['TooManyRequestsException', [TooManyRequestsException, 'Try again later.']],
  ['InvalidParameterException', [InvalidParameterException]],
  ['ValidationException', [InvalidParameterException]],
  [
    'InvalidIdentityPoolConfigurationException',
    [InvalidIdentityPoolConfigurationException, 'Check the roles and their trust.'],
  ],
]);

/** The error of an answer of the service: `type` as in `__type`, which may carry a namespace or a trailing colon. */
export function serviceException(type: string, message: string, statusCode: number): ServiceException {
  const name = /(\w+)(:|$)/.exec(type)?.[1] ?? 'UnknownException';
  const [Exception, suggestion = 'See the message.'] = known.get(name) ?? [ServiceException];
  return new Exception(message, suggestion, name, statusCode);
}

/** `error` as one of this library's: what callbacks of the app throw becomes the cause of an {@link UnknownException}. */
export function asAuthException(error: unknown): AuthException {
  if (error instanceof AuthException) return error;
  const { message = error } = Object(error);
  return new UnknownException(String(message), 'See `cause`.', error);
}

export const noIdentityPool = () =>
  new InvalidAccountTypeException('No identity pool is configured.', 'Pass identityPoolId.');

export const nobodySignedIn = (cause?: unknown) =>
  new SignedOutException('No user is signed in.', 'Federate, or allow guests in the pool.', cause);

export const clearedMeanwhile = () =>
  new SignedOutException('The session was cleared meanwhile.', 'Federate again.');

export const userPoolSession = () =>
  new InvalidStateException('Cannot federate to identity pool with active user session.', 'Sign out first.');

export const federatedUser = () =>
  new InvalidStateException(
    'Users federated to Identity Pools do not have User Pool access.',
    'Clear the federation first.',
  );

export const sessionExpired = (cause?: unknown) =>
  new SessionExpiredException('The session has expired.', 'Federate again with a new token.', cause);
