import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { Clock } from '../clock.ts';
import type { PoolProviders } from './login.ts';

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
    return Math.floor(this.#now / 1000);
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

type SigningKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

/** An issuer of id tokens behind an override: discovery and JWKS over loopback, tokens as a test wants them. */
export class TestIssuer {
  readonly server: TestServer;
  readonly key: string;
  readonly clock: TestClock;
  readonly #privateKeys = new Map<string, SigningKey>();
  #published: JWK[] = [];
  jwksHeaders: Record<string, string> = { 'cache-control': 'public, max-age=3600' };

  static async start(key: string, clock: TestClock): Promise<TestIssuer> {
    const issuer = new TestIssuer(await TestServer.start(), key, clock);
    await issuer.addKey('first', 'RS256');
    issuer.server.json('/.well-known/openid-configuration', {
      issuer: `https://${key}`,
      jwks_uri: `https://${key}/jwks`,
    });
    return issuer;
  }

  private constructor(server: TestServer, key: string, clock: TestClock) {
    this.server = server;
    this.key = key;
    this.clock = clock;
    server.answers.set('/jwks', (_request, response) => {
      response.writeHead(200, this.jwksHeaders).end(JSON.stringify({ keys: this.#published }));
    });
  }

  get overrides(): ReadonlyMap<string, URL> {
    return new Map([[this.key, this.server.url]]);
  }

  get published(): readonly JWK[] {
    return this.#published;
  }

  publish(keys: JWK[]): void {
    this.#published = keys;
  }

  async addKey(keyId: string, algorithm: string, options: { curve?: string; publish?: boolean } = {}) {
    const { privateKey, publicKey } = await generateKeyPair(algorithm, {
      extractable: true,
      ...(options.curve === undefined ? {} : { crv: options.curve }),
    });
    this.#privateKeys.set(keyId, privateKey);
    const jwk = { ...(await exportJWK(publicKey)), kid: keyId, use: 'sig' };
    if (options.publish !== false) this.#published.push(jwk);
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
      iat: this.clock.seconds,
      exp: this.clock.seconds + 3600,
      ...claims,
    };
  }

  token(
    claims: JWTPayload = {},
    header: { kid?: string | undefined; alg?: string; signWith?: string; [name: string]: unknown } = {},
  ): Promise<string> {
    const { signWith, kid = 'first', alg = 'RS256', ...rest } = header;
    const signed = signWith ?? kid;
    const key = this.#privateKeys.get(signed);
    if (!key) throw new Error(`no key ${signed}`);
    const protectedHeader =
      'kid' in header && header.kid === undefined ? { alg, ...rest } : { alg, kid, ...rest };
    return new SignJWT(this.claims(claims)).setProtectedHeader(protectedHeader).sign(key);
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
