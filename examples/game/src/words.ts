/** What went wrong, in words for the player. The names are those of `@daypass/client` and of the AWS SDK. */
export function inWords(error: unknown): string {
  if (isExpired(error)) return 'Your pass has run out. Sign in again to go on.';
  if (isUnreachable(error)) return 'The service cannot be reached. What you build is kept on this device.';
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  switch (name) {
    case 'AccessDenied':
    case 'AccessDeniedException':
      return 'Your pass does not open this door.';
    case 'TooManyRequestsException':
      return 'Too many people at the door. Try again in a moment.';
    default:
      return `That did not work: ${message}`;
  }
}

/** Whether there was no answer at all. `fetch` says so with a `TypeError`. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof Error && ['NetworkException', 'TypeError', 'TimeoutError'].includes(error.name);
}

/** Whether somebody was signed in and is no longer. */
export function isExpired(error: unknown): boolean {
  return (
    error instanceof Error &&
    ['SessionExpiredException', 'ExpiredToken', 'ExpiredTokenException'].includes(error.name)
  );
}
