import { Buffer } from 'node:buffer';
import type { JWK } from 'jose';
import {
  encrypted,
  flipBit,
  inDer,
  pemOf,
  signedWithHmac,
  strayBits,
  withClaims,
  withHeader,
  withRawHeader,
  withSignature,
} from './forge.ts';
import { type TestClock, TestIssuer } from './issuer.ts';

/** A token that proves nothing, and what Cognito says to it. */
interface Attack {
  readonly name: string;
  readonly token: () => string | Promise<string>;
  readonly message: string | (() => string);
}

/** An issuer of users of client `game`, a stranger who would like to be it, and what the stranger tries. */
interface AttackedIssuer {
  readonly issuer: TestIssuer;
  readonly stranger: TestIssuer;
  readonly attacks: readonly Attack[];
  close(): Promise<unknown>;
}

export async function startAttackedIssuer(key: string, clock: TestClock): Promise<AttackedIssuer> {
  const issuer = await TestIssuer.start(key, clock);
  await issuer.addKey('p256', 'ES256');
  await issuer.addKey('p384', 'ES384');
  await issuer.addKey('only-rs256', 'PS256');
  issuer.publish(issuer.published.map((jwk) => (jwk.kid === 'only-rs256' ? { ...jwk, alg: 'RS256' } : jwk)));
  const stranger = await TestIssuer.start(key, clock);
  await stranger.addKey('stranger', 'RS256');
  return {
    issuer,
    stranger,
    attacks: attacksOn(issuer, stranger, clock),
    close: () => Promise.all([issuer.close(), stranger.close()]),
  };
}

const notAJwt = 'Invalid login token. Not a valid OpenId Connect identity token.';
const signature = "Invalid login token. Couldn't verify signed token.";
const foreignIssuer = "Invalid login token. Issuer doesn't match providerName";
const foreignAudience = 'Invalid login token. Incorrect token audience.';
const missing = (claim: string) => `Invalid login token. Missing a required claim: ${claim}`;

