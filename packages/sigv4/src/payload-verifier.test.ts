import { createHash } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksumOf } from './checksum.ts';
import {
  createPayloadVerifier,
  type ParsedSignature,
  parseSignature,
  payloadKind,
  SignatureError,
  type SignatureFailure,
  type SignedHttpRequest,
  signRequest,
  verifySignature,
} from './index.ts';
import { hmac, sha256Hex, signingKey } from './signing-key.ts';

const secretKey = 'secret';
const now = Date.UTC(2026, 10, 23, 12);
const scope = { date: '20261123', region: 'us-east-1', service: 's3' };
const signed = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
const signedTrailer = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';
const unsignedTrailer = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

interface Upload {
  readonly request: SignedHttpRequest;
  readonly parsed: ParsedSignature;
}

function upload(payload: string, headers: [string, string][] = []): Upload {
  const unsigned: SignedHttpRequest = {
    method: 'PUT',
    path: '/b/k',
    query: '',
    headers: [['host', 'x'], ...headers],
  };
  const key = { accessKeyId: 'AKID', secretKey, region: 'us-east-1', service: 's3', now };
  const request = { ...unsigned, headers: [...unsigned.headers, ...signRequest(unsigned, key, payload)] };
  const parsed = parseSignature(request);
  if (parsed === undefined) throw new Error('no signature');
  verifySignature(parsed, request, key, payload);
  return { request, parsed };
}

function chunkedUpload(payload: string, length: number, trailer = 'x-amz-checksum-crc32'): Upload {
  const headers: [string, string][] = [['x-amz-decoded-content-length', String(length)]];
  if (payload !== signed) headers.push(['x-amz-trailer', trailer]);
  return upload(payload, headers);
}

/** The body as a client sends it: the chunks, the empty one, and the trailer. */
function encode({ parsed }: Upload, chunks: readonly string[], checksum = 'x-amz-checksum-crc32'): string {
  const kind = payloadKind(parsed);
  if (kind.kind !== 'streaming') throw new Error('not chunked');
  let previous = parsed.signature;
  const sign = (name: string, ...hashes: string[]): string => {
    const text = [name, '20261123T120000Z', '20261123/us-east-1/s3/aws4_request', previous, ...hashes].join(
      '\n',
    );
    previous = hmac(signingKey(secretKey, scope), text);
    return previous;
  };
  let wire = '';
  for (const chunk of [...chunks, '']) {
    const signature = kind.signed
      ? `;chunk-signature=${sign('AWS4-HMAC-SHA256-PAYLOAD', sha256Hex(''), sha256Hex(chunk))}`
      : '';
    wire += `${chunk.length.toString(16)}${signature}\r\n${chunk}${chunk === '' ? '' : '\r\n'}`;
  }
  if (kind.trailer) {
    const sum = checksumOf(checksum);
    sum?.update(Buffer.from(chunks.join(''), 'latin1'));
    const value = sum?.digest() ?? '';
    wire += `${checksum}:${value}\r\n`;
    const signature = kind.signed
      ? sign('AWS4-HMAC-SHA256-TRAILER', sha256Hex(`${checksum}:${value}\n`))
      : '';
    if (kind.signed) wire += `x-amz-trailer-signature:${signature}\r\n`;
  }
  return `${wire}\r\n`;
}

interface Outcome {
  readonly reason: SignatureFailure | undefined;
  readonly body: string;
}

/** Streams `wire`, cut into pieces of `size` bytes, and gives what came out and how it ended. */
async function receive({ parsed, request }: Upload, wire: string, size = 65_536): Promise<Outcome> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < wire.length; at += size)
    pieces.push(Buffer.from(wire.slice(at, at + size), 'latin1'));
  let body = '';
  const sink = new Writable({
    write(piece: Buffer, _, done) {
      body += piece.toString('latin1');
      done();
    },
  });
  try {
    await pipeline(Readable.from(pieces), createPayloadVerifier(parsed, { secretKey }, request), sink);
    return { reason: undefined, body };
  } catch (error) {
    if (error instanceof SignatureError) return { reason: error.reason, body };
    throw error;
  }
}

const large = 'abcdefgh'.repeat(1024);
const small = 'the end';

