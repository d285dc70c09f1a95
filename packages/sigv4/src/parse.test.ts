import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSignature, type SignatureFailure, type SignedHttpRequest } from './index.ts';
import {
  adding,
  now,
  plain,
  presigned,
  querying,
  reasonOf,
  replacing,
  signed,
  withHeader,
} from './requests.fixture.ts';

describe('parseSignature', () => {
  it('reads the header form', () => {
    expect(parseSignature(signed(plain, { sessionToken: 'token==' }))).toMatchObject({
      form: 'header',
      accessKeyId: 'AKIDEXAMPLE',
      scope: { date: '20261123', region: 'eu-west-1', service: 'dynamodb' },
      signedHeaders: ['content-type', 'host', 'x-amz-date', 'x-amz-security-token', 'x-amz-target'],
      timestamp: now,
      sessionToken: 'token==',
    });
  });

  it('reads the query form', () => {
    expect(parseSignature(presigned({ sessionToken: 'a/b+c==' }))).toMatchObject({
      form: 'query',
      signedHeaders: ['host'],
      expiresSeconds: 600,
      sessionToken: 'a/b+c==',
    });
  });

  it.each<[string, SignedHttpRequest]>([
    ['no credentials', plain],
    ['a bearer token', adding(plain, ['Authorization', 'Bearer abc'])],
  ])('is undefined for %s', (_, request) => {
    expect(parseSignature(request)).toBeUndefined();
  });

  it('takes the Date header where there is no x-amz-date', () => {
    for (const date of ['Mon, 23 Nov 2026 12:00:00 GMT', '20261123T120000Z']) {
      const request = adding(
        withHeader(signed(), 'x-amz-date', () => undefined),
        ['Date', date],
      );
      expect(parseSignature(request)).toMatchObject({ timestamp: now });
    }
  });

  const header = signed();
  const url = presigned();
  it.each<[string, SignedHttpRequest, SignatureFailure]>([
    [
      'Signature Version 2',
      adding(plain, ['Authorization', 'AWS AKIDEXAMPLE:c2lnbmF0dXJl']),
      'unsupported-algorithm',
    ],
    ['Signature Version 4A', replacing(header, 'HMAC-SHA256', 'ECDSA-P256-SHA256'), 'unsupported-algorithm'],
    ['a scheme in lower case', replacing(header, 'AWS4', 'aws4'), 'unsupported-algorithm'],
    ['two Authorization headers', adding(header, ['authorization', 'Bearer abc']), 'ambiguous'],
    ['no Credential', replacing(header, /Credential=\S+, /, ''), 'incomplete'],
    ['no SignedHeaders', replacing(header, /SignedHeaders=\S+, /, ''), 'incomplete'],
    ['no Signature', replacing(header, /, Signature=.*/, ''), 'incomplete'],
    ['an empty Signature', replacing(header, /Signature=.*/, 'Signature='), 'incomplete'],
    ['two Signatures', replacing(header, /(Signature=.*)/, '$1, $1'), 'ambiguous'],
    ['an unknown part', replacing(header, 'Signature', 'Foo=1, Signature'), 'malformed'],
    ['a short signature', replacing(header, /.$/, ''), 'malformed'],
    [
      'a signature in capitals',
      replacing(header, /Signature=.*/, `Signature=${'A'.repeat(64)}`),
      'malformed',
    ],
    ['a scope of four parts', replacing(header, '/eu-west-1', ''), 'malformed'],
    ['a scope of six parts', replacing(header, '/eu-west-1', '/eu-west-1/x'), 'malformed'],
    ['another end of the scope', replacing(header, 'aws4_request', 'aws4_response'), 'malformed'],
    ['a scope of another day', replacing(header, '20261123/', '20261122/'), 'wrong-scope'],
    ['unsorted signed headers', replacing(header, 'content-type;host', 'host;content-type'), 'malformed'],
    ['a signed header twice', replacing(header, 'host;', 'host;host;'), 'malformed'],
    ['a signed header in capitals', replacing(header, ';host', ';Host'), 'malformed'],
    ['no date', withHeader(header, 'x-amz-date', () => undefined), 'incomplete'],
    ['a date that is none', withHeader(header, 'x-amz-date', () => '20261132T120000Z'), 'malformed'],
    ['a date with dashes', withHeader(header, 'x-amz-date', () => '2026-11-23T12:00:00Z'), 'malformed'],
    ['two dates', adding(header, ['X-Amz-Date', '20261123T120000Z']), 'ambiguous'],
    ['two tokens', adding(header, ['X-Amz-Security-Token', 'a'], ['x-amz-security-token', 'b']), 'ambiguous'],
    ['header and query', { ...header, query: url.query }, 'ambiguous'],
    ['a token in the query of a header form', { ...header, query: 'X-Amz-Security-Token=a' }, 'ambiguous'],
    ['a hash in the query of a header form', { ...header, query: 'X-Amz-Content-Sha256=a' }, 'ambiguous'],
    ['any Authorization beside the query', adding(url, ['Authorization', 'Bearer abc']), 'ambiguous'],
    ['a token header beside the query', adding(url, ['x-amz-security-token', 'a']), 'ambiguous'],
    [
      'a URL with Signature Version 2',
      { ...plain, query: 'AWSAccessKeyId=AKID&Signature=a' },
      'unsupported-algorithm',
    ],
    ['another algorithm', querying(url, 'AWS4-HMAC', 'AWS4-ECDSA'), 'unsupported-algorithm'],
    ['a URL without signature', querying(url, /&X-Amz-Signature=.*/, ''), 'incomplete'],
    ['a URL without algorithm', querying(url, /X-Amz-Algorithm=[^&]*&/, ''), 'incomplete'],
    ['a URL without expiry', querying(url, /&X-Amz-Expires=\d+/, ''), 'incomplete'],
    ['a URL without date', querying(url, /&X-Amz-Date=[^&]+/, ''), 'incomplete'],
    ['a URL with a date that is none', querying(url, '20261123T12', '20261123T25'), 'malformed'],
    [
      'a URL with two hashes',
      querying(url, /^/, 'X-Amz-Content-Sha256=a&x-amz-content-sha256=a&'),
      'ambiguous',
    ],
    [
      'a URL with another hash than its header',
      adding(querying(url, /^/, 'X-Amz-Content-Sha256=a&'), ['x-amz-content-sha256', 'b']),
      'ambiguous',
    ],
    ['a URL with a signature twice', querying(url, /(&X-Amz-Signature=.*)/, '$1$1'), 'ambiguous'],
    ['a signature twice, once encoded', querying(url, /(&X-)(Amz-Signature=.*)/, '$1$2&X%2D$2'), 'ambiguous'],
    ['a parameter in lower case', querying(url, 'X-Amz-Signature', 'x-amz-signature'), 'malformed'],
    [
      'a signature in two cases',
      querying(url, /(&X-Amz-Signature)(=.*)/, '$1$2&x-amz-signature$2'),
      'malformed',
    ],
    ['an expiry of zero', querying(url, 'Expires=600', 'Expires=0'), 'malformed'],
    ['a negative expiry', querying(url, 'Expires=600', 'Expires=-1'), 'malformed'],
    ['an expiry of more than seven days', querying(url, 'Expires=600', 'Expires=604801'), 'malformed'],
    ['a line feed in the scope', querying(url, 'eu-west-1', 'eu%0Awest-1'), 'malformed'],
    [
      'a line feed in a signed header',
      querying(url, 'SignedHeaders=host', 'SignedHeaders=host%0A'),
      'malformed',
    ],
    ['a broken escape', querying(url, 'x=1', 'x=%1'), 'malformed'],
  ])('refuses %s', (_, request, reason) => {
    expect(reasonOf(() => parseSignature(request))).toBe(reason);
  });

  it('requires x-amz-content-sha256 of S3', () => {
    const request = withHeader(signed(plain, { service: 's3' }), 'x-amz-content-sha256', () => undefined);
    expect(reasonOf(() => parseSignature(request))).toBe('incomplete');
  });

  it('throws nothing but SignatureError, whatever is sent', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9=&;,/% -]*$/));
    fc.assert(
      fc.property(text, text, text, (authorization, query, date) => {
        for (const scheme of ['', 'AWS4-HMAC-SHA256 ', 'AWS4-HMAC-SHA256 Credential=']) {
          const request = adding(
            { ...plain, query },
            ['authorization', scheme + authorization],
            ['x-amz-date', date],
          );
          reasonOf(() => parseSignature(request));
        }
        reasonOf(() => parseSignature({ ...plain, query: `X-Amz-Algorithm=AWS4-HMAC-SHA256&${query}` }));
      }),
    );
  });
});
