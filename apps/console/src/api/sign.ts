/** An access key as its owner types it in. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
}

/** What is signed: every call of the console is a POST to `/` without a query. */
export interface Unsigned {
  readonly host: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** For what, and when. */
export interface Scope {
  readonly region: string;
  readonly service: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const algorithm = 'AWS4-HMAC-SHA256';

/**
 * The headers that sign a request with Signature Version 4, those given included. Uses WebCrypto, which browsers offer
 * on https and on localhost only. Source: IAM User Guide, "Create a signed AWS API request".
 */
export async function signedHeaders(
  { host, headers, body }: Unsigned,
  key: AccessKey,
  { region, service, now }: Scope,
): Promise<Record<string, string>> {
  const timestamp = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const sent: Record<string, string> = {
    ...headers,
    'x-amz-date': timestamp,
    ...(key.sessionToken !== undefined && { 'x-amz-security-token': key.sessionToken }),
  };
  const signed = Object.entries({ ...sent, host }).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const lines = signed.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}\n`).join('');
  const canonical = `POST\n/\n\n${lines}\n${names}\n${await sha256(body)}`;
  const scope = `${timestamp.slice(0, 8)}/${region}/${service}/aws4_request`;
  const toSign = `${algorithm}\n${timestamp}\n${scope}\n${await sha256(canonical)}`;

  let secret = utf8(`AWS4${key.secretAccessKey}`);
  for (const part of scope.split('/')) secret = await hmac(secret, part);
  const signature = hex(await hmac(secret, toSign));
  const credential = `${key.accessKeyId}/${scope}`;
  return {
    ...sent,
    authorization: `${algorithm} Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

type Bytes = Uint8Array<ArrayBuffer>;

async function hmac(secret: Bytes, text: string): Promise<Bytes> {
  const hash = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', secret, hash, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(text)));
}

async function sha256(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(text))));
}

function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

function hex(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