describe('an exact hash', () => {
  const hash = createHash('sha256').update('hello world').digest('hex');

  it('lets the body through', async () => {
    expect(await receive(upload(hash), 'hello world', 3)).toEqual({ reason: undefined, body: 'hello world' });
  });

  it('lets an empty body through', async () => {
    expect(await receive(upload(sha256Hex('')), '')).toEqual({ reason: undefined, body: '' });
  });

  it.each([
    ['another body', 'hello_world'],
    ['a shorter body', 'hello worl'],
    ['a longer body', 'hello world!'],
    ['an empty body', ''],
  ])('ends %s with an error before its last piece', async (_, body) => {
    const outcome = await receive(upload(hash), body, 3);
    expect(outcome.reason).toBe('content-sha256-mismatch');
    expect(outcome.body.length).toBeLessThan(Math.max(body.length, 1));
  });
});

it('an unsigned payload is any payload', async () => {
  expect(await receive(upload('UNSIGNED-PAYLOAD'), 'anything')).toEqual({
    reason: undefined,
    body: 'anything',
  });
});

describe.each([signed, signedTrailer, unsignedTrailer])('%s', (payload) => {
  it.each([
    ['no chunk', []],
    ['one chunk', [small]],
    ['many chunks', [large, large, `${large}${small}`, small]],
  ])('decodes %s, however cut', async (_, chunks) => {
    const body = chunks.join('');
    const to = chunkedUpload(payload, body.length);
    const wire = encode(to, chunks);
    for (const size of [1, 2, 7, 100, 8192, 65_536]) {
      expect(await receive(to, wire, size)).toEqual({ reason: undefined, body });
    }
  });

  it('refuses a body with any byte changed, and never passes all of it on', async () => {
    const to = chunkedUpload(payload, large.length + small.length);
    const wire = encode(to, [large, small]);
    const position = fc.oneof(
      fc.integer({ min: 0, max: wire.length - 1 }),
      fc.integer({ min: 0, max: 90 }),
      fc.integer({ min: wire.length - 400, max: wire.length - 1 }),
    );
    await fc.assert(
      fc.asyncProperty(position, fc.integer({ min: 1, max: 8192 }), async (at, size) => {
        const changed = String.fromCharCode(wire.charCodeAt(at) ^ 1);
        const outcome = await receive(to, wire.slice(0, at) + changed + wire.slice(at + 1), size);
        expect(outcome.reason).toBeDefined();
        expect(outcome.body.length).toBeLessThan(large.length + small.length);
      }),
    );
  });

  it('refuses a body that ends early, wherever', async () => {
    const to = chunkedUpload(payload, large.length + small.length);
    const wire = encode(to, [large, small]);
    // The blank line that ends the body says nothing: clients differ in it.
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: wire.length - 5 }), async (end) => {
        const outcome = await receive(to, wire.slice(0, end));
        expect(outcome.reason).toBeDefined();
        expect(outcome.body.length).toBeLessThan(large.length + small.length);
      }),
    );
  });

  const length = large.length + small.length;
  it.each<[string, number, readonly string[], (wire: string) => string, SignatureFailure]>([
    ['a body longer than declared', length - 1, [large, small], (wire) => wire, 'length-mismatch'],
    ['a body shorter than declared', length + 1, [large, small], (wire) => wire, 'length-mismatch'],
    ['a small chunk before the last', length, [small, large], (wire) => wire, 'chunk-too-small'],
    [
      'a chunk longer than its size',
      length,
      [large, small],
      (wire) => wire.replace(large, `${large}x`),
      'chunk-malformed',
    ],
    ['bytes after the end', length, [large, small], (wire) => `${wire}GET / HTTP/1.1\r\n`, 'chunk-malformed'],
    [
      'a trailer that does not end',
      length,
      [large, small],
      (wire) => wire + ' '.repeat(5000),
      'chunk-malformed',
    ],
    ['a first line that does not end', 1, [], () => '0'.repeat(5000), 'chunk-malformed'],
    ['a size that is no number', 1, [], () => 'x\r\n', 'chunk-malformed'],
    ['a negative size', 1, [], () => '-1\r\n', 'chunk-malformed'],
    ['a bare line feed', length, [large, small], (wire) => wire.replace('\r\n', '\n'), 'chunk-malformed'],
    ['no body', length, [], () => '', 'chunk-malformed'],
    ['a body that is not chunked', 5, [], () => 'hello', 'chunk-malformed'],
  ])('refuses %s', async (_, declared, chunks, change, reason) => {
    const to = chunkedUpload(payload, declared);
    expect((await receive(to, change(encode(to, chunks)))).reason).toBe(reason);
  });

  it.each<[string, [string, string][], SignatureFailure]>([
    ['no decoded length', [], 'incomplete'],
    [
      'two decoded lengths',
      [
        ['x-amz-decoded-content-length', '1'],
        ['X-Amz-Decoded-Content-Length', '1'],
      ],
      'ambiguous',
    ],
    ['a decoded length that is no number', [['x-amz-decoded-content-length', '1e3']], 'malformed'],
    [
      'a trailer that is no checksum',
      [
        ['x-amz-decoded-content-length', '1'],
        ['x-amz-trailer', 'x-amz-acl'],
      ],
      'malformed',
    ],
  ])('refuses headers with %s', (_, headers, reason) => {
    const { parsed, request } = upload(payload, headers);
    expect(() => createPayloadVerifier(parsed, { secretKey }, request)).toThrow(
      expect.objectContaining({ reason }),
    );
  });
});

