import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DynamoDbError } from './errors.ts';
import { readPlain } from './partiql-plain.ts';

/** Names, what is known to be equal to what, and the rest. */
function read(text: string) {
  const plain = readPlain(text);
  return (
    plain && {
      attributes: [...plain.attributes].sort(),
      equal: Object.fromEntries(plain.equalities),
      ...(plain.projection && { projection: plain.projection }),
      ...(plain.returns && { returns: true }),
      ...(plain.parameters > 0 && { parameters: plain.parameters }),
    }
  );
}

const mine = { kind: 'literal', value: { S: 'mine' } };
const parameter = (at: number) => ({ kind: 'parameter', at });

describe('a plain statement', () => {
  it.each<[string, object]>([
    [`SELECT * FROM T WHERE pk = 'mine'`, { attributes: ['pk'], equal: { pk: mine }, projection: 'all' }],
    [
      `select "a", b.c, d[0].e from "T"."I" where "pk" = ? and sk between 1 and ? order by sk desc, a`,
      {
        attributes: ['a', 'b', 'd', 'pk', 'sk'],
        equal: { pk: parameter(0) },
        projection: 'named',
        parameters: 2,
      },
    ],
    [
      `SELECT a FROM T WHERE begins_with(sk, ?) AND pk = ? AND a IS NOT MISSING AND b <> -1.5 AND c IS NULL`,
      {
        attributes: ['a', 'b', 'c', 'pk', 'sk'],
        equal: { pk: parameter(1) },
        projection: 'named',
        parameters: 2,
      },
    ],
    [
      `INSERT INTO "T" VALUE {'pk': 'mine', 'n': -7, 'l': [1, {'a': <<'x'>>}], 'm': {}, 'b': ?}`,
      {
        attributes: ['b', 'l', 'm', 'n', 'pk'],
        equal: {
          pk: mine,
          n: { kind: 'literal', value: { N: '-7' } },
          l: { kind: 'other' },
          m: { kind: 'other' },
          b: parameter(0),
        },
        parameters: 1,
      },
    ],
    [
      `UPDATE T SET a = a + 1, b = list_append(b, ?) SET c.d = {'e': true} REMOVE f[0] WHERE pk = ? AND sk = 2`,
      {
        attributes: ['a', 'b', 'c', 'f', 'pk', 'sk'],
        equal: { pk: parameter(1), sk: { kind: 'literal', value: { N: '2' } } },
        parameters: 2,
      },
    ],
    [
      `DELETE FROM T WHERE pk = 'it''s' RETURNING ALL OLD *`,
      { attributes: ['pk'], equal: { pk: { kind: 'literal', value: { S: "it's" } } }, returns: true },
    ],
    ['SELECT * FROM T', { attributes: [], equal: {}, projection: 'all' }],
  ])('is read whole: %s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([
    ['a comparison that is not =', `SELECT * FROM T WHERE pk >= 'mine'`],
    ['a place inside the attribute', `SELECT * FROM T WHERE pk.a = 'mine'`],
    ['an element of the attribute', `SELECT * FROM T WHERE pk[0] = 'mine'`],
    ['two comparisons', `SELECT * FROM T WHERE pk = 'mine' AND pk = 'yours'`],
    ['another condition on the attribute', `SELECT * FROM T WHERE pk = 'mine' AND pk IS NOT NULL`],
    ['another spelling in a condition', `SELECT * FROM T WHERE pk = 'mine' AND PK = 'yours'`],
    ['another spelling in the projection', `SELECT "PK" FROM T WHERE pk = 'mine'`],
    ['another spelling in the item', `INSERT INTO T VALUE {'pk': 'mine', 'PK': 'yours'}`],
    ['a change of the attribute', `UPDATE T SET pk = 'yours' WHERE pk = 'mine'`],
    ['its removal', `UPDATE T REMOVE pk WHERE pk = 'mine'`],
    ['its use in a change', `UPDATE T SET a = pk WHERE pk = 'mine'`],
    ['a quoted name that is a keyword', `SELECT * FROM T WHERE "where" = 'mine'`],
  ])('proves nothing of an attribute by %s', (_what, text) => {
    const plain = readPlain(text);
    expect(plain).toBeDefined();
    expect(plain?.equalities.has('pk')).toBe(false);
  });
});

