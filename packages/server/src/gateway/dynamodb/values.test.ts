import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DynamoDbError } from './errors.ts';
import { canonicalNumber, keyText } from './values.ts';

describe('keyText', () => {
  it.each([
    [{ S: 'ada' }, 'S', 'ada'],
    [{ N: '007.50' }, 'N', '7.5'],
    [{ B: 'AAE=' }, 'B', 'AAE='],
    [{ S: '' }, 'S', undefined],
    [{ S: '\uD800' }, 'S', undefined],
    [{ N: '1' }, 'S', undefined],
    [{ S: 1 }, 'S', undefined],
    [{ B: 'AAE' }, 'B', undefined],
    [{ B: 'A A E =' }, 'B', undefined],
    [{ N: 'one' }, 'N', undefined],
    ['ada', 'S', undefined],
    [undefined, 'S', undefined],
  ] as const)('of %j as %s is %j', (value, type, text) => {
    expect(keyText(value, type)).toBe(text);
  });

  it('refuses a value of two types', () => {
    expect(() => keyText({ S: 'mine', N: '1' }, 'S')).toThrow(DynamoDbError);
  });
});

describe('canonicalNumber', () => {
  it.each([
    ['1', '1'],
    ['1.0', '1'],
    ['+01.00e0', '1'],
    ['100e-2', '1'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['-0', '0'],
    ['0.000', '0'],
    ['12e3', '12000'],
    ['-1.5e-3', '-0.0015'],
    ['1e125', `1${'0'.repeat(125)}`],
    ['1e127', undefined],
    ['1e-131', undefined],
    ['1'.repeat(39), undefined],
    ['', undefined],
    ['.', undefined],
    ['0x10', undefined],
    ['1e', undefined],
    [' 1', undefined],
    ['NaN', undefined],
  ])('of %j is %j', (text, canonical) => {
    expect(canonicalNumber(text)).toBe(canonical);
  });

  it('is the same for all spellings of a number', () => {
    const digits = fc.tuple(
      fc.constantFrom('', '-'),
      fc.stringMatching(/^[1-9][0-9]{0,14}$/),
      fc.integer({ min: -20, max: 20 }),
    );
    fc.assert(
      fc.property(digits, fc.nat(5), fc.nat(5), ([sign, whole, exponent], zerosBefore, zerosAfter) => {
        const plain = canonicalNumber(`${sign}${whole}e${exponent}`);
        expect(
          canonicalNumber(
            `${sign}${'0'.repeat(zerosBefore)}${whole}${'0'.repeat(zerosAfter)}E${exponent - zerosAfter}`,
          ),
        ).toBe(plain);
        expect(canonicalNumber(plain ?? '')).toBe(plain);
        expect(Number(plain)).toBeCloseTo(Number(`${sign}${whole}e${exponent}`), 5);
      }),
    );
  });
});