describe('signed chunks', () => {
  const to = chunkedUpload(signed, 3 * large.length);
  const chunks = [large, large.replaceAll('a', 'b'), large.replaceAll('a', 'c')];
  const wire = encode(to, chunks);
  const parts = wire.split(/(?<=\r\n)(?=[0-9a-f]+;)/);

  it.each<[string, number[]]>([
    ['in another order', [1, 0, 2, 3]],
    ['with one left out', [0, 2, 3]],
    ['with one sent twice', [0, 0, 1, 2, 3]],
    ['ended early', [0, 3]],
  ])('%s are refused, and none of the wrong ones is passed on', async (_, order) => {
    const outcome = await receive(to, order.map((index) => parts[index]).join(''));
    expect(outcome.reason).toMatch(/^(chunk|length)-mismatch$/);
    expect(chunks.join('').startsWith(outcome.body)).toBe(true);
  });

  it('of another request are refused', async () => {
    const other = chunkedUpload(signed, 3 * large.length, '');
    const moved = upload(signed, [
      ['x-amz-decoded-content-length', String(3 * large.length)],
      ['x-amz-meta-a', 'another'],
    ]);
    expect((await receive(other, wire)).reason).toBeUndefined();
    expect((await receive(moved, wire)).reason).toBe('chunk-mismatch');
  });

  it('are not passed on before their signature is checked', async () => {
    const outcome = await receive(to, wire.replace('gh', 'xh'), 100);
    expect(outcome).toEqual({ reason: 'chunk-mismatch', body: '' });
  });

  it('without signatures are refused', async () => {
    const unsigned = wire.replaceAll(/;chunk-signature=[0-9a-f]+/g, '');
    expect((await receive(to, unsigned)).reason).toBe('chunk-malformed');
  });
});

it.each([
  ['a line', unsignedTrailer, '0'],
  ['a trailer', unsignedTrailer, '0\r\nx-amz-checksum-crc32:'],
  ['a signed chunk of more than 16 MiB', signed, `1000001;chunk-signature=${'0'.repeat(64)}\r\n`],
])('%s is not collected without end', async (_, payload, start) => {
  const { parsed, request } = chunkedUpload(payload, start.startsWith('0\r') ? 0 : 2 ** 32);
  let pieces = 0;
  async function* endless() {
    yield Buffer.from(start);
    while (++pieces < 1000) yield Buffer.alloc(1000, '0');
  }
  const ended = pipeline(endless, createPayloadVerifier(parsed, { secretKey }, request), new Writable());
  await expect(ended).rejects.toThrow(expect.objectContaining({ reason: 'chunk-malformed' }));
  expect(pieces).toBeLessThan(100);
});

