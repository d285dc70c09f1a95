import { describe, expect, it } from 'vitest';
import { compilePolicy } from './compile.ts';
import type { Context } from './context.ts';
import { evaluate } from './evaluate.ts';
import { parsePolicy } from './parse.ts';

type Value = string | readonly string[] | undefined;
type Outcome = 'holds' | 'fails';

/** Whether a condition on the key `x:y` holds in a statement of the given effect. */
function outcome(
  effect: 'Allow' | 'Deny',
  operator: string,
  wanted: unknown,
  actual: Value,
  others: Context = new Map(),
): Outcome {
  const statement = {
    Effect: effect,
    Action: '*',
    Resource: '*',
    Condition: { [operator]: { 'x:Y': wanted } },
  };
  const policy = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statement }), 'identity');
  const context = new Map(others);
  if (actual !== undefined) context.set('x:y', actual);
  const decision = evaluate(
    { identity: [compilePolicy(policy, 'policy')] },
    { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', context },
  );
  return decision.statement === undefined ? 'fails' : 'holds';
}

const TOKEN = '2026-11-23T16:00:00Z';
const SALES = 'arn:aws:iam::111122223333:role/sales/alice';

/** For each operator a value of the policy, values that agree with it, and values that do not. */
const OPERATORS: readonly (readonly [
  operator: string,
  wanted: unknown,
  agree: readonly string[],
  disagree: readonly string[],
])[] = [
  ['StringEquals', 'blue', ['blue'], ['Blue', 'blue ', '', 'green']],
  ['StringEquals', 'bl*', ['bl*'], ['blue']],
  ['StringEqualsIgnoreCase', 'Blue', ['blue', 'BLUE'], ['green', '']],
  ['StringLike', 'bl*', ['bl', 'blue'], ['Blue', 'b']],
  ['StringLike', '?lue', ['blue', 'glue'], ['lue']],
  ['StringLike', ['', 'home/'], ['', 'home/'], ['home']],
  ['NumericEquals', 10, ['10', '10.0', '010'], ['11', '-10']],
  ['NumericLessThan', '10', ['9.99', '-1'], ['10', '11']],
  ['NumericLessThanEquals', '10', ['10', '9'], ['10.01']],
  ['NumericGreaterThan', '10', ['10.01'], ['10', '9']],
  ['NumericGreaterThanEquals', '10', ['10', '11'], ['9.99']],
  ['DateEquals', TOKEN, [TOKEN, '2026-11-23T17:00:00+01:00', '1795449600'], ['2026-11-23']],
  ['DateLessThan', TOKEN, ['2026-11-23', '1795449599'], [TOKEN, '2027']],
  ['DateLessThanEquals', TOKEN, [TOKEN, '2026'], ['2026-11-23T16:00:00.001Z']],
  ['DateGreaterThan', '1795449600', ['2026-11-23T16:00:00.001Z'], [TOKEN]],
  ['DateGreaterThanEquals', TOKEN, [TOKEN, '2027'], ['2026']],
  ['Bool', 'true', ['true', 'TRUE'], ['false']],
  ['Bool', false, ['false'], ['true']],
  ['BinaryEquals', 'QmluYXJ5VmFsdWVJbkJhc2U2NA==', ['QmluYXJ5VmFsdWVJbkJhc2U2NA=='], ['QQ==']],
  [
    'IpAddress',
    ['203.0.113.0/24', '2001:DB8:1234:5678::/64'],
    ['203.0.113.9', '2001:db8:1234:5678::9'],
    ['203.0.114.9', '::1'],
  ],
  ['ArnEquals', SALES, [SALES], ['arn:aws:iam::111122223333:role/sales/bob']],
  [
    'ArnLike',
    'arn:aws:iam::*:role/sales/*',
    [SALES],
    ['arn:aws:iam::1:role/support/x', 'arn:aws:iam::1:user:role/sales/x'],
  ],
  ['ArnEquals', 'arn:aws:iam::*:role/sales/?????', [SALES], ['arn:aws:iam::1:role/sales/bob']],
  ['ArnLike', '*', [SALES], []],
];

