import { invalid } from './errors.ts';
import { isJsonObject } from './json.ts';

/** The types a key attribute can have. */
export type KeyType = 'S' | 'N' | 'B';

export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyType;
}

/**
 * The text of a key value as `dynamodb:LeadingKeys` compares it: the string, the number in its one canonical
 * spelling, or the binary in base64. Equal keys must have equal text, or a policy could be passed by writing `1`
 * as `1.0`; a value that has no such text, or another type than the schema's, gives undefined. So does an empty
 * value: no key can be empty, and to a condition an empty value is an absent one.
 */
export function keyText(value: unknown, type: KeyType): string | undefined {
  if (!isJsonObject(value)) return undefined;
  const names = Object.keys(value);
  if (names.length !== 1)
    throw invalid(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  const text = names[0] === type ? value[type] : undefined;
  if (typeof text !== 'string' || text === '') return undefined;
  switch (type) {
    case 'S':
      return text.isWellFormed() ? text : undefined;
    case 'N':
      return canonicalNumber(text);
    case 'B':
      return Buffer.from(text, 'base64').toString('base64') === text ? text : undefined;
  }
}

/** Plain decimal without exponent, plus sign, superfluous zeros or negative zero; undefined when out of DynamoDB's range. */
export function canonicalNumber(text: string): string | undefined {
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,4}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const written = whole + fraction;
  if (written === '' || written.length > 200) return undefined;
  const digits = written.replace(/^0+/, '');
  if (digits === '') return '0';
  const significant = digits.replace(/0+$/, '');
  if (significant.length > 38) return undefined;
  /** Where the decimal point stands, counted from the first significant digit. */
  const point = whole.length + Number(exponent) - (written.length - digits.length);
  if (point < -129 || point > 126) return undefined;
  const minus = sign === '-' ? '-' : '';
  if (point <= 0) return `${minus}0.${'0'.repeat(-point)}${significant}`;
  if (point >= significant.length) return `${minus}${significant}${'0'.repeat(point - significant.length)}`;
  return `${minus}${significant.slice(0, point)}.${significant.slice(point)}`;
}