function attacksOn(issuer: TestIssuer, stranger: TestIssuer, clock: TestClock): readonly Attack[] {
  const { key } = issuer;
  const expired = (at: number) => `Invalid login token. Token expired: ${clock.seconds} >= ${at}`;

  function good(): Promise<string> {
    return issuer.token();
  }

  /** Signed with a key that is not the issuer's, although the header says so. */
  function strange(header: object = {}): Promise<string> {
    return stranger.token({}, { ...header, signWith: 'stranger' });
  }

  /** Correctly signed claims that no JWT library would write. */
  function raw(payload: string): Promise<string> {
    return issuer.sign(Buffer.from(payload));
  }

  function unknownKey(kid: string): Promise<string> {
    return issuer.token({}, { kid, signWith: 'first' });
  }

  function published(kid: string): JWK {
    return issuer.published.find((jwk) => jwk.kid === kid) ?? {};
  }

  async function hmacWith(secret: string | Buffer): Promise<string> {
    return signedWithHmac(withHeader(await good(), { alg: 'HS256', kid: 'first' }), secret);
  }

  return [
    // The header
    {
      name: 'alg none without signature',
      token: async () => withHeader(await good(), { alg: 'none' }, ''),
      message: signature,
    },
    {
      name: 'alg none with signature',
      token: async () => withHeader(await good(), { alg: 'none', kid: 'first' }),
      message: signature,
    },
    {
      name: 'alg nOnE',
      token: async () => withHeader(await good(), { alg: 'nOnE', kid: 'first' }, ''),
      message: signature,
    },
    {
      name: 'HS256 with the public key in PEM',
      token: () => hmacWith(pemOf(published('first'))),
      message: signature,
    },
    {
      name: 'HS256 with the modulus',
      token: () => hmacWith(Buffer.from(published('first').n ?? '', 'base64url')),
      message: signature,
    },
    {
      name: 'RS256 said to be PS256',
      token: async () => withHeader(await good(), { alg: 'PS256', kid: 'first' }),
      message: signature,
    },
    {
      name: 'PS256 by a key published for RS256',
      token: () => issuer.token({}, { alg: 'PS256', kid: 'only-rs256' }),
      message: signature,
    },
    {
      name: 'ES256 said to be by the RSA key',
      token: () => issuer.token({}, { alg: 'ES256', kid: 'first', signWith: 'p256' }),
      message: signature,
    },
    {
      name: 'ES384 said to be by the P-256 key',
      token: () => issuer.token({}, { alg: 'ES384', kid: 'p256', signWith: 'p384' }),
      message: signature,
    },
    {
      name: 'an algorithm nobody knows',
      token: async () => withHeader(await good(), { alg: 'RS1', kid: 'first' }),
      message: signature,
    },
    {
      name: 'an algorithm named like a method',
      token: async () => withHeader(await good(), { alg: 'constructor', kid: 'first' }),
      message: signature,
    },
    { name: 'no alg', token: async () => withHeader(await good(), { kid: 'first' }), message: notAJwt },
    {
      name: 'a crit extension',
      token: async () => withHeader(await good(), { alg: 'RS256', kid: 'first', crit: ['b64'], b64: false }),
      message: notAJwt,
    },
    {
      name: 'two algs',
      token: async () => withRawHeader(await good(), '{"alg":"RS256","alg":"none","kid":"first"}'),
      message: notAJwt,
    },
    // Keys that the token brings along
    { name: 'jwk', token: () => strange({ jwk: stranger.published[1] }), message: signature },
    { name: 'jku', token: () => strange({ jku: `${stranger.server.url}jwks` }), message: signature },
    { name: 'x5u', token: () => strange({ x5u: `${stranger.server.url}x5u` }), message: signature },
    { name: 'x5c', token: () => strange({ x5c: ['MIIB'] }), message: signature },
    { name: 'a kid that is a path', token: () => unknownKey('../../../../dev/null'), message: signature },
    { name: 'a kid that is SQL', token: () => unknownKey("' UNION SELECT 'key' --"), message: signature },
    {
      name: 'a kid that is a URL',
      token: () => unknownKey(`${stranger.server.url}jwks`),
      message: signature,
    },
    { name: 'a kid named like a property', token: () => unknownKey('__proto__'), message: signature },
    {
      name: 'no kid where several keys have the algorithm',
      token: () => issuer.token({}, { kid: undefined, signWith: 'first' }),
      message: signature,
    },
    // The shape
    { name: 'a JWE', token: () => encrypted(issuer.claims()), message: notAJwt },
    { name: 'an opaque token', token: () => 'EAAGm0PX4ZCpsBAKZCZA', message: notAJwt },
    { name: 'nothing but dots', token: () => '..', message: notAJwt },
    { name: 'a megabyte', token: () => `${'e'.repeat(500_000)}.${'e'.repeat(500_000)}.e`, message: notAJwt },
    {
      name: 'deep JSON',
      token: () => issuer.token({ deep: JSON.parse('['.repeat(20) + ']'.repeat(20)) }),
      message: notAJwt,
    },
    {
      name: 'two subs',
      token: () =>
        raw('{"iss":"https://login.example.test","sub":"alice","sub":"bob","aud":"game","exp":9999999999}'),
      message: notAJwt,
    },
    {
      name: 'two auds',
      token: () =>
        raw(
          '{"iss":"https://login.example.test","sub":"alice","aud":"game","\\u0061ud":"x","exp":9999999999}',
        ),
      message: notAJwt,
    },
    // The signature
    {
      name: 'a signature taken off',
      token: async () => (await good()).replace(/[^.]*$/, ''),
      message: signature,
    },
    {
      name: 'a signature and its dot taken off',
      token: async () => (await good()).replace(/\.[^.]*$/, ''),
      message: notAJwt,
    },
    {
      name: 'a signature of other bytes',
      token: async () =>
        `${(await good()).replace(/[^.]*$/, '')}${(await issuer.token({ sub: 'bob' })).replace(/.*\./, '')}`,
      message: signature,
    },
    { name: 'one flipped bit', token: async () => flipBit(await good()), message: signature },
    { name: 'a longer signature', token: async () => `${await good()}AAAA`, message: signature },
    {
      name: 'a longer ECDSA signature',
      token: async () => `${await issuer.token({}, { alg: 'ES256', kid: 'p256' })}AA`,
      message: signature,
    },
    { name: 'stray bits in the signature', token: async () => strayBits(await good()), message: notAJwt },
    {
      name: 'an ECDSA signature of zeros',
      token: async () =>
        withSignature(await issuer.token({}, { alg: 'ES256', kid: 'p256' }), Buffer.alloc(64)),
      message: signature,
    },
    {
      name: 'an ECDSA signature in DER',
      token: async () => inDer(await issuer.token({}, { alg: 'ES256', kid: 'p256' })),
      message: signature,
    },
    {
      name: 'another subject under the same signature',
      token: async () => withClaims(await good(), { sub: 'bob' }),
      message: signature,
    },
    { name: 'the key of a stranger under our kid', token: () => strange(), message: signature },
    // The issuer
    {
      name: 'an issuer with a trailing slash',
      token: () => issuer.token({ iss: `https://${key}/` }),
      message: foreignIssuer,
    },
    {
      name: 'an issuer in capitals',
      token: () => issuer.token({ iss: 'https://LOGIN.example.test' }),
      message: foreignIssuer,
    },
    {
      name: 'an issuer with user information',
      token: () => issuer.token({ iss: `https://${key}@evil.test` }),
      message: foreignIssuer,
    },
    {
      name: 'an issuer with our name in front',
      token: () => issuer.token({ iss: `https://${key}.evil.test` }),
      message: foreignIssuer,
    },
    {
      name: 'an issuer that looks alike',
      token: () => issuer.token({ iss: 'https://login.exаmple.test' }),
      message: foreignIssuer,
    },
    {
      name: 'an issuer over http',
      token: () => issuer.token({ iss: `http://${key}` }),
      message: foreignIssuer,
    },
    { name: 'an issuer without scheme', token: () => issuer.token({ iss: key }), message: foreignIssuer },
    {
      name: 'an issuer with a port',
      token: () => issuer.token({ iss: `https://${key}:443` }),
      message: foreignIssuer,
    },
    {
      name: 'several issuers',
      token: () => raw(`{"iss":["https://${key}"],"sub":"alice","aud":"game","exp":9999999999}`),
      message: foreignIssuer,
    },
    {
      name: 'no issuer',
      token: () => raw('{"sub":"alice","aud":"game","exp":9999999999}'),
      message: missing('iss'),
    },
    // The audience
    { name: 'another client', token: () => issuer.token({ aud: 'shop' }), message: foreignAudience },
    { name: 'a client in capitals', token: () => issuer.token({ aud: 'GAME' }), message: foreignAudience },
    {
      name: 'a stranger first, then us',
      token: () => issuer.token({ aud: ['shop', 'game'] }),
      message: foreignAudience,
    },
    {
      name: 'us first, then a stranger',
      token: () => issuer.token({ aud: ['game', 'shop'] }),
      message: foreignAudience,
    },
    {
      name: 'us as audience, a stranger as azp',
      token: () => issuer.token({ aud: 'game', azp: 'shop' }),
      message: foreignAudience,
    },
    {
      name: 'an azp that is no string',
      token: () => issuer.token({ azp: ['game'] }),
      message: foreignAudience,
    },
    { name: 'an empty azp', token: () => issuer.token({ azp: '' }), message: foreignAudience },
    {
      name: 'an audience that is an object',
      token: () => raw(`{"iss":"https://${key}","sub":"alice","aud":{"0":"game"},"exp":9999999999}`),
      message: foreignAudience,
    },
    {
      name: 'no audience',
      token: () => raw(`{"iss":"https://${key}","sub":"alice","exp":9999999999}`),
      message: missing('aud'),
    },
    { name: 'an empty audience', token: () => issuer.token({ aud: '' }), message: missing('aud') },
    { name: 'an empty list of audiences', token: () => issuer.token({ aud: [] }), message: missing('aud') },
    // The times
    {
      name: 'an expired token',
      token: () => issuer.token({ exp: clock.seconds - 1 }),
      message: () => expired(clock.seconds - 1),
    },
    {
      name: 'a token that expires now',
      token: () => issuer.token({ exp: clock.seconds }),
      message: () => expired(clock.seconds),
    },
    {
      name: 'exp as a string',
      token: () => raw(`{"iss":"https://${key}","sub":"alice","aud":"game","exp":"9999999999"}`),
      message: notAJwt,
    },
    {
      name: 'exp as a fraction',
      token: () => raw(`{"iss":"https://${key}","sub":"alice","aud":"game","exp":9999999999.5}`),
      message: notAJwt,
    },
    {
      name: 'exp beyond all integers',
      token: () => raw(`{"iss":"https://${key}","sub":"alice","aud":"game","exp":1e300}`),
      message: notAJwt,
    },
    {
      name: 'exp null',
      token: () => raw(`{"iss":"https://${key}","sub":"alice","aud":"game","exp":null}`),
      message: notAJwt,
    },
    {
      name: 'no exp',
      token: () => raw(`{"iss":"https://${key}","sub":"alice","aud":"game"}`),
      message: missing('exp'),
    },
    { name: 'nbf in the future', token: () => issuer.token({ nbf: clock.seconds + 301 }), message: notAJwt },
    { name: 'iat in the future', token: () => issuer.token({ iat: clock.seconds + 301 }), message: notAJwt },
    {
      name: 'nbf as a string',
      token: () => raw(`{"iss":"https://${key}","sub":"alice","aud":"game","exp":9999999999,"nbf":"0"}`),
      message: notAJwt,
    },
    // The subject
    {
      name: 'no subject',
      token: () => raw(`{"iss":"https://${key}","aud":"game","exp":9999999999}`),
      message: missing('sub'),
    },
    { name: 'an empty subject', token: () => issuer.token({ sub: '' }), message: notAJwt },
    {
      name: 'a subject that is a number',
      token: () => raw(`{"iss":"https://${key}","sub":1,"aud":"game","exp":9999999999}`),
      message: notAJwt,
    },
    {
      name: 'a subject of half a character',
      token: () => raw(`{"iss":"https://${key}","sub":"\\ud800","aud":"game","exp":9999999999}`),
      message: notAJwt,
    },
    {
      name: 'a subject with a null character',
      token: () => issuer.token({ sub: 'alice\0bob' }),
      message: notAJwt,
    },
    { name: 'a subject without end', token: () => issuer.token({ sub: 'a'.repeat(256) }), message: notAJwt },
  ];
}
