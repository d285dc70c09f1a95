import { describe, expect, it } from 'vitest';
import {
  parseSignature,
  type SignatureFailure,
  type SignedHttpRequest,
  type VerificationKey,
  verifySignature,
} from './index.ts';
import {
  adding,
  body,
  key,
  now,
  plain,
  presigned,
  querying,
  reasonOf,
  replacing,
  signed,
  verify,
  withHeader,
} from './requests.fixture.ts';
import { sha256Hex } from './signing-key.ts';

describe('verifySignature', () => {
  it('accepts a request in both forms', () => {
    verify(signed());
    verify(presigned());
    verify(signed(plain, { sessionToken: 'token' }));
    verify(presigned({ sessionToken: 'a/b+c==' }));
  });

  it('accepts any of several services', () => {
    verify(signed(), { service: ['sts', 'dynamodb'] });
  });

  const token = { sessionToken: 'token' };
  const url = presigned();
  it.each<[string, SignedHttpRequest, Partial<VerificationKey>, SignatureFailure]>([
    ['another service', signed(), { service: ['sts', 'iam'] }, 'wrong-scope'],
    ['another region', signed(), { region: 'us-east-1' }, 'wrong-scope'],
    ['another secret key', signed(), { secretKey: 'other' }, 'mismatch'],
    ['a clock five minutes behind', signed(), { now: now + 300_001 }, 'skewed'],
    ['a clock five minutes ahead', signed(), { now: now - 300_001 }, 'skewed'],
    ['more skew than the parameter allows', signed(), { now: now + 2001, maxSkewSeconds: 2 }, 'skewed'],
    ['no clock', signed(), { now: Number.NaN }, 'skewed'],
    ['a URL after its time', url, { now: now + 600_001 }, 'expired'],
    ['a URL before its time', url, { now: now - 300_001 }, 'not-yet-valid'],
    ['a URL without a clock', url, { now: Number.NaN }, 'not-yet-valid'],
    ['host not signed', replacing(signed(), 'host;', ''), {}, 'unsigned-header'],
    [
      'host not signed in a URL',
      querying(url, 'SignedHeaders=host', 'SignedHeaders=date'),
      {},
      'unsigned-header',
    ],
    ['an x-amz header not signed', adding(signed(), ['X-Amz-Meta-A', 'a']), {}, 'unsigned-header'],
    ['an x-amz header not signed in a URL', adding(url, ['x-amz-acl', 'public-read']), {}, 'unsigned-header'],
    ['x-amz-date not signed', replacing(signed(), ';x-amz-date', ''), {}, 'unsigned-header'],
    [
      'a token not signed',
      replacing(signed(plain, token), ';x-amz-security-token', ''),
      {},
      'unsigned-header',
    ],
    ['a token added', adding(signed(), ['x-amz-security-token', 'token']), {}, 'unsigned-header'],
    [
      'a token changed',
      withHeader(signed(plain, token), 'x-amz-security-token', () => 'other'),
      {},
      'mismatch',
    ],
    [
      'a token left out',
      withHeader(signed(plain, token), 'x-amz-security-token', () => undefined),
      {},
      'mismatch',
    ],
    ['a signed header left out', withHeader(signed(), 'content-type', () => undefined), {}, 'mismatch'],
    ['a signed header sent twice', adding(signed(), ['content-type', 'text/plain']), {}, 'mismatch'],
    ['two hosts', adding(signed(), ['host', 'localhost:4100']), {}, 'mismatch'],
    ['a longer expiry', querying(url, 'Expires=600', 'Expires=601'), {}, 'mismatch'],
    ['a path with a character that is no byte', { ...signed(), path: '/\u0161' }, {}, 'malformed'],
    [
      'a header with a character that is no byte',
      withHeader(signed(), 'content-type', () => '\u0161'),
      {},
      'malformed',
    ],
  ])('refuses %s', (_, request, overrides, reason) => {
    expect(reasonOf(() => verify(request, overrides))).toBe(reason);
  });

  it.each([
    ['dynamodb', 300],
    ['s3', 900],
  ])('allows %s a skew of %i seconds, both ways', (service, seconds) => {
    const hash = sha256Hex(body);
    const request = signed(plain, { service }, hash);
    for (const skew of [-1000 * seconds, 1000 * seconds]) verify(request, { service, now: now + skew });
    expect(reasonOf(() => verify(request, { service, now: now + 1000 * seconds + 1 }))).toBe('skewed');
  });

  it('refuses another body', () => {
    expect(reasonOf(() => verify(signed(), {}, '{}'))).toBe('mismatch');
    const named = signed(adding(plain, ['x-amz-content-sha256', sha256Hex(body)]));
    verify(named);
    expect(reasonOf(() => verify(named, {}, '{}'))).toBe('content-sha256-mismatch');
  });

  it.each<[string, string, string, SignatureFailure | undefined]>([
    ['s3', 'UNSIGNED-PAYLOAD', 'UNSIGNED-PAYLOAD', undefined],
    ['s3', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', undefined],
    ['s3', sha256Hex(body), 'UNSIGNED-PAYLOAD', 'content-sha256-mismatch'],
    ['s3', 'SOME-NEW-PAYLOAD', 'SOME-NEW-PAYLOAD', 'malformed'],
    ['dynamodb', 'UNSIGNED-PAYLOAD', 'UNSIGNED-PAYLOAD', 'content-sha256-mismatch'],
  ])('for %s, a payload signed as %s and given as %s', (service, signedAs, given, reason) => {
    const request = signed(plain, { service }, signedAs);
    const parsed = parseSignature(request);
    if (parsed === undefined) throw new Error('no signature');
    expect(reasonOf(() => verifySignature(parsed, request, { ...key, service }, given))).toBe(reason);
  });

  it('never writes a secret or a signature into an error', () => {
    const request = signed(plain, token);
    try {
      verify(request, { secretKey: 'another-secret' });
    } catch (error) {
      const text = `${String(error)} ${JSON.stringify(error)}`;
      for (const secret of ['another-secret', 'token', parseSignature(request)?.signature ?? '']) {
        expect(text).not.toContain(secret);
      }
    }
    expect.assertions(3);
  });
});

describe('the path', () => {
  const path = (service: string, signedPath: string, sentPath: string): SignatureFailure | undefined => {
    const request = signed({ ...plain, path: signedPath }, { service });
    return reasonOf(() => verify({ ...request, path: sentPath }, { service }));
  };

  it.each<[string, string, string, boolean]>([
    ['s3', '/b/a%20b', '/b/a%20b', true],
    ['s3', '/b/a(b)', '/b/a%28b%29', true],
    ['s3', '/b/%c3%bc', '/b/%C3%BC', true],
    ['s3', '/b/%61', '/b/a', true],
    ['s3', '/b/a%2Fb', '/b/a/b', true],
    ['s3', '/b//a', '/b/a', false],
    ['s3', '/b/./a', '/b/a', false],
    ['s3', '/b/x/../a', '/b/a', false],
    ['s3', '/b/%2e%2e/a', '/b/a', false],
    ['s3', '/b/a%2520b', '/b/a%20b', false],
    ['s3', '/b/a+b', '/b/a%20b', false],
    ['dynamodb', '/a//b', '/a/b', true],
    ['dynamodb', '/a/./x/../b', '/a/b', true],
    ['dynamodb', '/../a', '/a', true],
    ['dynamodb', '/a/', '/a', false],
    ['dynamodb', '/a%2Fb', '/a/b', false],
    ['dynamodb', '/%61', '/a', false],
    ['dynamodb', '/a/%2e%2e/b', '/b', false],
  ])('%s: a signature for %s is one for %s: %s', (service, signedPath, sentPath, same) => {
    expect(path(service, signedPath, sentPath)).toBe(same ? undefined : 'mismatch');
    expect(path(service, signedPath, signedPath)).toBeUndefined();
  });

  it('is refused by S3 with a broken escape', () => {
    expect(path('s3', '/b/a', '/b/a%2')).toBe('malformed');
  });
});

describe('the query', () => {
  it.each([
    ['b=2&a=1', 'a=1&b=2', true],
    ['a=2&a=1', 'a=1&a=2', true],
    ['a', 'a=', true],
    ['a=1&', 'a=1', true],
    ['a=x+y', 'a=x%20y', true],
    ['a=%7e', 'a=~', true],
    ['a=x+y', 'a=x%2By', false],
    ['a=1&a=1', 'a=1', false],
    ['a=1%26b=2', 'a=1&b=2', false],
    ['a=%2531', 'a=%31', false],
    ['a=b=c', 'a%3Db=c', false],
  ])('a signature for %s is one for %s: %s', (signedQuery, sentQuery, same) => {
    const request = signed({ ...plain, query: signedQuery });
    expect(reasonOf(() => verify({ ...request, query: sentQuery }))).toBe(same ? undefined : 'mismatch');
  });
});
