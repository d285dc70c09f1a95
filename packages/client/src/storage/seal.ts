/** Bytes of an AES-GCM initialisation vector (NIST SP 800-38D, 8.2.1). */
const IV = 12;

/** `text` encrypted with an AES-GCM `key` and bound to `name`, as base64. */
export async function seal(key: CryptoKey, name: string, text: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV));
  const additionalData = new TextEncoder().encode(name);
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData },
    key,
    new TextEncoder().encode(text),
  );
  return btoa(Array.from([...iv, ...new Uint8Array(sealed)], (byte) => String.fromCharCode(byte)).join(''));
}

/** What `seal` encrypted; `undefined` when it was sealed with another key or under another name, or altered. */
export async function unseal(key: CryptoKey, name: string, sealed: string): Promise<string | undefined> {
  try {
    const bytes = Uint8Array.from(atob(sealed), (character) => character.charCodeAt(0));
    const additionalData = new TextEncoder().encode(name);
    const iv = bytes.subarray(0, IV);
    const text = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv, additionalData },
      key,
      bytes.subarray(IV),
    );
    return new TextDecoder().decode(text);
  } catch {
    return undefined;
  }
}
