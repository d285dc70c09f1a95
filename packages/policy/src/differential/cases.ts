import fc from 'fast-check';
import { type CompiledPolicy, compilePolicy } from '../compile.ts';
import type { PolicyKind } from '../document.ts';
import type { PolicyRequest, PolicySet } from '../evaluate.ts';
import { parsePolicy } from '../parse.ts';
import type { PrincipalSet } from '../principal.ts';

/** A context or the keys of an operator: names to one or many values. */
export type Values = Readonly<Record<string, string | readonly string[]>>;

export interface StatementDocument {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Values>>;
}

export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly StatementDocument[];
}

/** The policies of a request and the request. */
export interface Case {
  readonly identity: readonly PolicyDocument[];
  readonly boundary?: PolicyDocument | undefined;
  readonly session?: PolicyDocument | undefined;
  readonly resource?: PolicyDocument | undefined;
  readonly principal: 'session' | 'user';
  readonly action: string;
  readonly target: string;
  readonly context: Values;
}

export const ACCOUNT = '111122223333';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Players`;
export const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/Players/alice`;
export const USER = `arn:aws:iam::${ACCOUNT}:user/alice`;

export const PRINCIPALS: Readonly<Record<Case['principal'], PrincipalSet & { readonly arn: string }>> = {
  session: { account: ACCOUNT, arn: SESSION, issuerArn: ROLE },
  user: { account: ACCOUNT, arn: USER },
};

/** The case as `evaluate` takes it. */
export function compiled(one: Case): { readonly policies: PolicySet; readonly request: PolicyRequest } {
  const { identity, boundary, session, resource, principal, action, target, context } = one;
  const compile = (kind: PolicyKind, policy: PolicyDocument): CompiledPolicy =>
    compilePolicy(parsePolicy(JSON.stringify(policy), kind), kind);
  return {
    policies: {
      identity: identity.map((policy) => compile('identity', policy)),
      ...(boundary ? { boundary: compile('boundary', boundary) } : {}),
      ...(session ? { session: [compile('session', session)] } : {}),
      ...(resource ? { resource: compile('resource', resource) } : {}),
    },
    request: {
      action,
      resource: target,
      principal: PRINCIPALS[principal],
      context: new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value])),
    },
  };
}

/** A key of the context. What is under `contested` runs into a known difference. */
interface KeyVocabulary {
  readonly values: readonly (string | readonly string[])[];
  readonly operators: Readonly<Record<string, readonly string[]>>;
  readonly contested?: {
    readonly values?: readonly (string | readonly string[])[];
    readonly operators?: Readonly<Record<string, readonly string[]>>;
  };
  /** A multi-valued key: every operator but Null needs a set operator. */
  readonly multiple?: true;
}

const EXISTS = { Null: ['true', 'false'] };