const NEGATED: Readonly<Record<string, string>> = {
  StringEquals: 'StringNotEquals',
  StringEqualsIgnoreCase: 'StringNotEqualsIgnoreCase',
  StringLike: 'StringNotLike',
  NumericEquals: 'NumericNotEquals',
  DateEquals: 'DateNotEquals',
  IpAddress: 'NotIpAddress',
  ArnEquals: 'ArnNotEquals',
  ArnLike: 'ArnNotLike',
};

describe.each(OPERATORS)('%s %j', (operator, wanted, agree, disagree) => {
  const negated = NEGATED[operator];

  it('holds for values that agree and for no other, in Allow and in Deny', () => {
    for (const effect of ['Allow', 'Deny'] as const) {
      for (const value of agree)
        expect([value, outcome(effect, operator, wanted, value)]).toEqual([value, 'holds']);
      for (const value of disagree)
        expect([value, outcome(effect, operator, wanted, value)]).toEqual([value, 'fails']);
    }
  });

  it('fails without the key, unless IfExists or negated', () => {
    expect(outcome('Allow', operator, wanted, undefined)).toBe('fails');
    expect(outcome('Allow', operator, wanted, [])).toBe('fails');
    expect(outcome('Allow', `${operator}IfExists`, wanted, undefined)).toBe('holds');
    if (negated) expect(outcome('Allow', negated, wanted, undefined)).toBe('holds');
    if (negated) expect(outcome('Deny', `${negated}IfExists`, wanted, undefined)).toBe('holds');
  });

  it('means the same with IfExists when the key is there', () => {
    for (const value of agree) expect(outcome('Allow', `${operator}IfExists`, wanted, value)).toBe('holds');
    for (const value of disagree)
      expect(outcome('Allow', `${operator}IfExists`, wanted, value)).toBe('fails');
  });
});

describe.each(OPERATORS.filter(([operator]) => NEGATED[operator]))(
  'the negation of %s %j',
  (operator, wanted, agree, disagree) => {
    it('holds exactly where the operator fails', () => {
      const negated = `${NEGATED[operator]}`;
      for (const value of agree)
        expect([value, outcome('Allow', negated, wanted, value)]).toEqual([value, 'fails']);
      for (const value of disagree)
        expect([value, outcome('Allow', negated, wanted, value)]).toEqual([value, 'holds']);
    });
  },
);

describe('several values', () => {
  it('of the policy are alternatives', () => {
    expect(outcome('Allow', 'StringEquals', ['a', 'b'], 'b')).toBe('holds');
    expect(outcome('Allow', 'NumericLessThan', [1, 10], '5')).toBe('holds');
  });

  it('of the policy under a negated operator must all differ', () => {
    expect(outcome('Allow', 'StringNotEquals', ['a', 'b'], 'b')).toBe('fails');
    expect(outcome('Allow', 'StringNotEquals', ['a', 'b'], 'c')).toBe('holds');
    expect(outcome('Allow', 'NotIpAddress', ['10.0.0.0/8', '192.0.2.0/24'], '192.0.2.1')).toBe('fails');
  });

  it.each([
    ['StringEquals', ['authenticated']],
    ['StringEquals', ['authenticated', 'graph.facebook.com']],
    ['StringNotEquals', ['x']],
    ['StringEqualsIfExists', ['authenticated']],
  ])('of the request need a set operator: %s with %j counts against the request', (operator, actual) => {
    expect(outcome('Allow', operator, 'authenticated', actual)).toBe('fails');
    expect(outcome('Deny', operator, 'authenticated', actual)).toBe('holds');
  });
});

