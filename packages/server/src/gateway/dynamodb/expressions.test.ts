import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCondition, parseProjection, parseUpdate } from './expressions.ts';
import { partitionKeyReference } from './key-condition.ts';
import { ExpressionError } from './tokens.ts';

const names = new Map([
  ['#a', 'a'],
  ['#dotted', 'a.b'],
  ['#and', 'AND'],
]);

describe('a projection expression', () => {
  it.each([
    ['a', ['a']],
    ['a, b , c', ['a', 'b', 'c']],
    ['a.b.c, d[0].e, f[1][2]', ['a', 'd', 'f']],
    ['#a.#dotted, #and', ['a', 'AND']],
    ['#dotted', ['a.b']],
  ])('%s names %j', (expression, attributes) => {
    expect([...parseProjection(expression, names)]).toEqual(attributes);
  });

  it.each([
    '',
    ' ',
    'a,',
    ',a',
    'a b',
    'a..b',
    'a[',
    'a[x]',
    'a[-1]',
    '#missing',
    ':a',
    'a = b',
    '(a)',
    'a;b',
    'a--',
    'ä',
  ])('%j is refused', (expression) => {
    expect(() => parseProjection(expression, names)).toThrow(ExpressionError);
  });
});

describe('a condition expression', () => {
  it.each([
    ['a = :v', ['a']],
    ['a=:v AND(b<>:w)', ['a', 'b']],
    ['NOT (a < :v OR b >= c.d)', ['a', 'b', 'c']],
    ['a BETWEEN :v AND b and c in (:v, d, :w)', ['a', 'b', 'c', 'd']],
    ['attribute_exists(a.b) OR attribute_not_exists(c)', ['a', 'c']],
    ['begins_with(a, :v) AND contains(b, c) AND attribute_type(d, :t)', ['a', 'b', 'c', 'd']],
    ['size(a) > size(b.c)', ['a', 'b']],
    ['((a) = (:v))', ['a']],
    ['(a) BETWEEN :v AND :w', ['a']],
    ['not not #a = :v', ['a']],
    ['size = :v', ['size']],
  ])('%s names %j', (expression, attributes) => {
    expect([...parseCondition(expression, names).attributes]).toEqual(attributes);
  });

  it.each([
    'a',
    'a =',
    '= :v',
    'a = :v AND',
    'a = :v OR OR b = :v',
    '(a = :v',
    'a = :v)',
    'a == :v',
    'a BETWEEN :v',
    'a IN ()',
    'begins_with(a)',
    'size(a)',
    'unknown(a) = :v',
    'a = :v b = :v',
    `${'('.repeat(500)}a = :v${')'.repeat(500)}`,
    `${'NOT '.repeat(500)}a = :v`,
    `a = :${'v'.repeat(5000)}`,
  ])('%j is refused', (expression) => {
    expect(() => parseCondition(expression, names)).toThrow(ExpressionError);
  });

  /** A condition with the attributes it was made of. */
  const condition = fc.letrec<{ condition: [string, string[]] }>((tie) => {
    const attribute = fc.stringMatching(/^x[a-z0-9]{0,4}$/);
    const path = fc
      .tuple(attribute, fc.constantFrom('', '.y', '[3]', '.y[0].z'))
      .map(([name, rest]): [string, string[]] => [name + rest, [name]]);
    const leaf = fc.oneof(
      path.map(([text, used]): [string, string[]] => [`${text} = :v`, used]),
      fc
        .tuple(path, path)
        .map(([[a, usedA], [b, usedB]]): [string, string[]] => [
          `${a} BETWEEN ${b} AND :v`,
          [...usedA, ...usedB],
        ]),
      path.map(([text, used]): [string, string[]] => [`begins_with(${text}, :v)`, used]),
      fc
        .tuple(path, path)
        .map(([[a, usedA], [b, usedB]]): [string, string[]] => [
          `size(${a}) IN (${b}, :v)`,
          [...usedA, ...usedB],
        ]),
    );
    const joined = fc
      .tuple(tie('condition'), fc.constantFrom('AND', 'or', 'And'), tie('condition'), fc.boolean())
      .map(([[a, usedA], operator, [b, usedB], parentheses]): [string, string[]] => {
        const text = `${a} ${operator} ${b}`;
        return [parentheses ? `(${text})` : text, [...usedA, ...usedB]];
      });
    const negated = tie('condition').map(([text, used]): [string, string[]] => [`NOT (${text})`, used]);
    return { condition: fc.oneof({ maxDepth: 4 }, leaf, joined, negated) };
  }).condition;

  it('names exactly the attributes it was made of', () => {
    fc.assert(
      fc.property(condition, ([text, used]) => {
        fc.pre(text.length < 4000);
        expect(new Set(parseCondition(text, new Map()).attributes)).toEqual(new Set(used));
      }),
    );
  });

  it('never fails but with an ExpressionError', () => {
    const soup = fc
      .array(
        fc.constantFrom(
          'a',
          '#a',
          ':v',
          '(',
          ')',
          'AND',
          'NOT',
          'IN',
          'BETWEEN',
          '=',
          ',',
          '.',
          '[1]',
          'size',
          'contains',
        ),
      )
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.oneof(soup, fc.string()), (text) => {
        for (const parse of [parseCondition, parseProjection, parseUpdate]) {
          try {
            parse(text, names);
          } catch (error) {
            expect(error).toBeInstanceOf(ExpressionError);
          }
        }
      }),
    );
  });
});