describe('a statement that could be read in two ways', () => {
  it.each([
    ['OR', `SELECT * FROM T WHERE pk = 'mine' OR pk = 'yours'`],
    ['OR in the small', `SELECT * FROM T WHERE pk = 'mine' oR a = 1`],
    ['NOT', `SELECT * FROM T WHERE NOT pk = 'mine'`],
    ['IN', `SELECT * FROM T WHERE pk IN ['mine', 'yours']`],
    ['IN with parentheses', `SELECT * FROM T WHERE pk IN ('mine')`],
    ['parentheses', `SELECT * FROM T WHERE (pk = 'mine')`],
    ['the value first', `SELECT * FROM T WHERE 'mine' = pk`],
    ['arithmetic in a condition', `SELECT * FROM T WHERE pk = 'mine' + ''`],
    ['a name for a value', `SELECT * FROM T WHERE pk = a`],
    ['a quoted name for a value', `SELECT * FROM T WHERE pk = "mine"`],
    ['two literals in a row', `SELECT * FROM T WHERE pk = 'mine' 'yours'`],
    ['a condition that ends in AND', `SELECT * FROM T WHERE pk = 'mine' AND`],
    ['something after the end', `SELECT * FROM T WHERE pk = 'mine' LIMIT 1`],
    ['an alias of the table', `SELECT * FROM T AS x WHERE pk = 'mine'`],
    ['an alias in the projection', `SELECT a AS pk FROM T WHERE pk = 'mine'`],
    ['the table as a part of a path', `SELECT T.secret FROM T WHERE pk = 'mine'`],
    ['the table in another case', `SELECT t.secret FROM T WHERE pk = 'mine'`],
    ['the index as a part of a path', `SELECT * FROM "T"."I" WHERE I.pk = 'mine'`],
    ['all members of a path', `SELECT a.* FROM T WHERE pk = 'mine'`],
    ['DISTINCT', `SELECT DISTINCT a FROM T WHERE pk = 'mine'`],
    ['a function in the projection', `SELECT size(a) FROM T WHERE pk = 'mine'`],
    ['a function that is not known', `SELECT * FROM T WHERE upper(pk) = 'mine'`],
    ['a backslash in a literal', `SELECT * FROM T WHERE pk = 'mine\\' AND a = ' OR pk = ''yours'`],
    ['a backslash in a name', `SELECT "a\\" FROM T WHERE pk = 'mine'`],
    ['a space that is none to others', `SELECT * FROM T WHERE pk\u00a0= 'mine'`],
    ['a line separator', `SELECT * FROM T WHERE pk =\u2028'mine'`],
    ['a letter that looks like another', `SELECT * FROM T WHERE рk = 'mine'`],
    ['a NUL in a literal', `SELECT * FROM T WHERE pk = 'mine\0'`],
    ['an Ion literal', 'SELECT * FROM T WHERE pk = `"mine"`'],
    ['a number with an exponent', 'SELECT * FROM T WHERE pk = 1e5'],
    ['a number in hexadecimal', 'SELECT * FROM T WHERE pk = 0x10'],
    ['a number with two points', 'SELECT * FROM T WHERE pk = 1.2.3'],
    ['a number without a digit before the point', 'SELECT * FROM T WHERE pk = .5'],
    ['a sign too many', 'SELECT * FROM T WHERE pk = +5'],
    ['a name that is a keyword', `SELECT * FROM T WHERE set = 'mine'`],
    ['an empty name', `SELECT "" FROM T WHERE pk = 'mine'`],
    ['a member twice', `INSERT INTO T VALUE {'pk': 'mine', 'pk': 'yours'}`],
    ['a member twice inside', `INSERT INTO T VALUE {'pk': 'mine', 'a': {'b': 1, 'b': 2}}`],
    ['a member without quotes', `INSERT INTO T VALUE {pk: 'mine'}`],
    ['an empty item', 'INSERT INTO T VALUE {}'],
    ['a whole item as a parameter', 'INSERT INTO T VALUE ?'],
    ['two items', `INSERT INTO T VALUE {'pk': 'mine'}, {'pk': 'yours'}`],
    ['a conflict clause', `INSERT INTO T VALUE {'pk': 'mine'} ON CONFLICT DO NOTHING`],
    ['an insertion into an index', `INSERT INTO "T"."I" VALUE {'pk': 'mine'}`],
    ['a SET without a value', `UPDATE T SET a WHERE pk = 'mine'`],
    ['a SET after WHERE', `UPDATE T SET a = 1 WHERE pk = 'mine' SET b = 2`],
    ['an UPDATE without WHERE', 'UPDATE T SET a = 1'],
    ['an UPDATE without a change', `UPDATE T WHERE pk = 'mine'`],
    ['half a RETURNING', `DELETE FROM T WHERE pk = 'mine' RETURNING ALL OLD`],
    ['a RETURNING of names', `DELETE FROM T WHERE pk = 'mine' RETURNING ALL OLD a`],
    ['another verb', `MERGE INTO T WHERE pk = 'mine'`],
    ['a value too deep', `INSERT INTO T VALUE {'pk': 'mine', 'a': ${'['.repeat(33)}1${']'.repeat(33)}}`],
  ])('is not plain: %s', (_what, text) => {
    expect(readPlain(text)).toBeUndefined();
  });

  it.each([
    ['a comment', `SELECT * FROM T WHERE pk = 'mine' -- OR`],
    ['a comment in the middle', `SELECT * FROM T WHERE pk /* = 'yours' OR pk */ = 'mine'`],
    ['two statements', `SELECT * FROM T WHERE pk = 'mine'; DELETE FROM T WHERE pk = 'yours'`],
    ['an open quote', `SELECT * FROM T WHERE pk = 'mine`],
    ['more than 8,192 characters', `SELECT * FROM T WHERE pk = '${'m'.repeat(8192)}'`],
  ])('is none at all: %s', (_what, text) => {
    expect(() => readPlain(text)).toThrow(DynamoDbError);
  });
});