const KEYS: Readonly<Record<string, KeyVocabulary>> = {
  'aws:PrincipalTag/team': {
    values: ['blue', 'Blue', 'red', 'b*'],
    operators: {
      ...EXISTS,
      StringEquals: ['blue', 'red', 'b*', '${aws:userid}', "${aws:PrincipalTag/none, 'red'}"],
      StringNotEquals: ['blue', 'red', "${aws:PrincipalTag/none, 'red'}"],
      StringEqualsIgnoreCase: ['BLUE', 'red'],
      StringNotEqualsIgnoreCase: ['BLUE', 'red'],
      StringLike: ['b*', '?ed', '*', 'x', '${aws:userid}*'],
      StringNotLike: ['b*', '?ed'],
    },
    contested: {
      values: [''],
      operators: { StringNotEquals: ['${aws:userid}'], StringNotLike: ['${aws:userid}*'] },
    },
  },
  'aws:userid': {
    values: ['blue', 'red', '*'],
    operators: { ...EXISTS, StringEquals: ['blue', '${aws:PrincipalTag/team}'] },
  },
  'aws:MultiFactorAuthAge': {
    values: ['5', '10', '10.5'],
    operators: {
      NumericEquals: ['5', '10'],
      NumericNotEquals: ['5', '10'],
      NumericLessThan: ['10'],
      NumericLessThanEquals: ['10'],
      NumericGreaterThan: ['5'],
      NumericGreaterThanEquals: ['10.5', '5'],
    },
    contested: { values: ['ten'] },
  },
  'aws:CurrentTime': {
    values: ['2026-11-23T16:00:00Z', '2026-11-23'],
    operators: {
      DateEquals: ['2026-11-23', '2026-11-23T17:00:00+01:00'],
      DateNotEquals: ['2026-11-23'],
      DateLessThan: ['2026-11-23T16:00:00Z', '2027-01'],
      DateLessThanEquals: ['2026-11-23T16:00:00Z'],
      DateGreaterThan: ['2026-11-23'],
      DateGreaterThanEquals: ['2026-11-23T16:00:00Z'],
    },
    contested: {
      values: ['1795449600', 'now'],
      operators: { DateEquals: ['1795449600'], DateLessThan: ['2027'], DateGreaterThan: ['1795449599'] },
    },
  },
  'aws:SecureTransport': {
    values: ['true', 'false', 'True'],
    operators: { Bool: ['true', 'false'] },
    contested: { values: ['yes'] },
  },
  'aws:SourceAccount': { values: ['QQ==', 'QUI='], operators: { BinaryEquals: ['QQ=='] } },
  'aws:SourceIp': {
    values: ['192.0.2.7', '192.0.3.7', '2001:db8::7'],
    operators: {
      IpAddress: ['192.0.2.0/24', '192.0.3.7', '2001:db8::/32', '2001:db8::7'],
      NotIpAddress: ['192.0.2.0/24', '2001:db8::/32'],
    },
    contested: {
      values: ['::ffff:192.0.2.7', 'unix'],
      operators: { IpAddress: ['2001:DB8:0::7'], NotIpAddress: ['192.0.3.7'] },
    },
  },
  'aws:SourceArn': {
    values: ['arn:aws:s3:::b', 'arn:aws:sqs:us-east-1:1:q:r', 'arn:aws:sqs:us-east-1:1:blue'],
    operators: {
      ArnEquals: ['arn:aws:s3:::b', 'arn:aws:sqs:*:*:q*', 'arn:aws:sqs:*:*:${aws:PrincipalTag/team}'],
      ArnLike: ['arn:aws:s3:::?', 'arn:aws:sqs:*:*:r', 'arn:*:*:*:*:*'],
      ArnNotEquals: ['arn:aws:s3:::b'],
      ArnNotLike: ['arn:aws:sqs:*:*:*'],
      StringLike: ['arn:aws:sqs:*:r'],
    },
    contested: {
      values: ['b'],
      operators: { ArnNotEquals: ['arn:aws:sqs:*:*:${aws:PrincipalTag/team}'] },
    },
  },
  'aws:CalledVia': {
    values: [['athena'], ['athena', 'glue'], ['lambda', 'glue']],
    operators: {
      ...EXISTS,
      StringEquals: ['athena'],
      StringNotEquals: ['athena'],
      StringLike: ['a*'],
      StringNotLike: ['a*', 'l*'],
    },
    contested: { values: [[], [''], ['', 'athena']] },
    multiple: true,
  },
};
const KEY_NAMES = Object.keys(KEYS);

const RESOURCES = [
  '*',
  'arn:aws:s3:::b/*',
  'arn:aws:s3:::b/blue/?',
  'arn:aws:s3:::*/x',
  "arn:aws:s3:::b/${aws:PrincipalTag/team, 'red'}",
  'arn:aws:s3:::b/${?}',
  'arn:aws:s3:::c/*',
];
/** Without a value in some requests; CalledVia in all, because it has many. */
const OWN_RESOURCES = ['arn:aws:s3:::b/${aws:PrincipalTag/team}/*', 'arn:aws:s3:::b/${aws:CalledVia}/*'];

const oneOf = <T>(choices: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...choices);
const someOf = (choices: readonly string[]): fc.Arbitrary<string[]> =>
  fc.subarray([...choices], { minLength: 1, maxLength: Math.min(2, choices.length) });
const sometimes = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

function conditionOf(name: string, open: boolean): fc.Arbitrary<Record<string, Values>> {
  const key = KEYS[name];
  const contested = open ? key?.contested?.operators : undefined;
  return oneOf(Object.entries(key?.operators ?? {})).chain(([base, values]) => {
    const prefixes =
      key?.multiple && !open ? ['ForAllValues:', 'ForAnyValue:'] : ['', '', 'ForAllValues:', 'ForAnyValue:'];
    const operator = fc.tuple(oneOf(prefixes), oneOf(['', '', 'IfExists'])).map(([prefix, suffix]) => {
      if (base === 'Null') return base;
      return prefix + base + (prefix === 'ForAnyValue:' && !open ? '' : suffix);
    });
    return fc
      .tuple(operator, oneOf([name, name.toLowerCase()]), someOf([...values, ...(contested?.[base] ?? [])]))
      .map(([operatorName, keyName, wanted]) => ({ [operatorName]: { [keyName]: wanted } }));
  });
}