/** IAM User Guide, "Set operators for multivalued context keys". */
describe('set operators', () => {
  const allowed = ['PostDateTime', 'Message', 'Tags'];
  it.each<[string, readonly string[] | string, Value, Outcome]>([
    ['ForAllValues:StringEquals', allowed, ['PostDateTime', 'Message'], 'holds'],
    ['ForAllValues:StringEquals', allowed, ['PostDateTime', 'UserName'], 'fails'],
    ['ForAllValues:StringEquals', allowed, 'Tags', 'holds'],
    ['ForAllValues:StringEquals', allowed, undefined, 'holds'],
    ['ForAllValues:StringEquals', allowed, [], 'holds'],
    ['ForAllValues:StringEquals', allowed, '', 'holds'],
    ['ForAllValues:StringEquals', allowed, [''], 'holds'],
    ['ForAllValues:StringEquals', allowed, ['', 'Tags'], 'fails'],
    ['ForAllValues:StringNotEquals', allowed, ['UserName', 'ID'], 'holds'],
    ['ForAllValues:StringNotEquals', allowed, ['UserName', 'Tags'], 'fails'],
    ['ForAllValues:StringLike', ['Post*'], ['PostDateTime', 'PostId'], 'holds'],
    ['ForAnyValue:StringEquals', ['ID', 'PostDateTime'], ['UserName', 'Message', 'PostDateTime'], 'holds'],
    ['ForAnyValue:StringEquals', ['ID', 'PostDateTime'], ['UserName'], 'fails'],
    ['ForAnyValue:StringEquals', ['ID'], undefined, 'fails'],
    ['ForAnyValue:StringEquals', [''], '', 'fails'],
    ['ForAnyValue:StringNotEquals', ['ID'], ['ID', 'UserName'], 'holds'],
    ['ForAnyValue:StringNotEquals', ['ID'], ['ID'], 'fails'],
    ['ForAnyValue:StringNotEquals', ['ID'], undefined, 'fails'],
    ['ForAnyValue:StringLike', 'authenticated', ['authenticated', 'graph.facebook.com'], 'holds'],
    ['ForAllValues:NumericLessThan', ['10'], ['1', '9'], 'holds'],
    ['ForAllValues:NumericLessThan', ['10'], ['1', '10'], 'fails'],
    ['ForAnyValue:ArnLike', ['arn:aws:iam::*:role/a*'], ['x', 'arn:aws:iam::1:role/ab'], 'holds'],
  ])('%s %j against %j %s', (operator, wanted, actual, expected) => {
    expect(outcome('Allow', operator, wanted, actual)).toBe(expected);
    expect(outcome('Deny', operator, wanted, actual)).toBe(expected);
  });

  it('leave an absent key under ForAnyValue:…IfExists to count against the request', () => {
    expect(outcome('Allow', 'ForAnyValue:StringEqualsIfExists', 'a', undefined)).toBe('fails');
    expect(outcome('Deny', 'ForAnyValue:StringEqualsIfExists', 'a', undefined)).toBe('holds');
    expect(outcome('Allow', 'ForAllValues:StringEqualsIfExists', 'a', undefined)).toBe('holds');
  });
});

describe('Null', () => {
  it.each<[unknown, Value, Outcome]>([
    ['true', undefined, 'holds'],
    ['true', 'x', 'fails'],
    ['false', undefined, 'fails'],
    ['false', 'x', 'holds'],
    [true, [], 'holds'],
    [false, ['x', 'y'], 'holds'],
    ['false', '', 'fails'],
    [['true', 'false'], 'x', 'holds'],
  ])('%j against %j %s', (wanted, actual, expected) => {
    expect(outcome('Allow', 'Null', wanted, actual)).toBe(expected);
    expect(outcome('Deny', 'Null', wanted, actual)).toBe(expected);
  });
});

describe("a value that is not of the operator's type counts against the request", () => {
  it.each([
    ['NumericEquals', '10', 'ten'],
    ['NumericNotEquals', '10', 'ten'],
    ['NumericLessThan', '10', ''],
    ['DateGreaterThan', TOKEN, 'tomorrow'],
    ['DateNotEquals', TOKEN, '2026-13'],
    ['Bool', 'true', 'yes'],
    ['BinaryEquals', 'QQ==', '?'],
    ['IpAddress', '10.0.0.0/8', 'unix:'],
    ['NotIpAddress', '10.0.0.0/8', '999.1.1.1'],
    ['ArnLike', 'arn:aws:iam::*:role/*', 'role/x'],
    ['ArnNotLike', 'arn:aws:iam::*:role/*', ''],
    ['ForAllValues:NumericLessThan', '10', 'ten'],
    ['ForAnyValue:NumericLessThan', '10', 'ten'],
  ])('%s %j against %j', (operator, wanted, actual) => {
    expect(outcome('Allow', operator, wanted, actual)).toBe('fails');
    expect(outcome('Deny', operator, wanted, actual)).toBe('holds');
  });
});

