import { describe, expect, it } from 'vitest';
import { boolean, integer, list, map, required, type Shape, string, structure } from './shape.ts';
import { violations } from './validate.ts';

const of = (shape: Shape, value: unknown) => violations(structure({ Member: shape }), { Member: value });
const one = (value: string, constraint: string, path = 'member') =>
  `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: ${constraint}`;

describe('violations', () => {
  const arn = string({ min: 2, max: 3 });
  const name = string({ pattern: '[a-z]+' });
  const kind = string({ values: ['A', 'B'] });

  it.each<{ shape: Shape; good: readonly unknown[]; bad: unknown; text: string }>([
    {
      shape: arn,
      good: ['ab', 'abc', '😀😀😀'],
      bad: 'abcd',
      text: one('abcd', 'Member must have length less than or equal to 3'),
    },
    { shape: arn, good: [], bad: 'a', text: one('a', 'Member must have length greater than or equal to 2') },
    {
      shape: arn,
      good: [],
      bad: '😀',
      text: one('😀', 'Member must have length greater than or equal to 2'),
    },
    {
      shape: name,
      good: ['abc'],
      bad: 'abc\n',
      text: one('abc\n', 'Member must satisfy regular expression pattern: [a-z]+'),
    },
    { shape: kind, good: ['A', 'B'], bad: 'a', text: one('a', 'Member must satisfy enum value set: [A, B]') },
    {
      shape: string(),
      good: ['', '😀'],
      bad: 'a\0',
      text: one('a\0', 'Member must be well-formed Unicode without NUL'),
    },
    {
      shape: string(),
      good: [],
      bad: '\ud83d',
      text: one('\ud83d', 'Member must be well-formed Unicode without NUL'),
    },
    {
      shape: integer({ min: 1, max: 60 }),
      good: [1, 60],
      bad: 61,
      text: one('61', 'Member must have value less than or equal to 60'),
    },
    {
      shape: integer({ min: 1, max: 60 }),
      good: [],
      bad: 0,
      text: one('0', 'Member must have value greater than or equal to 1'),
    },
    {
      shape: list(string(), { min: 1, max: 2 }),
      good: [['a'], ['a', 'b']],
      bad: ['a', 'b', 'c'],
      text: one('[a, b, c]', 'Member must have length less than or equal to 2'),
    },
    {
      shape: list(string(), { min: 1, max: 2 }),
      good: [],
      bad: [],
      text: one('[]', 'Member must have length greater than or equal to 1'),
    },
    {
      shape: list(arn),
      good: [['ab', 'abc'], []],
      bad: ['ab', 'a'],
      text: one(
        '[ab, a]',
        'Member must satisfy constraint: [Member must have length less than or equal to 3, Member must have length greater than or equal to 2]',
      ),
    },
    {
      shape: map(name, string(), { max: 1 }),
      good: [{}, { a: 'b' }],
      bad: { a: 'b', c: 'd' },
      text: one('{a=b, c=d}', 'Member must have length less than or equal to 1'),
    },
    {
      shape: map(name, string()),
      good: [],
      bad: { A: 'b' },
      text: one(
        '{A=b}',
        'Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-z]+]',
      ),
    },
    {
      shape: map(string(), string()),
      good: [Object.fromEntries([['__proto__', 'a']])],
      bad: { 'a\0': 'b' },
      text: one(
        '{a\0=b}',
        'Map keys must satisfy constraint: [Member must be well-formed Unicode without NUL]',
      ),
    },
    {
      shape: map(string(), kind),
      good: [{ a: 'A' }],
      bad: { a: 'x' },
      text: one('{a=x}', 'Map value must satisfy constraint: [Member must satisfy enum value set: [A, B]]'),
    },
    {
      shape: map(string(), structure({ Type: required(kind) })),
      good: [{ a: { Type: 'A' } }],
      bad: { p: { Type: 'x' } },
      text: one('x', 'Member must satisfy enum value set: [A, B]', 'member.p.member.type'),
    },
    {
      shape: list(structure({ Type: required(kind) })),
      good: [[{ Type: 'A' }]],
      bad: [{ Type: 'A' }, {}],
      text: "1 validation error detected: Value null at 'member.2.member.type' failed to satisfy constraint: Member must not be null",
    },
    {
      shape: structure({ Inner: structure({ Name: name }) }),
      good: [{}, { Inner: { Name: 'a' } }],
      bad: { Inner: { Name: 'A' } },
      text: one('A', 'Member must satisfy regular expression pattern: [a-z]+', 'member.inner.name'),
    },
  ])('$text', ({ shape, good, bad, text }) => {
    for (const value of good) expect(of(shape, value)).toBeUndefined();
    expect(of(shape, bad)).toBe(text);
  });

  it('asks for members that must be there, and for no others', () => {
    const shape = structure({ A: required(boolean()), B: boolean() });
    expect(violations(shape, { A: false })).toBeUndefined();
    expect(violations(shape, {})).toBe(
      "1 validation error detected: Value null at 'a' failed to satisfy constraint: Member must not be null",
    );
  });

  it('tells several violations in one message, in the order of the members', () => {
    const shape = structure({
      IdentityPoolId: required(name),
      MaxResults: required(integer({ max: 60 })),
      Id: arn,
    });
    expect(violations(shape, { MaxResults: 61, Id: 'a', IdentityPoolId: 'A' })).toBe(
      "3 validation errors detected: Value 'A' at 'identityPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+; Value '61' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 60; Value 'a' at 'id' failed to satisfy constraint: Member must have length greater than or equal to 2",
    );
  });

  it.each<{ name: string; shape: Shape; value: unknown }>([
    { name: 'alone', shape: string({ max: 3, sensitive: true }), value: 'secret' },
    { name: 'in a list', shape: list(string({ sensitive: true }), { max: 0 }), value: ['secret'] },
    { name: 'in a map', shape: map(string(), string({ max: 3, sensitive: true })), value: { a: 'secret' } },
    {
      name: 'in a structure',
      shape: list(structure({ Token: string({ sensitive: true }) }), { max: 0 }),
      value: [{ Token: 'secret' }],
    },
  ])('never repeats a sensitive value $name', ({ shape, value }) => {
    const text = of(shape, value);
    expect(text).toMatch(/^1 validation error/);
    expect(text).not.toContain('secret');
  });

  it('repeats no more than 1,024 characters of a value', () => {
    expect(of(string({ max: 3 }), 'x'.repeat(5000))).toBe(
      one(`${'x'.repeat(1024)}…`, 'Member must have length less than or equal to 3'),
    );
  });
});
