/** What went wrong, in words for the player. The names are those of `@daypass/client` and of the AWS SDK. */
export function inWords(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  switch (name) {
    case 'AccessDenied':
    case 'AccessDeniedException':
      return 'Your pass does not open this door.';
    case 'SessionExpiredException':
    case 'ExpiredToken':
    case 'ExpiredTokenException':
      return 'Your pass has run out. Sign in again to go on.';
    case 'NetworkException':
    case 'TypeError':
      return 'The service cannot be reached. Is it still running?';
    case 'TooManyRequestsException':
      return 'Too many people at the door. Try again in a moment.';
    default:
      return `That did not work: ${message}`;
  }
}
