import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundaryOf, MultipartForm } from './multipart-form.ts';

const boundary = 'x';
const part = (disposition: string, content: string) =>
  `--x\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;
const body = (file: string | Buffer, fields: Record<string, string> = { key: 'k' }) =>
  Buffer.concat([
    Buffer.from(
      Object.entries(fields)
        .map(([name, value]) => part(`name="${name}"`, value))
        .join(''),
    ),
    Buffer.from(
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n',
    ),
    Buffer.from(file),
    Buffer.from('\r\n--x--\r\n'),
  ]);

/** Reads a form that comes in pieces of the given length. */
async function read(bytes: Buffer, piece: number, contentLength = bytes.length) {
  const pieces = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, at) =>
    bytes.subarray(at * piece, (at + 1) * piece),
  );
  const form = new MultipartForm(boundary, contentLength);
  Readable.from(pieces, { objectMode: false }).pipe(form);
  form.on('error', () => {});
  const head = await form.head;
  const chunks: Buffer[] = [];
  for await (const chunk of form) chunks.push(chunk);
  return { ...head, file: Buffer.concat(chunks) };
}

describe('MultipartForm', () => {
  it('gives the same fields and file however the bytes come', async () => {
    const file = fc.uint8Array({ maxLength: 300 }).filter((bytes) => !Buffer.from(bytes).includes('\r\n--x'));
    await fc.assert(
      fc.asyncProperty(file, fc.integer({ min: 1, max: 200 }), async (bytes, piece) => {
        const form = await read(body(Buffer.from(bytes), { key: 'a/ü', policy: 'p' }), piece);
        expect(form).toMatchObject({
          fields: [
            ['key', 'a/ü'],
            ['policy', 'p'],
          ],
          fileName: 'a.txt',
          fileLength: bytes.length,
        });
        expect(form.file.equals(Buffer.from(bytes))).toBe(true);
      }),
    );
  });

  it.each([
    ['another boundary', Buffer.from(body('f').toString().replace('--x', '--y'))],
    ['no file', Buffer.from(`${part('name="key"', 'k')}--x--\r\n`)],
    ['a part without a name', Buffer.from(part('filename="a"', 'k') + body('f').toString())],
    ['a boundary inside the file', body(`f\r\n${part('name="key"', 'other')}`)],
    ['an end that is missing', body('f').subarray(0, -2)],
    ['more after the end', Buffer.concat([body('f'), Buffer.from('x')])],
  ])('refuses %s', async (_, bytes) => {
    for (const piece of [1, 7, 1000]) await expect(read(bytes, piece)).rejects.toThrow();
  });

  it('refuses a length that lies', async () => {
    const bytes = body('four');
    await expect(read(bytes, 10, bytes.length + 1)).rejects.toThrow();
    await expect(read(bytes, 10, bytes.length - 1)).rejects.toThrow();
  });

  it('refuses fields that are too long', async () => {
    await expect(read(body('f', { key: 'k'.repeat(70_000) }), 1000)).rejects.toMatchObject({
      code: 'MaxMessageLengthExceeded',
    });
  });
});

describe('boundaryOf', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data;boundary="a b"', 'a b'],
    ['multipart/form-data', undefined],
    ['multipart/form-data; boundary=a; boundary=b', undefined],
    ['application/xml', undefined],
    [undefined, undefined],
  ])('of %s is %s', (contentType, expected) => {
    expect(boundaryOf(contentType)).toBe(expected);
  });
});
