import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';

/** Claims as a test wants them; undefined leaves one out that would be there. */
type Claims = { readonly [name: string]: unknown };

/** An OpenID Connect issuer on loopback that signs whatever claims a test wants. */
export interface Issuer {
  /** Host of the issuer, which is also its login key. */
  readonly key: string;
  /** Where it is reached: the value of a provider override. */
  readonly url: string;
  /** How often its discovery document and its keys were asked for. */
  readonly fetches: { discovery: number; jwks: number };
  /** An ID token with sensible claims, changed by `claims`; a member set to undefined is left out. */
  token(claims?: Claims, header?: Record<string, unknown>): Promise<string>;
  /** Signs with a new key from now on and publishes only that one. */
  rotate(): Promise<void>;
  close(): Promise<void>;
}

interface Key {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: Record<string, unknown>;
}

async function newKey(kid: string): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
}

export async function startIssuer(key = 'login.example.test', audience = 'example-client'): Promise<Issuer> {
  let number = 1;
  let current = await newKey('key-1');
  const fetches = { discovery: 0, jwks: 0 };
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/.well-known/openid-configuration') {
      fetches.discovery++;
      response.end(JSON.stringify({ issuer: `https://${key}`, jwks_uri: `https://${key}/keys` }));
    } else if (request.url === '/keys' || request.url === '/.well-known/jwks.json') {
      fetches.jwks++;
      response.end(JSON.stringify({ keys: [current.jwk] }));
    } else {
      response.writeHead(404).end('{}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    key,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fetches,
    token(claims = {}, header = {}) {
      const now = Math.floor(Date.now() / 1000);
      const payload = {
        iss: `https://${key}`,
        aud: audience,
        sub: 'ada',
        iat: now,
        exp: now + 3600,
        ...claims,
      };
      return new SignJWT(payload)
        .setProtectedHeader({ alg: 'RS256', kid: current.kid, ...header })
        .sign(current.privateKey);
    },
    async rotate() {
      number++;
      current = await newKey(`key-${number}`);
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
