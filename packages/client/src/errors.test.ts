import { describe, expect, it } from 'vitest';
import {
  AuthException,
  asAuthException,
  InvalidParameterException,
  NetworkException,
  NotAuthorizedException,
  ServiceException,
  serviceException,
  TooManyRequestsException,
  UnknownException,
} from './errors.ts';

describe('serviceException', () => {
  it.each([
    ['NotAuthorizedException', NotAuthorizedException, 'NotAuthorizedException'],
    ['NotAuthorizedException:', NotAuthorizedException, 'NotAuthorizedException'],
    [
      'com.amazonaws.cognitoidentity#NotAuthorizedException',
      NotAuthorizedException,
      'NotAuthorizedException',
    ],
    [
      'NotAuthorizedException:http://internal.amazon.com/coral/',
      NotAuthorizedException,
      'NotAuthorizedException',
    ],
    ['TooManyRequestsException', TooManyRequestsException, 'TooManyRequestsException'],
    ['ValidationException', InvalidParameterException, 'ValidationException'],
    ['ExternalServiceException', ServiceException, 'ExternalServiceException'],
    ['', ServiceException, 'UnknownException'],
    ['constructor', ServiceException, 'constructor'],
  ])('reads %s', (type, Exception, name) => {
    const error = serviceException(type, 'words of the service', 400);
    expect(error.constructor).toBe(Exception);
    expect(error).toBeInstanceOf(AuthException);
    expect(error).toMatchObject({ name, message: 'words of the service', statusCode: 400 });
    expect(error.recoverySuggestion).toMatch(/\.$/);
  });
});

describe('asAuthException', () => {
  it('keeps an error of this library', () => {
    const error = new NetworkException('down', 'Wait.');
    expect(asAuthException(error)).toBe(error);
  });

  it.each([new Error('offline'), 'offline'])('wraps what a callback throws: %s', (cause) => {
    const error = asAuthException(cause);
    expect(error).toBeInstanceOf(UnknownException);
    expect(error).toMatchObject({ message: 'offline', cause });
  });
});
