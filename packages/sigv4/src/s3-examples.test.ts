import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import {
  createPayloadVerifier,
  parseSignature,
  payloadKind,
  type SignedHttpRequest,
  verifySignature,
} from './index.ts';

// The worked examples of the Amazon S3 API Reference: "Signature Calculations for the Authorization Header", in a
// single chunk, in multiple chunks and with trailing headers, and "Authenticating Requests: Using Query Parameters".

const secretKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const now = Date.UTC(2013, 4, 24);
const key = { secretKey, now, service: 's3', region: 'us-east-1' };
const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const host = ['Host', 'examplebucket.s3.amazonaws.com'] as const;
const date = ['x-amz-date', '20130524T000000Z'] as const;

function authorization(signedHeaders: string, signature: string): readonly [string, string] {
  const credential = 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request';
  return [
    'Authorization',
    `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=${signedHeaders},Signature=${signature}`,
  ];
}

function verify(request: SignedHttpRequest) {
  const parsed = parseSignature(request);
  if (parsed === undefined) throw new Error('no signature');
  const kind = payloadKind(parsed);
  if (kind.kind === 'whole') throw new Error('not S3');
  verifySignature(parsed, request, key, kind.canonical);
  return { parsed, kind };
}

describe("the S3 documentation's examples", () => {
  it('GET Object, its first ten bytes', () => {
    const { parsed, kind } = verify({
      method: 'GET',
      path: '/test.txt',
      query: '',
      headers: [
        host,
        authorization(
          'host;range;x-amz-content-sha256;x-amz-date',
          'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
        ),
        ['Range', 'bytes=0-9'],
        ['x-amz-content-sha256', emptySha256],
        date,
      ],
    });
    expect(parsed).toMatchObject({ form: 'header', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', timestamp: now });
    expect(kind).toEqual({ kind: 'exact', canonical: emptySha256 });
  });

  it('PUT Object, with a $ in its key', async () => {
    const request: SignedHttpRequest = {
      method: 'PUT',
      path: '/test$file.text',
      query: '',
      headers: [
        host,
        ['Date', 'Fri, 24 May 2013 00:00:00 GMT'],
        authorization(
          'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
          '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
        ),
        date,
        ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
        ['x-amz-content-sha256', '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072'],
      ],
    };
    const { parsed } = verify(request);
    const body = Readable.from([Buffer.from('Welcome to Amazon S3.')]);
    expect(String(await buffer(body.pipe(createPayloadVerifier(parsed, key, request))))).toBe(
      'Welcome to Amazon S3.',
    );
  });

  it.each([
    ['GET Bucket Lifecycle', 'lifecycle', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
    [
      'List Objects',
      'max-keys=2&prefix=J',
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ])('%s', (_, query, signature) => {
    verify({
      method: 'GET',
      path: '/',
      query,
      headers: [
        host,
        authorization('host;x-amz-content-sha256;x-amz-date', signature),
        date,
        ['x-amz-content-sha256', emptySha256],
      ],
    });
  });

  it('GET Object by a presigned URL', () => {
    const { parsed, kind } = verify({
      method: 'GET',
      path: '/test.txt',
      query:
        'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F' +
        'aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=' +
        'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
      headers: [host],
    });
    expect(parsed).toMatchObject({ form: 'query', expiresSeconds: 86400 });
    expect(kind).toEqual({ kind: 'unsigned', canonical: 'UNSIGNED-PAYLOAD' });
  });

  it.each([
    {
      name: 'chunks',
      seed: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
      headers: [['Content-Length', '66824']],
      payload: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      signed:
        'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class',
      chunks: [
        'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
        '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
        'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
      ],
      trailer: '',
    },
    {
      name: 'chunks and a trailer',
      seed: '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
      headers: [['x-amz-trailer', 'x-amz-checksum-crc32c']],
      payload: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      signed:
        'content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer',
      chunks: [
        'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
        '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
        '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
      ],
      trailer:
        'x-amz-checksum-crc32c:sOO8/Q==\r\n' +
        'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n',
    },
  ] as const)(
    'PUT Object of 66560 bytes in $name',
    async ({ seed, headers, payload, signed, chunks, trailer }) => {
      const request: SignedHttpRequest = {
        method: 'PUT',
        path: '/examplebucket/chunkObject.txt',
        query: '',
        headers: [
          ['Host', 's3.amazonaws.com'],
          date,
          ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
          authorization(signed, seed),
          ['x-amz-content-sha256', payload],
          ['Content-Encoding', 'aws-chunked'],
          ['x-amz-decoded-content-length', '66560'],
          ...headers,
        ],
      };
      const body =
        `10000;chunk-signature=${chunks[0]}\r\n${'a'.repeat(65536)}\r\n` +
        `400;chunk-signature=${chunks[1]}\r\n${'a'.repeat(1024)}\r\n` +
        `0;chunk-signature=${chunks[2]}\r\n${trailer}\r\n`;
      const { parsed } = verify(request);
      const decoded = Readable.from([Buffer.from(body)]).pipe(createPayloadVerifier(parsed, key, request));
      expect(String(await buffer(decoded))).toBe('a'.repeat(66560));
    },
  );
});