describe('an update expression', () => {
  it.each([
    ['SET a = :v', ['a']],
    ['set a.b = a.b + :v, c = if_not_exists(d, :w) - e', ['a', 'c', 'd', 'e']],
    ['SET a = list_append(b, if_not_exists(c, :v)), d = (e + :v)', ['a', 'b', 'c', 'd', 'e']],
    ['REMOVE a[0], b ADD c :v DELETE d :w SET e = :v', ['a', 'b', 'c', 'd', 'e']],
  ])('%s names %j', (expression, attributes) => {
    expect([...parseUpdate(expression, names)]).toEqual(attributes);
  });

  it.each([
    '',
    'a = :v',
    'SET',
    'SET a',
    'SET a = :v SET b = :v',
    'SET a = :v, REMOVE b',
    'ADD a b',
    'DELETE a',
    'REMOVE a = :v',
    'SET a = size(b)',
    'SET a = f(b)',
    'SET a = :v AND b = :v',
  ])('%j is refused', (expression) => {
    expect(() => parseUpdate(expression, names)).toThrow(ExpressionError);
  });
});

describe('the partition key of a key condition', () => {
  const reference = (expression: string) =>
    partitionKeyReference(parseCondition(expression, new Map([['#p', 'p']])).condition, 'p');

  it.each([
    'p = :v',
    '#p = :v',
    '(p = :v)',
    's > :a AND p = :v',
    'p = :v AND s BETWEEN :a AND :b',
    '(p = :v) and begins_with(s, :a)',
  ])('is fixed by %s', (expression) => {
    expect(reference(expression)).toBe(':v');
  });

  it.each([
    's = :v',
    'p > :v',
    'p <> :v',
    'p = s',
    'p.x = :v',
    'p[0] = :v',
    'p IN (:v)',
    'p BETWEEN :v AND :v',
    'begins_with(p, :v)',
    'p = :v AND p = :w',
    'p = :v AND p > :w',
    'p = :v AND size(p) > :w',
    'p = :v AND s = p',
    'size(p) = :v',
  ])('is not fixed by %s', (expression) => {
    expect(reference(expression)).toBeUndefined();
  });

  it.each(['p = :v OR p = :w', 'NOT p = :v', 'p = :v AND (s = :a OR s = :b)', 'p = :v AND NOT s = :a'])(
    'cannot be in %s',
    (expression) => {
      expect(() => reference(expression)).toThrow(ExpressionError);
    },
  );
});
