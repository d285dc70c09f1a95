import type { Decision } from '../evaluate.ts';
import {
  type Case,
  namesSession,
  type PolicyDocument,
  SESSION,
  type StatementDocument,
  USER,
  type Values,
} from './cases.ts';

/** A rule on which we and iam-simulate differ, knowingly. */
export interface Difference {
  readonly rule: string;
  /** Why ours is right, with AWS's page, or why it is the safer of two readings. */
  readonly because: string;
  readonly example: Case;
  readonly ours: Decision['effect'];
  readonly theirs: Decision['effect'];
  /** Whether the rule is at work in a generated case; absent where none is generated. */
  readonly explains?: (one: Case) => boolean;
}

interface AppliedCondition {
  readonly effect: 'Allow' | 'Deny';
  readonly operator: string;
  readonly wanted: readonly string[];
  /** The request's value of the key. */
  readonly actual: string | readonly string[] | undefined;
}

const documentsOf = ({ identity, boundary, session, resource }: Case): readonly PolicyDocument[] =>
  [...identity, boundary, session, resource].filter((policy) => policy !== undefined);

const statementsOf = (one: Case): readonly StatementDocument[] =>
  documentsOf(one).flatMap((policy) => policy.Statement);

const contextValue = ({ context }: Case, key: string): string | readonly string[] | undefined =>
  Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];

function someCondition(one: Case, test: (condition: AppliedCondition) => boolean): boolean {
  return statementsOf(one).some(({ Effect: effect, Condition: operators = {} }) =>
    Object.entries(operators).some(([operator, keys]) =>
      Object.entries(keys).some(([key, value]) =>
        test({ effect, operator, wanted: [value].flat(), actual: contextValue(one, key) }),
      ),
    ),
  );
}

/** Whether a text has a variable that has no default and no single value in the request. */
const lacksValue = (one: Case, text: string): boolean =>
  [...text.matchAll(/\$\{([^}?*$,]+)\}/g)].some(([, key = '']) => {
    const value = contextValue(one, key);
    return typeof value !== 'string' || value === '';
  });

const isEmpty = (value: AppliedCondition['actual']): boolean =>
  [value ?? []].flat().every((item) => item === '');

const WRONG_TYPE = ['ten', 'now', 'yes', 'unix', 'b'];

function example(
  statement: Omit<StatementDocument, 'Action'>,
  context: Values = {},
  change: Partial<Case> = {},
): Case {
  return {
    identity: [{ Version: '2012-10-17', Statement: [{ Action: ['*'], ...statement }] }],
    principal: 'user',
    action: 's3:GetObject',
    target: 'arn:aws:s3:::b/x',
    context,
    ...change,
  };
}

const allow = (Condition: Record<string, Values>): StatementDocument => ({
  Effect: 'Allow',
  Resource: ['*'],
  Condition,
});
const deny = (Condition: Record<string, Values>): StatementDocument => ({
  Effect: 'Deny',
  Resource: ['*'],
  Condition,
});

