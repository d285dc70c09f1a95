import { describe, expect, it } from 'vitest';
import { inWords, isExpired } from './words.ts';

function named(name: string, message = 'x'): Error {
  return Object.assign(new Error(message), { name });
}

describe('inWords', () => {
  it.each([
    ['AccessDenied', 'Your pass does not open this door.'],
    ['AccessDeniedException', 'Your pass does not open this door.'],
    ['SessionExpiredException', 'Your pass has run out. Sign in again to go on.'],
    ['ExpiredToken', 'Your pass has run out. Sign in again to go on.'],
    ['NetworkException', 'The service cannot be reached. What you build is kept on this device.'],
    ['TypeError', 'The service cannot be reached. What you build is kept on this device.'],
    ['TooManyRequestsException', 'Too many people at the door. Try again in a moment.'],
    ['ValidationException', 'That did not work: x'],
  ])('explains %s', (name, words) => {
    expect(inWords(named(name))).toBe(words);
  });

  it('explains what is not even an error', () => {
    expect(inWords('no')).toBe('That did not work: no');
  });
});

describe('isExpired', () => {
  it.each([
    ['ExpiredTokenException', true],
    ['AccessDenied', false],
  ])('%s: %s', (name, expired) => {
    expect(isExpired(named(name))).toBe(expired);
  });
});
