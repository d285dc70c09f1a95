/** What a JSON Web Token says of itself; nothing of it is verified. Undefined for any other kind of token. */
export function readClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  const [, payload = '', signature] = token.split('.');
  if (signature === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
      character.charCodeAt(0),
    );
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isObject(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}

/** The login key a token would be sent under: its issuer without the scheme. */
export function loginKeyOf(token: string): string | undefined {
  const issuer = readClaims(token)?.iss;
  return typeof issuer === 'string' ? issuer.replace(/^https:\/\//, '').replace(/\/$/, '') : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
