import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate, evaluateCondition, noValue, type Scope } from './functions.ts';
import type { Json } from './json.ts';
import { readTemplateText } from './read.ts';

const references = new Map<string, Json | typeof noValue>([
  ['Bucket', 'saves'],
  ['List', ['a', 'b']],
  ['AWS::Region', 'us-east-1'],
  ['AWS::NoValue', noValue],
]);

const scope: Scope = {
  reference: (name) => references.get(name),
  attribute: (name, attribute) => (name === 'Role' ? `${name}'s ${attribute}` : undefined),
  condition: (name) => name === 'Yes',
};

const value = (yaml: string): Json => evaluate(readTemplateText(yaml), scope, 'here');

describe('a function', () => {
  it.each<[string, Json]>([
    ['!Ref Bucket', 'saves'],
    ['{ Ref: Bucket }', 'saves'],
    ['!GetAtt Role.Arn', "Role's Arn"],
    ['!GetAtt [Role, Deep.Arn]', "Role's Deep.Arn"],
    ['{ "Fn::GetAtt": Role.Arn }', "Role's Arn"],
    ['!Sub "${Bucket} in ${AWS::Region}: ${Role.Arn}"', "saves in us-east-1: Role's Arn"],
    ['!Sub ["${A}${Bucket}", { A: !Ref Bucket }]', 'savessaves'],
    [
      '!Sub "${!cognito-identity.amazonaws.com:sub}/${!Bucket}"',
      '${cognito-identity.amazonaws.com:sub}/${Bucket}',
    ],
    ['!Join ["-", [a, !Ref Bucket, 1]]', 'a-saves-1'],
    ['!Join [",", !Ref List]', 'a,b'],
    ['!Split ["/", a/b/]', ['a', 'b', '']],
    ['!Select [1, !Ref List]', 'b'],
    ['!Select ["0", [x]]', 'x'],
    ['!If [Yes, a, !Ref Nothing]', 'a'],
    ['!If [No, a, b]', 'b'],
    ['{ a: !If [No, 1, !Ref AWS::NoValue], b: [!Ref AWS::NoValue, 2] }', { b: [2] }],
    ['{ Ref: a, Other: b }', { Ref: 'a', Other: 'b' }],
    ['2012-10-17', '2012-10-17'],
  ])('%s', (yaml, expected) => {
    expect(value(yaml)).toEqual(expected);
  });

  it.each<[string, RegExp]>([
    ['!Ref Nothing', /there is no parameter or resource Nothing/],
    ['!GetAtt Nothing.Arn', /there is no resource Nothing/],
    ['!Sub "${cognito-identity.amazonaws.com:sub}"', /write \$\{!cognito-identity\.amazonaws\.com:sub\}/],
    ['!Sub "${List}"', /Fn::Sub needs a text/],
    ['!Select [2, !Ref List]', /there is no item 2/],
    ['!Select [-1, !Ref List]', /there is no item -1/],
    ['!Split ["", a]', /needs a delimiter/],
    ['!If [Yes, a]', /takes a condition and two values/],
    ['!Base64 a', /the function Fn::Base64 is not known here/],
    ['!Ref AWS::NoValue', /AWS::NoValue cannot stand here/],
  ])('%s is refused', (yaml, message) => {
    expect(() => value(yaml)).toThrow(message);
  });
});

describe('a condition', () => {
  it.each<[string, boolean]>([
    ['!Equals [!Ref Bucket, saves]', true],
    ['!Equals [true, "true"]', true],
    ['!Equals [1, "2"]', false],
    ['!Not [!Condition Yes]', false],
    ['!And [!Condition Yes, !Condition No]', false],
    ['!Or [!Condition No, { Condition: Yes }]', true],
  ])('%s is %s', (yaml, truth) => {
    expect(evaluateCondition(readTemplateText(yaml), scope, 'here')).toBe(truth);
  });

  it.each(['true', '!Or [!Condition Yes]', '!Not [!Condition Yes, !Condition No]', '!Ref Bucket'])(
    '%s is refused',
    (yaml) => {
      expect(() => evaluateCondition(readTemplateText(yaml), scope, 'here')).toThrow(/^here: /);
    },
  );
});

describe('readTemplateText', () => {
  it('reads JSON as itself', () => {
    const json = fc.jsonValue().map((sample) => JSON.stringify(sample));
    fc.assert(
      fc.property(json, (text) => {
        fc.pre(!text.includes('__proto__'));
        expect(JSON.stringify(readTemplateText(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
      { numRuns: 50 },
    );
  });

  it.each<[string, string, RegExp]>([
    ['a key twice', 'a: 1\na: 2', /line 2, column 1: /],
    ['an unknown tag', 'a: !Nope x', /Unresolved tag: !Nope/],
    ['what is too long', ' '.repeat(1_000_001), /a million characters/],
    [
      'aliases without end',
      `a: &a [x]\n${'bcdefgh'.replaceAll(/./g, (c) => `${c}: &${c} [${`*${String.fromCharCode(c.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`,
      /alias/i,
    ],
  ])('refuses %s', (_what, text, message) => {
    expect(() => readTemplateText(text)).toThrow(message);
  });
});
