/**
 * A request exactly as it came over the wire, one character a byte, as `node:http` gives it in `method`, `url`
 * and `rawHeaders`. Anything decoded, merged or normalised before would no longer be what was signed.
 */
export interface SignedHttpRequest {
  readonly method: string;
  /** Raw, before `?`, still percent-encoded. */
  readonly path: string;
  /** Raw, without `?`; the empty string if there is none. */
  readonly query: string;
  /** In wire order, duplicates kept. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** The values of one header, in wire order; `name` in lower case. */
export function headerValues(request: SignedHttpRequest, name: string): string[] {
  const values: string[] = [];
  for (const [key, value] of request.headers) {
    if (key.length === name.length && key.toLowerCase() === name) values.push(value);
  }
  return values;
}

/** A header's value as it is signed: trimmed, and each run of white space one space. */
export function foldSpace(value: string): string {
  if (!/^[ \t]|[ \t]$|[\t\r\n]| {2}/.test(value)) return value;
  // Not `\s` nor `trim`, which also take characters that are bytes of UTF-8 here.
  return value.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '');
}