describe('the trailer', () => {
  it.each(['crc32', 'crc32c', 'crc64nvme', 'md5', 'sha1', 'sha256', 'sha512'])('may be %s', async (name) => {
    const header = `x-amz-checksum-${name}`;
    for (const payload of [signedTrailer, unsignedTrailer]) {
      const to = chunkedUpload(payload, small.length, header);
      const wire = encode(to, [small], header);
      expect(await receive(to, wire)).toEqual({ reason: undefined, body: small });
      const broken = wire.replace(small, 'the_end');
      expect((await receive(to, broken)).reason).toBe(
        payload === signedTrailer ? 'chunk-mismatch' : 'checksum-mismatch',
      );
    }
  });

  it('may be written with line feeds alone and with space', async () => {
    const to = chunkedUpload(unsignedTrailer, small.length);
    const wire = encode(to, [small]);
    const spaced = wire.replace(/(x-amz-checksum-crc32):(.*)\r\n\r\n$/, '$1: \t$2 \n\r\n\r\n');
    expect(await receive(to, spaced)).toEqual({ reason: undefined, body: small });
  });

  it.each<[string, string, (wire: string) => string, SignatureFailure]>([
    ['no checksum', unsignedTrailer, (wire) => wire.replace(/x-amz-checksum.*\r\n/, ''), 'chunk-malformed'],
    ['another checksum', unsignedTrailer, (wire) => wire.replace('crc32:', 'crc32c:'), 'chunk-malformed'],
    [
      'a header that was not announced',
      unsignedTrailer,
      (wire) => `${wire}x-amz-acl:private\r\n`,
      'chunk-malformed',
    ],
    [
      'a checksum twice',
      unsignedTrailer,
      (wire) => wire + wire.slice(wire.indexOf('x-amz')),
      'chunk-malformed',
    ],
    [
      'no signature',
      signedTrailer,
      (wire) => wire.replace(/x-amz-trailer-signature.*\r\n/, ''),
      'chunk-malformed',
    ],
    [
      'another signature',
      signedTrailer,
      (wire) => wire.replace(/(trailer-signature:)./, '$1x'),
      'chunk-malformed',
    ],
    ['a changed checksum', signedTrailer, (wire) => wire.replace('crc32:', 'crc32:A'), 'chunk-mismatch'],
  ])('is refused with %s', async (_, payload, change, reason) => {
    const to = chunkedUpload(payload, small.length);
    expect((await receive(to, change(encode(to, [small])))).reason).toBe(reason);
  });

  it.each<[string, string, [string, string][], SignatureFailure]>([
    ['must be announced', unsignedTrailer, [], 'incomplete'],
    [
      'must not be announced where there is none',
      signed,
      [['x-amz-trailer', 'x-amz-checksum-crc32']],
      'malformed',
    ],
  ])('%s', (_, payload, headers, reason) => {
    const { parsed, request } = upload(payload, [['x-amz-decoded-content-length', '1'], ...headers]);
    expect(() => createPayloadVerifier(parsed, { secretKey }, request)).toThrow(
      expect.objectContaining({ reason }),
    );
  });
});

describe('payloadKind', () => {
  const { parsed } = upload('UNSIGNED-PAYLOAD');

  it('says nothing of other services, whose bodies are not streamed', () => {
    const other = { ...parsed, scope: { ...parsed.scope, service: 'dynamodb' } };
    expect(payloadKind(other)).toEqual({ kind: 'whole' });
    expect(() => createPayloadVerifier(other, { secretKey }, upload('UNSIGNED-PAYLOAD').request)).toThrow(
      TypeError,
    );
  });

  it.each<[string, Partial<ParsedSignature>, SignatureFailure]>([
    ['an unknown name', { contentSha256: 'STREAMING-UNSIGNED-PAYLOAD' }, 'malformed'],
    ['a hash in capitals', { contentSha256: 'A'.repeat(64) }, 'malformed'],
    ['chunks by presigned URL', { contentSha256: signed, form: 'query' }, 'malformed'],
    ['Version 4A', { contentSha256: 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' }, 'unsupported-algorithm'],
  ])('refuses %s', (_, overrides, reason) => {
    expect(() => payloadKind({ ...parsed, ...overrides })).toThrow(expect.objectContaining({ reason }));
  });
});
