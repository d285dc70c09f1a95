import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CompactSign, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { type Clock, epochSeconds } from '../../clock.ts';
import type { PoolProviders } from '../login.ts';

/** A clock that stands until a test moves it. */
export class TestClock implements Clock {
  #now: number;

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  get seconds(): number {
    return epochSeconds(this);
  }

  advance(seconds: number): void {
    this.#now += seconds * 1000;
  }
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A loopback HTTP server whose answers a test gives path by path, and which counts what it was asked. */
export class TestServer {
  readonly answers = new Map<string, Answer>();
  readonly requests: string[] = [];
  readonly #server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    this.requests.push(path);
    const answer = this.answers.get(path);
    if (answer) answer(request, response);
    else response.writeHead(404).end();
  });

  static async start(): Promise<TestServer> {
    const server = new TestServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  json(path: string, body: unknown, headers: Record<string, string> = {}): void {
    this.answers.set(path, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

/** Making RSA keys is slow: issuers of one test file share those with the same id and algorithm. */
const madeKeys = new Map<string, Promise<KeyPair>>();

function makeKeyPair(keyId: string, algorithm: string): Promise<KeyPair> {
  const name = `${keyId} ${algorithm}`;
  let made = madeKeys.get(name);
  if (!made) {
    made = generateKeyPair(algorithm, { extractable: true });
    madeKeys.set(name, made);
  }
  return made;
}

/** An issuer of id tokens behind an override: discovery and JWKS over loopback, tokens as a test wants them. */
export class TestIssuer {
  readonly server: TestServer;
  readonly key: string;
  readonly clock: Clock;
  readonly #privateKeys = new Map<string, KeyPair['privateKey']>();
  #published: JWK[] = [];
  jwksHeaders: Record<string, string> = { 'cache-control': 'public, max-age=3600' };

  static async start(key: string, clock: Clock): Promise<TestIssuer> {
    const issuer = new TestIssuer(await TestServer.start(), key, clock);
    await issuer.addKey('first', 'RS256');
    issuer.server.json('/.well-known/openid-configuration', {
      issuer: `https://${key}`,
      jwks_uri: new URL('/jwks', `https://${key}`).href,
    });
    return issuer;
  }

  private constructor(server: TestServer, key: string, clock: Clock) {
    this.server = server;
    this.key = key;
    this.clock = clock;
    this.publishAt('/jwks');
  }

  get overrides(): ReadonlyMap<string, URL> {
    return new Map([[this.key, this.server.url]]);
  }

  get published(): readonly JWK[] {
    return this.#published;
  }

  publishAt(path: string): void {
    this.server.answers.set(path, (_request, response) => {
      response.writeHead(200, this.jwksHeaders).end(JSON.stringify({ keys: this.#published }));
    });
  }

  publish(keys: JWK[]): void {
    this.#published = keys;
  }

  async addKey(keyId: string, algorithm: string): Promise<JWK> {
    const { privateKey, publicKey } = await makeKeyPair(keyId, algorithm);
    this.#privateKeys.set(keyId, privateKey);
    const jwk = { ...(await exportJWK(publicKey)), kid: keyId, use: 'sig' };
    this.#published.push(jwk);
    return jwk;
  }

  removeKey(keyId: string): void {
    this.#published = this.#published.filter(({ kid }) => kid !== keyId);
  }

  claims(claims: JWTPayload = {}): JWTPayload {
    return {
      iss: `https://${this.key}`,
      sub: 'alice',
      aud: 'game',
      iat: epochSeconds(this.clock),
      exp: epochSeconds(this.clock) + 3600,
      ...claims,
    };
  }

  /** A token with these claims over the usual ones; `signWith` names a key other than `kid` does. */
  token(
    claims: JWTPayload = {},
    {
      alg = 'RS256',
      signWith,
      ...header
    }: { alg?: string; signWith?: string; [member: string]: unknown } = {},
  ): Promise<string> {
    const protectedHeader = { alg, kid: 'first', ...header };
    return new SignJWT(this.claims(claims))
      .setProtectedHeader(protectedHeader)
      .sign(this.#privateKey(signWith ?? protectedHeader.kid));
  }

  /** Signs `payload` as it is with the first key. */
  sign(payload: Uint8Array): Promise<string> {
    return new CompactSign(payload)
      .setProtectedHeader({ alg: 'RS256', kid: 'first' })
      .sign(this.#privateKey('first'));
  }

  #privateKey(keyId: string): KeyPair['privateKey'] {
    const key = this.#privateKeys.get(keyId);
    if (!key) throw new Error(`no key ${keyId}`);
    return key;
  }

  close(): Promise<void> {
    return this.server.close();
  }
}

/** A pool that accepts nothing but what `providers` names. */
export function pool(providers: Partial<PoolProviders> = {}): PoolProviders {
  return {
    supportedLoginProviders: {},
    openIdConnectProviders: [],
    cognitoIdentityProviders: [],
    samlProviders: [],
    ...providers,
  };
}
