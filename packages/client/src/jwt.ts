import { objectIn } from './json.ts';

/** The claims of a JWT, read and not verified: good for naming things, never for trusting them. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return objectIn(() => {
    const payload = (token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/');
    // The bytes are UTF-8, and React Native has no TextDecoder.
    return decodeURIComponent(escape(atob(payload)));
  });
}
