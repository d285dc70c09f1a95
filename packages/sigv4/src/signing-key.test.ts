import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hmac, macKey } from './signing-key.ts';

it('makes the HMAC that node:crypto makes, whatever the key and the text', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
      (key, text) => {
        const expected = createHmac('sha256', key).update(text).digest('hex');
        expect(hmac(macKey(Buffer.from(key)), text)).toBe(expected);
      },
    ),
  );
});
