export type {
  Auth,
  AuthUser,
  FederateToIdentityPoolInput,
  FederateToIdentityPoolOptions,
  FederateToIdentityPoolResult,
} from './auth.ts';
export type { AuthConfig, TokenRequest, UserPoolSource } from './config.ts';
export { createAuth } from './create-auth.ts';
export {
  AuthException,
  InvalidAccountTypeException,
  InvalidIdentityPoolConfigurationException,
  InvalidParameterException,
  InvalidStateException,
  NetworkException,
  NotAuthorizedException,
  ResourceConflictException,
  ResourceNotFoundException,
  ServiceException,
  SessionExpiredException,
  SignedOutException,
  TooManyRequestsException,
  UnknownException,
} from './errors.ts';
export type { AuthEvent, AuthListener } from './events.ts';
export type { Credentials } from './machine.ts';
export { AuthProvider } from './provider.ts';
export { AuthSession, type Outcome, type SessionOutcomes, type UserPoolTokens } from './session.ts';
export { type AuthStorage, memoryStorage } from './storage/storage.ts';