/** IAM User Guide, "Policy variables with no value". */
describe('variables in conditions', () => {
  const withTeam: Context = new Map([['aws:principaltag/team', 'Blue']]);
  const TEAM = '${aws:PrincipalTag/Team}';

  it.each<[string, unknown, string, Context, Outcome]>([
    ['StringEquals', TEAM, 'Blue', withTeam, 'holds'],
    ['StringEquals', TEAM, 'blue', withTeam, 'fails'],
    ['StringEqualsIgnoreCase', TEAM, 'bLUE', withTeam, 'holds'],
    ['StringLike', `${TEAM}/*`, 'Blue/x', withTeam, 'holds'],
    ['ArnLike', `arn:aws:s3:::bucket/${TEAM}/*`, 'arn:aws:s3:::bucket/Blue/x', withTeam, 'holds'],
    ['ArnLike', `arn:aws:s3:::bucket/${TEAM}/*`, 'arn:aws:s3:::bucket/Red/x', withTeam, 'fails'],
    ['ArnEquals', '${aws:SourceArn}', SALES, new Map([['aws:sourcearn', SALES]]), 'holds'],
    ['Bool', '${aws:Secure}', 'true', new Map([['aws:secure', 'True']]), 'holds'],
    ['Bool', '${aws:Secure}', 'true', new Map([['aws:secure', 'yes']]), 'fails'],
    ['StringEquals', TEAM, 'Blue', new Map(), 'fails'],
    ['StringEquals', ['Blue', TEAM], 'Blue', new Map(), 'holds'],
    ['StringNotEquals', TEAM, 'Blue', new Map(), 'holds'],
    ['StringNotLike', TEAM, 'Blue', new Map(), 'holds'],
    ['StringEquals', "${aws:PrincipalTag/Team, 'none'}", 'none', new Map(), 'holds'],
    ['StringEquals', '${*}${?}${$}', '*?$', new Map(), 'holds'],
  ])('%s %j against %j', (operator, wanted, actual, context, expected) => {
    expect(outcome('Allow', operator, wanted, actual, context)).toBe(expected);
    expect(outcome('Deny', operator, wanted, actual, context)).toBe(expected);
  });

  it('are compared literally even when the value looks like a pattern', () => {
    expect(outcome('Allow', 'StringLike', TEAM, 'Red', new Map([['aws:principaltag/team', '*']]))).toBe(
      'fails',
    );
    const star: Context = new Map([['aws:principaltag/team', '*']]);
    expect(outcome('Allow', 'ArnLike', `arn:aws:s3:::${TEAM}/x`, 'arn:aws:s3:::any/x', star)).toBe('fails');
  });
});

it('compares condition keys without regard to case and needs all conditions', () => {
  const document = {
    Statement: {
      Effect: 'Allow',
      Action: '*',
      Resource: '*',
      Condition: {
        StringEquals: { 'AWS:principaltag/TEAM': 'blue', 'aws:userid': 'u' },
        Bool: { 'aws:SecureTransport': true },
      },
    },
  };
  const policy = compilePolicy(parsePolicy(JSON.stringify(document), 'identity'), 'policy');
  const keys: [string, string][] = [
    ['aws:principaltag/team', 'blue'],
    ['aws:userid', 'u'],
    ['aws:securetransport', 'true'],
  ];
  const allowed = (context: Context): boolean =>
    evaluate({ identity: [policy] }, { action: 'a:b', resource: '*', context }).allowed;
  expect(allowed(new Map(keys))).toBe(true);
  for (const [key] of keys) expect(allowed(new Map(keys.filter(([other]) => other !== key)))).toBe(false);
});
