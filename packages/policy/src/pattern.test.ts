import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Context } from './context.ts';
import { compileTemplate } from './pattern.ts';
import { parseTemplate, type TemplateSyntax } from './template.ts';

const POLICY_2012: TemplateSyntax = { wildcards: true, variables: true };
const NO_KEYS: Context = new Map();

function match(pattern: string, text: string, context: Context = NO_KEYS, syntax = POLICY_2012): boolean {
  const template = parseTemplate(pattern, syntax);
  if (typeof template === 'string') throw new Error(template);
  return compileTemplate(template)(text, context);
}

/** The definition, with no thought for speed. */
function naive(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern.startsWith('*')) return naive(rest, text) || (text !== '' && naive(pattern, text.slice(1)));
  return text !== '' && (pattern.startsWith('?') || pattern[0] === text[0]) && naive(rest, text.slice(1));
}

describe('wildcards', () => {
  it.each([
    ['*', '', true],
    ['*', 'anything/at:all', true],
    ['', '', true],
    ['', 'a', false],
    ['?', '', false],
    ['?', 'a', true],
    ['?', 'ab', false],
    ['a*', 'a', true],
    ['*a', 'ba', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['*?*', '', false],
    ['a?c*', 'abcd', true],
    ['*.jpg', 'a\nb.jpg', true],
    ['[a-z].(x)+', '[a-z].(x)+', true],
    ['[a-z]', 'b', false],
  ])('%j against %j is %j', (pattern, text, expected) => {
    expect(match(pattern, text)).toBe(expected);
  });

  it('agrees with the definition', () => {
    const word = (letters: string): fc.Arbitrary<string> =>
      fc.string({ unit: fc.constantFrom(...letters), maxLength: 10 });
    fc.assert(
      fc.property(word('ab*?'), word('ab'), (pattern, text) => match(pattern, text) === naive(pattern, text)),
      { numRuns: 20_000 },
    );
  });

  it.each([
    ['stars between letters', `${'a*'.repeat(2000)}b`, 'a'.repeat(8000)],
    ['stars and question marks', `${'*?'.repeat(2000)}b`, 'a'.repeat(8000)],
    ['nothing but stars', `${'*'.repeat(6000)}b`, 'a'.repeat(8000)],
    ['long repeated pieces', `*${'a'.repeat(3000)}b*${'a'.repeat(3000)}c*`, 'a'.repeat(8000)],
    ['question marks in the piece', `*${'a?'.repeat(1500)}b*`, 'a'.repeat(8000)],
  ])('takes no exponential time: %s', (_name, pattern, text) => {
    expect(match(pattern, text)).toBe(false);
  });
});

describe('variables', () => {
  const context: Context = new Map<string, string | readonly string[]>([
    ['cognito-identity.amazonaws.com:sub', 'us-east-1:0a'],
    ['aws:principaltag/team', 'blue'],
    ['aws:principaltag/star', '*'],
    ['aws:principaltag/question', '?'],
    ['aws:principaltag/variable', '${aws:principaltag/team}'],
    ['aws:principaltag/empty', ''],
    ['aws:tagkeys', ['one']],
  ]);

  it.each([
    ['${cognito-identity.amazonaws.com:sub}/*', 'us-east-1:0a/save', true],
    ['${cognito-identity.amazonaws.com:sub}/*', 'us-east-1:0b/save', false],
    ['${COGNITO-identity.amazonaws.com:SUB}/*', 'us-east-1:0a/save', true],
    ['*-${aws:PrincipalTag/team}/*', 'bucket-blue/x', true],
    ['*-${aws:PrincipalTag/team}-*-${aws:PrincipalTag/team}', 'a-blue-b-blue', true],
    ['*-${aws:PrincipalTag/team}-*-${aws:PrincipalTag/team}', 'a-blue', false],
    ['*${aws:PrincipalTag/team}', 'light blue', true],
  ])('%j against %j is %j', (pattern, text, expected) => {
    expect(match(pattern, text, context)).toBe(expected);
  });

  it.each([
    ['${aws:PrincipalTag/star}', '*', true],
    ['${aws:PrincipalTag/star}', 'anything', false],
    ['home/${aws:PrincipalTag/star}/*', 'home/other/x', false],
    ['*${aws:PrincipalTag/star}*', 'no star here', false],
    ['${aws:PrincipalTag/question}', 'x', false],
    ['${aws:PrincipalTag/variable}', 'blue', false],
    ['${aws:PrincipalTag/variable}', '${aws:principaltag/team}', true],
  ])('takes the value of a variable literally: %j against %j is %j', (pattern, text, expected) => {
    expect(match(pattern, text, context)).toBe(expected);
  });

  it.each([
    ['${aws:PrincipalTag/none}', ''],
    ['*${aws:PrincipalTag/none}*', 'anything'],
    ['a*${aws:PrincipalTag/none}', 'abc'],
    ['${aws:PrincipalTag/none}', '${aws:PrincipalTag/none}'],
    ['bucket/${aws:PrincipalTag/empty}/*', 'bucket//x'],
    ['${aws:TagKeys}', 'one'],
    ["${aws:TagKeys, 'one'}", 'one'],
  ])('matches nothing when a variable has no value: %j against %j', (pattern, text) => {
    expect(match(pattern, text, context)).toBe(false);
  });

  it.each([
    ["${aws:PrincipalTag/none, 'company-wide'}", 'company-wide', true],
    ["${aws:PrincipalTag/team, 'company-wide'}", 'company-wide', false],
    ["${ aws:PrincipalTag/none , 'with space'  }", 'with space', true],
    ["${aws:PrincipalTag/none,'}'}", '}', true],
    ["${aws:PrincipalTag/none, '*'}", 'anything', false],
    ["${aws:PrincipalTag/empty, 'none'}", 'none', true],
  ])('default value: %j against %j is %j', (pattern, text, expected) => {
    expect(match(pattern, text, context)).toBe(expected);
  });

  it.each([
    ['${*}', '*', true],
    ['${*}', 'x', false],
    ['${?}', '?', true],
    ['${?}', 'x', false],
    ['${$}{aws:PrincipalTag/team}', '${aws:PrincipalTag/team}', true],
    ['a${*}*', 'a*b', true],
    ['$a{b}', '$a{b}', true],
  ])('escapes: %j against %j is %j', (pattern, text, expected) => {
    expect(match(pattern, text, context)).toBe(expected);
  });

  it('are ordinary text before version 2012-10-17', () => {
    const syntax = { wildcards: true, variables: false };
    expect(match('${aws:PrincipalTag/team}', 'blue', context, syntax)).toBe(false);
    expect(match('${aws:PrincipalTag/team}', '${aws:PrincipalTag/team}', context, syntax)).toBe(true);
  });

  it.each(['${', '${a', '${}', "${a:b, 'c}", '${a:b, c}', "${a:b, 'c' d}", "${a:b, 'c'e'f'}", '${a:${b}}'])(
    'refuses %j',
    (text) => {
      expect(typeof parseTemplate(text, POLICY_2012)).toBe('string');
    },
  );

  it('never lets a value widen a pattern', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (value, text) => {
        const matched = match('a/${aws:userid}/*', text, new Map([['aws:userid', value]]));
        expect(matched).toBe(text.startsWith(`a/${value}/`));
      }),
    );
  });
});