describe('reading any statement', () => {
  const seed = 20_261_123;
  const piece = fc.constantFrom(
    ...`SELECT FROM WHERE AND OR NOT IN SET REMOVE VALUE INTO INSERT UPDATE DELETE RETURNING ORDER BY`.split(
      ' ',
    ),
    ...`* = <> ( ) { } [ ] << >> , . : ? + - ' " T pk PK a 'mine' 'yours' "pk" 1 begins_with`.split(' '),
  );

  it('ends in a reading, in none, or in DynamoDB’s error', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.string(), (pieces, noise) => {
        for (const text of [pieces.join(' '), pieces.join(' ') + noise]) {
          try {
            readPlain(text);
          } catch (error) {
            expect(error).toBeInstanceOf(DynamoDbError);
          }
        }
      }),
      { seed, numRuns: 3000 },
    );
  });

  it('finds the value whatever the literal holds, and nothing else in it', () => {
    const text = fc
      .string({ unit: 'binary', maxLength: 40 })
      .filter((value) => !/[\\\p{Cc}]|--|\/\*|;/u.test(value));
    fc.assert(
      fc.property(text, text, (key, other) => {
        const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;
        const plain = readPlain(`SELECT * FROM T WHERE a = ${quoted(other)} AND pk = ${quoted(key)}`);
        expect(plain?.equalities.get('pk')).toEqual({ kind: 'literal', value: { S: key } });
        expect([...(plain?.attributes ?? [])]).toEqual(['a', 'pk']);
      }),
      { seed, numRuns: 500 },
    );
  });

  it('proves a key of no item that the condition lets through with another one', () => {
    // Conditions over two attributes with two values, and what they mean, by a reader that knows nothing of proofs.
    type Meaning = (item: { pk: string; a: string }) => boolean;
    const comparison = fc
      .record({
        name: fc.constantFrom('pk' as const, 'a' as const),
        negated: fc.boolean(),
        value: fc.constantFrom('x', 'y'),
      })
      .map(({ name, negated, value }): [string, Meaning] => [
        `${name} ${negated ? '<>' : '='} '${value}'`,
        (item) => (item[name] === value) !== negated,
      ]);
    const { condition } = fc.letrec<{ condition: [string, Meaning] }>((tie) => ({
      condition: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        comparison,
        fc
          .tuple(tie('condition'), fc.constantFrom('AND', 'OR'), tie('condition'))
          .map(([[left, meansLeft], joint, [right, meansRight]]): [string, Meaning] => [
            `(${left}) ${joint} (${right})`,
            (item) =>
              joint === 'AND' ? meansLeft(item) && meansRight(item) : meansLeft(item) || meansRight(item),
          ]),
      ),
    }));
    const flat = fc
      .array(comparison, { minLength: 1, maxLength: 4 })
      .map((all): [string, Meaning] => [
        all.map(([text]) => text).join(' AND '),
        (item) => all.every(([, means]) => means(item)),
      ]);
    let proofs = 0;
    fc.assert(
      fc.property(fc.oneof(condition, flat), ([text, means]) => {
        const value = readPlain(`SELECT * FROM T WHERE ${text}`)?.equalities.get('pk');
        if (value?.kind !== 'literal' || !('S' in value.value)) return;
        proofs++;
        for (const pk of ['x', 'y'])
          for (const a of ['x', 'y']) if (means({ pk, a })) expect(pk).toBe(value.value.S);
      }),
      { seed, numRuns: 2000 },
    );
    expect(proofs).toBeGreaterThan(100);
  });
});