export const DIFFERENCES: readonly Difference[] = [
  {
    rule: 'numbers in date conditions are epoch seconds, four digits a year',
    because:
      'Condition operators page: "epoch (UNIX) time" and the W3C date formats, where 2027 is a year; iam-simulate takes every integer for milliseconds.',
    example: example(allow({ DateLessThan: { 'aws:CurrentTime': ['2027'] } }), {
      'aws:CurrentTime': '2026-11-23',
    }),
    ours: 'Allow',
    theirs: 'ImplicitDeny',
    explains: (one) =>
      someCondition(
        one,
        ({ operator, wanted, actual = [] }) =>
          operator.includes('Date') && [...wanted, ...[actual].flat()].some((value) => /^\d+$/.test(value)),
      ),
  },
  {
    rule: "a value that is not of the operator's type counts against the request",
    because:
      'AWS does not say; a condition that cannot be computed must not open a door, so in a Deny it holds.',
    example: example(deny({ NumericGreaterThan: { 'aws:MultiFactorAuthAge': ['5'] } }), {
      'aws:MultiFactorAuthAge': 'ten',
    }),
    ours: 'ExplicitDeny',
    theirs: 'ImplicitDeny',
    explains: (one) =>
      someCondition(one, ({ actual }) => typeof actual === 'string' && WRONG_TYPE.includes(actual)),
  },
  {
    rule: 'a multi-valued key without a set operator counts against the request',
    because:
      'Single-valued and multivalued context keys page: such keys "require a condition set operator"; in a Deny the condition holds.',
    example: example(deny({ StringEquals: { 'aws:CalledVia': ['athena'] } }), {
      'aws:CalledVia': ['athena', 'glue'],
    }),
    ours: 'ExplicitDeny',
    theirs: 'ImplicitDeny',
    explains: (one) =>
      someCondition(one, ({ operator, actual }) => !operator.startsWith('For') && typeof actual === 'object'),
  },
  {
    rule: 'an empty value is no value for Null and the set operators',
    because:
      'Set operators page: "a null dataset, such as an empty string"; Null with "false" asks whether "its value is not null".',
    example: example(allow({ Null: { 'aws:CalledVia': ['true'] } }), { 'aws:CalledVia': [] }),
    ours: 'Allow',
    theirs: 'ImplicitDeny',
    explains: (one) => someCondition(one, ({ actual }) => actual !== undefined && isEmpty(actual)),
  },
  {
    rule: 'a negated operator holds against a variable without a value',
    because:
      'Variables page: "Inverted condition operators like StringNotEquals or StringNotLike do match against a null value".',
    example: example(deny({ StringNotEquals: { 'aws:userid': ['${aws:PrincipalTag/team}'] } }), {
      'aws:userid': 'blue',
    }),
    ours: 'ExplicitDeny',
    theirs: 'ImplicitDeny',
    explains: (one) =>
      someCondition(
        one,
        ({ operator, wanted }) => operator.includes('Not') && wanted.some((value) => lacksValue(one, value)),
      ),
  },
  {
    rule: 'a variable without a value in the NotResource of a Deny does not undo it',
    because:
      'Variables page: it "will not match any resource", so nothing is excepted; iam-simulate drops the statement.',
    example: example({ Effect: 'Deny', NotResource: ['arn:aws:s3:::b/${aws:PrincipalTag/team}'] }),
    ours: 'ExplicitDeny',
    theirs: 'ImplicitDeny',
    explains: (one) =>
      statementsOf(one).some(
        ({ Effect, NotResource = [] }) =>
          Effect === 'Deny' && NotResource.some((value) => lacksValue(one, value)),
      ),
  },
  {
    rule: 'a variable with an empty value matches nothing',
    because:
      'Variables page: a key "that has no value" is null; iam-simulate compares with the text of the variable.',
    example: example(
      { Effect: 'Allow', NotResource: ['arn:aws:s3:::b/${aws:PrincipalTag/team}'] },
      { 'aws:PrincipalTag/team': '' },
    ),
    ours: 'ImplicitDeny',
    theirs: 'Allow',
    explains: (one) =>
      Object.values(one.context).includes('') &&
      documentsOf(one).some((policy) => JSON.stringify(policy).includes('${aws:PrincipalTag/team}')),
  },
  {
    rule: 'an absent key under ForAnyValue:…IfExists counts against the request',
    because:
      'AWS has two answers (IfExists: true, ForAnyValue: false); a Deny takes the first and an Allow the second.',
    example: example(deny({ 'ForAnyValue:StringEqualsIfExists': { 'aws:CalledVia': ['athena'] } })),
    ours: 'ExplicitDeny',
    theirs: 'ImplicitDeny',
    explains: (one) =>
      someCondition(
        one,
        ({ effect, operator, actual }) =>
          effect === 'Deny' && /^ForAny.*IfExists$/.test(operator) && isEmpty(actual),
      ),
  },
  {
    rule: 'an IPv4-mapped IPv6 address is the IPv4 address',
    because:
      'A dual-stack socket names IPv4 clients that way (RFC 4291, section 2.5.5.2); otherwise no IPv4 range would ever match.',
    example: example(allow({ IpAddress: { 'aws:SourceIp': ['192.0.2.0/24'] } }), {
      'aws:SourceIp': '::ffff:192.0.2.7',
    }),
    ours: 'Allow',
    theirs: 'ImplicitDeny',
    explains: (one) => someCondition(one, ({ actual }) => actual === '::ffff:192.0.2.7'),
  },
  {
    rule: 'NotIpAddress with an IPv4 address holds for IPv6 addresses',
    because: 'Condition operators page: "All IP addresses except the specified IP address or range".',
    example: example(allow({ NotIpAddress: { 'aws:SourceIp': ['192.0.3.7'] } }), {
      'aws:SourceIp': '2001:db8::7',
    }),
    ours: 'Allow',
    theirs: 'ImplicitDeny',
    explains: (one) =>
      someCondition(
        one,
        ({ operator, wanted, actual }) =>
          operator.includes('NotIp') && wanted.includes('192.0.3.7') && actual === '2001:db8::7',
      ),
  },
  {
    rule: 'IPv6 addresses are compared as addresses, not as text',
    because: 'RFC 4291, section 2.2: zeros may be written or left out, letters in either case.',
    example: example(allow({ IpAddress: { 'aws:SourceIp': ['2001:DB8:0::7'] } }), {
      'aws:SourceIp': '2001:db8::7',
    }),
    ours: 'Allow',
    theirs: 'ImplicitDeny',
    explains: (one) =>
      someCondition(
        one,
        ({ wanted, actual }) => wanted.includes('2001:DB8:0::7') && actual === '2001:db8::7',
      ),
  },
  {
    rule: 'variables are ordinary text before version 2012-10-17',
    because:
      'Variables page: without that version "variables like ${aws:username} are treated as literal strings".',
    example: example(
      { Effect: 'Allow', Resource: ['*'] },
      { 'aws:PrincipalTag/team': 'x' },
      {
        identity: [
          {
            Version: '2008-10-17',
            Statement: [
              { Effect: 'Allow', Action: ['*'], Resource: ['arn:aws:s3:::b/${aws:PrincipalTag/team}'] },
            ],
          },
        ],
      },
    ),
    ours: 'ImplicitDeny',
    theirs: 'Allow',
    explains: (one) =>
      documentsOf(one).some(
        (policy) => policy.Version === '2008-10-17' && JSON.stringify(policy).includes('${'),
      ),
  },
  {
    rule: 'NotPrincipal in a Deny spares only whom it names in all his names',
    because: 'NotPrincipal page: "you must also specify the account ARN of the not-denied principal".',
    example: example(
      { Effect: 'Allow', Resource: ['*'] },
      {},
      {
        resource: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Deny', NotPrincipal: { AWS: USER }, Action: ['*'], Resource: ['*'] }],
        },
      },
    ),
    ours: 'ExplicitDeny',
    theirs: 'Allow',
    explains: (one) =>
      statementsOf(one).some(({ Effect, NotPrincipal }) => Effect === 'Deny' && NotPrincipal !== undefined),
  },
  {
    rule: 'a resource policy that names the session is not limited by the session policy',
    because:
      'Evaluation logic page: "Permissions granted directly to a session are not limited by an implicit deny in an identity-based policy, a permissions boundary, or session policy".',
    example: example(
      { Effect: 'Deny', Resource: ['arn:aws:s3:::other'] },
      {},
      {
        principal: 'session',
        session: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: ['s3:PutObject'], Resource: ['*'] }],
        },
        resource: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { AWS: SESSION }, Action: ['*'], Resource: ['*'] }],
        },
      },
    ),
    ours: 'Allow',
    theirs: 'ImplicitDeny',
    explains: ({ session, resource }) =>
      session !== undefined && resource !== undefined && namesSession(resource),
  },
  {
    rule: 'a wildcard in the request is an ordinary character',
    because:
      'A request names one resource, and * is a legal character of an S3 key; iam-simulate asks about all resources of that form.',
    example: example({ Effect: 'Allow', Resource: ['arn:aws:s3:::b/x'] }, {}, { target: 'arn:aws:s3:::b/*' }),
    ours: 'ImplicitDeny',
    theirs: 'Allow',
  },
  {
    rule: 'a default does not stand in for a multi-valued key',
    because:
      'Variables page: variables are for single-valued keys; whether the default counts is open, so it does not.',
    example: example(
      { Effect: 'Allow', Resource: ["arn:aws:s3:::b/${aws:CalledVia, 'x'}"] },
      { 'aws:CalledVia': ['y'] },
    ),
    ours: 'ImplicitDeny',
    theirs: 'Allow',
  },
  {
    rule: 'a wildcard matches line breaks',
    because:
      "Condition operators page: * is any combination of characters; iam-simulate's regular expression stops at a line break.",
    example: example(
      { Effect: 'Allow', Resource: ['arn:aws:s3:::b/*'] },
      {},
      { target: 'arn:aws:s3:::b/a\nb' },
    ),
    ours: 'Allow',
    theirs: 'ImplicitDeny',
  },
];
