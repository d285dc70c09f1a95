import { Buffer } from 'node:buffer';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type Clock, epochSeconds, systemClock } from '../clock.ts';

export interface TestProviderOptions {
  /**
   * The login key it stands for: an OpenID Connect issuer without `https://`, or `accounts.google.com`,
   * `appleid.apple.com`, `graph.facebook.com` (Limited Login), `cognito-idp.<region>.amazonaws.com/<user pool id>`.
   * Default `login.example.test`.
   */
  readonly key?: string;
  /** The client its tokens are issued to. Default `example`. */
  readonly clientId?: string;
  /** Default: the system's; give it the clock of the service. */
  readonly clock?: Clock;
}

/** An OpenID Connect issuer on loopback, which signs whatever claims a test wants. */
export interface TestProvider extends AsyncDisposable {
  readonly key: string;
  readonly clientId: string;
  /** Where it is reached: `providerOverrides: { [provider.key]: provider.url }`. */
  readonly url: string;
  /**
   * An id token of user `ada` that is valid for an hour, changed by `claims`; a claim that is undefined is left out.
   * Signed with ES256: making an RSA key takes longer than starting the service.
   */
  token(claims?: Readonly<Record<string, unknown>>): string;
  /**
   * Signs with a new key from now on and publishes only that one. The service asks for unknown keys once a minute, as
   * it would ask any provider.
   */
  rotate(): void;
  close(): Promise<void>;
}

interface Key {
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** As published. */
  readonly jwk: object;
}

const facebookKey = 'graph.facebook.com';

/** Login keys whose tokens only the provider itself can read. */
const opaque = ['www.amazon.com', 'api.twitter.com'];

const discoveryPath = '/.well-known/openid-configuration';
const keysPath = '/keys';
/** Where the providers that have no discovery keep their keys: Apple, user pools, Facebook's Limited Login. */
const keysPaths = [keysPath, '/auth/keys', '/.well-known/jwks.json', '/.well-known/oauth/openid/jwks/'];

/** Starts an issuer on a free port. Throws a `TypeError` for a login key whose tokens are no id tokens. */
export async function startTestProvider(options: TestProviderOptions = {}): Promise<TestProvider> {
  const { key = 'login.example.test', clientId = 'example', clock = systemClock } = options;
  if (opaque.includes(key) || key.startsWith('arn:'))
    throw new TypeError(`tokens of ${key} are no id tokens`);
  const issuer = `https://${key === facebookKey ? 'limited.facebook.com' : key}`;
  let made = 0;
  const newKey = (): Key => makeKey(`key-${++made}`);
  let current = newKey();

  const server = createServer(({ url }, response) => {
    const documents: Record<string, object> = {
      [discoveryPath]: { issuer, jwks_uri: `https://${key}${keysPath}` },
      ...Object.fromEntries(keysPaths.map((path) => [path, { keys: [current.jwk] }])),
    };
    const document = documents[url ?? ''];
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? {}));
  });
  const url = await listen(server);

  async function close(): Promise<void> {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }
  return {
    key,
    clientId,
    url,
    token(claims = {}) {
      const now = epochSeconds(clock);
      const usual = { iss: issuer, aud: clientId, sub: 'ada', iat: now, exp: now + 3600 };
      const ofUserPool = key.startsWith('cognito-idp.') ? { token_use: 'id' } : {};
      return signJwt({ ...usual, ...ofUserPool, ...claims }, current);
    },
    rotate() {
      current = newKey();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function makeKey(kid: string): Key {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' } };
}

/** JWS compact serialization (RFC 7515 §3.1) with ES256 (RFC 7518 §3.4). */
function signJwt(claims: object, { kid, privateKey }: Key): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'ES256', kid, typ: 'JWT' })}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return `http://127.0.0.1:${address.port}`;
}