function permission(open: boolean): fc.Arbitrary<StatementDocument> {
  const mostly = oneOf([true, true, true, false]);
  const actions = someOf([
    's3:GetObject',
    's3:PutObject',
    's3:*',
    '*',
    's3:get*',
    'S3:?etObject',
    'dynamodb:*',
  ]);
  const conditions = fc.array(
    oneOf(KEY_NAMES).chain((name) => conditionOf(name, open)),
    { maxLength: 2 },
  );
  return fc
    .record({
      isAction: mostly,
      isResource: mostly,
      actions,
      conditions,
      effect: oneOf(['Allow', 'Allow', 'Deny'] as const),
    })
    .chain(({ isAction, isResource, actions, conditions, effect }) =>
      someOf(isResource || open ? [...RESOURCES, ...OWN_RESOURCES] : RESOURCES).map((resources) => ({
        Effect: effect,
        ...(isAction ? { Action: actions } : { NotAction: actions }),
        ...(isResource ? { Resource: resources } : { NotResource: resources }),
        ...(conditions.length === 0 ? {} : { Condition: Object.assign({}, ...conditions) }),
      })),
    );
}

function withPrincipal(open: boolean): fc.Arbitrary<StatementDocument> {
  const named = [ROLE, SESSION, USER, ACCOUNT, `${USER}2`, '*'].map((name): unknown => ({ AWS: name }));
  const principal = oneOf([...named, '*', { AWS: [USER, ROLE] }]);
  return fc.tuple(permission(open), principal, fc.nat({ max: 9 })).map(([statement, value, dice]) => ({
    ...(open && dice === 0 ? { NotPrincipal: value } : { Principal: value }),
    ...statement,
  }));
}

function documentOf(statement: fc.Arbitrary<StatementDocument>, open: boolean): fc.Arbitrary<PolicyDocument> {
  return fc.record({
    Version: oneOf(open ? ['2012-10-17', '2012-10-17', '2008-10-17'] : ['2012-10-17']),
    Statement: fc.array(statement, { minLength: 1, maxLength: 3 }),
  });
}

const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['*'], Resource: ['*'] }],
};

/** Cases on settled ground, or with `open` also those that run into known differences. */
export function cases(open: boolean): fc.Arbitrary<Case> {
  const identity = documentOf(permission(open), open);
  const limit = sometimes(fc.oneof(identity, fc.constant(EVERYTHING)));
  const context = fc
    .tuple(
      ...KEY_NAMES.map((name) => {
        const { values = [], contested } = KEYS[name] ?? {};
        return fc.option(oneOf([...values, ...(open ? (contested?.values ?? []) : [])]), {
          nil: undefined,
          freq: 3,
        });
      }),
    )
    .map((values) =>
      Object.fromEntries(
        values.flatMap((value, i) => (value === undefined ? [] : [[KEY_NAMES[i] ?? '', value]])),
      ),
    );
  const drawn = fc.record({
    identity: fc.array(identity, { maxLength: 2 }),
    boundary: limit,
    session: limit,
    resource: sometimes(documentOf(withPrincipal(open), open)),
    principal: oneOf(['session', 'user'] as const),
    action: oneOf(['s3:GetObject', 's3:PutObject']),
    target: oneOf([
      'arn:aws:s3:::b/blue/x',
      'arn:aws:s3:::b/red',
      'arn:aws:s3:::b/x',
      'arn:aws:s3:::c/blue/x',
    ]),
    context,
  });
  return drawn.map((one): Case => {
    if (!one.session) return one;
    if (!open && one.resource && namesSession(one.resource)) return { ...one, session: undefined };
    // Only a role session can have a session policy.
    return { ...one, principal: 'session' };
  });
}

/** Whether a resource policy names the session itself or everybody. */
export function namesSession(resource: PolicyDocument): boolean {
  return resource.Statement.some(
    ({ Principal, NotPrincipal }) =>
      NotPrincipal !== undefined ||
      ['"*"', `"${SESSION}"`].some((name) => JSON.stringify(Principal).includes(name)),
  );
}
