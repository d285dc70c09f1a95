import { describe, expect, it } from 'vitest';
import type { PolicyKind } from './document.ts';
import { parsePolicy } from './parse.ts';
import { PolicySyntaxError } from './syntax-error.ts';

function refusal(json: string, kind: PolicyKind): PolicySyntaxError {
  try {
    parsePolicy(json, kind);
  } catch (error) {
    if (error instanceof PolicySyntaxError) return error;
    throw error;
  }
  throw new Error(`accepted ${json}`);
}

const STATEMENT = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };
const TRUST = {
  Effect: 'Allow',
  Principal: { Federated: 'cognito-identity.amazonaws.com' },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: { StringEquals: { 'cognito-identity.amazonaws.com:aud': 'us-east-1:0' } },
};
const BUCKET = { ...STATEMENT, Principal: '*' };

/** A one-statement policy; `undefined` takes an element away. */
const policy = (statement: object, change: object = {}): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, ...change }] });

const SYNTAX = 'Syntax errors in policy.';
const VENDOR = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';

describe("PolicySyntaxError has IAM's text, the path and the precise reason", () => {
  it.each<[kind: PolicyKind, json: string, message: string, path: string, detail: string]>([
    ['identity', '{', SYNTAX, '', `expected '"', found the end of the text at offset 1`],
    [
      'trust',
      '{',
      'This policy contains invalid Json',
      '',
      `expected '"', found the end of the text at offset 1`,
    ],
    ['identity', '[]', SYNTAX, '', 'expected an object, found a list'],
    ['identity', '{}', SYNTAX, '', 'a policy needs the element Statement'],
    [
      'trust',
      '{}',
      'Could not parse the policy: Statement is empty!',
      '',
      'a policy needs the element Statement',
    ],
    ['identity', '{"Statement":[]}', SYNTAX, 'Statement', 'Statement is an empty list'],
    ['identity', '{"Statement":[1]}', SYNTAX, 'Statement[0]', 'expected an object, found 1'],
    [
      'identity',
      '{"__proto__":{}}',
      SYNTAX,
      '__proto__',
      'there is no element "__proto__" here; allowed are Version, Id, Statement',
    ],
    [
      'identity',
      '{"Version":"2012-10-18","Statement":[]}',
      SYNTAX,
      'Version',
      'Version is "2012-10-17" or "2008-10-17"',
    ],
    [
      'trust',
      '{"Version":2012,"Statement":[]}',
      'The policy must contain a valid version string',
      'Version',
      'Version is "2012-10-17" or "2008-10-17"',
    ],
    [
      'identity',
      policy(STATEMENT, { effect: 'Allow' }),
      SYNTAX,
      'Statement[0].effect',
      'there is no element "effect" here; allowed are Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition',
    ],
    [
      'identity',
      policy(STATEMENT, { Effect: undefined }),
      SYNTAX,
      'Statement[0]',
      'a statement needs the element Effect',
    ],
    [
      'identity',
      policy(STATEMENT, { Effect: 'allow' }),
      SYNTAX,
      'Statement[0].Effect',
      'Effect is "Allow" or "Deny"',
    ],
    [
      'trust',
      policy(TRUST, { Effect: 'allow' }),
      'Invalid effect: allow',
      'Statement[0].Effect',
      'Effect is "Allow" or "Deny"',
    ],
    [
      'trust',
      policy(TRUST, { Effect: undefined }),
      'Missing required field Effect',
      'Statement[0]',
      'a statement needs the element Effect',
    ],
    [
      'identity',
      policy(STATEMENT, { Action: undefined }),
      'Policy statement must contain actions.',
      'Statement[0]',
      'a statement needs Action or NotAction',
    ],
    [
      'identity',
      policy(STATEMENT, { Action: [] }),
      'Policy statement must contain actions.',
      'Statement[0].Action',
      'the list is empty',
    ],
    [
      'trust',
      policy(TRUST, { Action: undefined }),
      'Missing required field Action',
      'Statement[0]',
      'a statement needs Action or NotAction',
    ],
    [
      'identity',
      policy(STATEMENT, { NotAction: 's3:*' }),
      SYNTAX,
      'Statement[0].NotAction',
      'a statement has either Action or NotAction',
    ],
    [
      'identity',
      policy(STATEMENT, { Action: ['s3:*', 5] }),
      SYNTAX,
      'Statement[0].Action[1]',
      'expected a string, found 5',
    ],
    [
      'identity',
      policy(STATEMENT, { Action: 'GetObject' }),
      VENDOR,
      'Statement[0].Action',
      'an action is "*" or service:Action, not "GetObject"',
    ],
    [
      'identity',
      policy(STATEMENT, { Action: 's3:a:b' }),
      'Actions/Condition can contain only one colon.',
      'Statement[0].Action',
      '"s3:a:b"',
    ],
    [
      'identity',
      policy(STATEMENT, { Action: 's3*:Get' }),
      'Vendor s3* is not valid',
      'Statement[0].Action',
      'a service name has letters, digits, "." and "-", or is "*"',
    ],
    [
      'identity',
      policy(STATEMENT, { Resource: undefined }),
      'Policy statement must contain resources.',
      'Statement[0]',
      'a statement needs Resource or NotResource',
    ],
    [
      'identity',
      policy(STATEMENT, { Resource: [] }),
      'Policy statement must contain resources.',
      'Statement[0].Resource',
      'the list is empty',
    ],
    [
      'identity',
      policy(STATEMENT, { NotResource: '*' }),
      SYNTAX,
      'Statement[0].NotResource',
      'a statement has either Resource or NotResource',
    ],
    [
      'identity',
      policy(STATEMENT, { Resource: 'bucket' }),
      'Resource bucket must be in ARN format or "*".',
      'Statement[0].Resource',
      'a resource is "*" or arn:partition:service:region:account:resource',
    ],
    [
      'identity',
      policy(STATEMENT, { Resource: 'arn:was:s3:::b' }),
      'Partition "was" is not valid for resource "arn:was:s3:::b".',
      'Statement[0].Resource',
      'the partition of an ARN is aws, aws-cn, aws-us-gov, … or "*"',
    ],
    [
      'identity',
      policy(STATEMENT, { Resource: 'arn:aws:s3::b' }),
      'The policy failed legacy parsing',
      'Statement[0].Resource',
      'an ARN has six parts, arn:partition:service:region:account:resource',
    ],
    [
      'identity',
      policy(STATEMENT, { Resource: 'arn:aws:s3:::b/${a' }),
      SYNTAX,
      'Statement[0].Resource',
      'a variable has no closing brace',
    ],
    [
      'identity',
      policy(STATEMENT, { Resource: 'arn:aws:s3::${aws:PrincipalAccount}:b' }),
      SYNTAX,
      'Statement[0].Resource',
      'a variable can stand only after the fifth colon of an ARN',
    ],
    [
      'identity',
      policy(STATEMENT, { Sid: 'a b' }),
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
      'Statement[0].Sid',
      '"a b" has other characters than letters and digits',
    ],
    [
      'identity',
      JSON.stringify({ Statement: [{ Sid: 'a', ...STATEMENT }, STATEMENT, { Sid: 'a', ...STATEMENT }] }),
      'Statement IDs (SID) in a single policy must be unique.',
      'Statement[2]',
      'the Sid "a" is already Statement[0]\'s',
    ],
    [
      'trust',
      JSON.stringify({
        Statement: [
          { Sid: 'a', ...TRUST },
          { Sid: 'a', ...TRUST },
        ],
      }),
      'The Statement Ids in the policy are not unique',
      'Statement[1]',
      'the Sid "a" is already Statement[0]\'s',
    ],
    [
      'identity',
      policy(BUCKET),
      'Policy document should not specify a principal.',
      'Statement[0].Principal',
      'the principal of identity policies is who they are attached to',
    ],
    [
      'session',
      policy(STATEMENT, { NotPrincipal: '*' }),
      'Policy document should not specify a principal.',
      'Statement[0].NotPrincipal',
      'the principal of session policies is who they are attached to',
    ],
    [
      'resource',
      policy(STATEMENT),
      'Missing required field Principal',
      'Statement[0]',
      'a statement needs Principal or NotPrincipal',
    ],
    [
      'resource',
      policy(BUCKET, { Principal: {} }),
      'Missing required field Principal cannot be empty!',
      'Statement[0].Principal',
      'name at least one principal',
    ],
    [
      'resource',
      policy(BUCKET, { Principal: 'me' }),
      SYNTAX,
      'Statement[0].Principal',
      'a principal is "*" or an object such as {"AWS": "arn:aws:iam::123456789012:role/name"}',
    ],
    [
      'resource',
      policy(BUCKET, { Principal: { Users: '*' } }),
      'Invalid principal in policy: "Users"',
      'Statement[0].Principal.Users',
      'principals are AWS, Federated, Service, and CanonicalUser in bucket policies',
    ],
    [
      'resource',
      policy(BUCKET, { Principal: { AWS: 'arn:aws:iam::123456789012:role/*' } }),
      'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:role/*"',
      'Statement[0].Principal.AWS',
      'an AWS principal is "*", an account id, or the whole ARN of a user, role or session',
    ],
    [
      'trust',
      policy(TRUST, { Principal: '*' }),
      'Principal must be a JSON object.',
      'Statement[0].Principal',
      'write {"AWS": …}, {"Federated": …} or {"Service": …}',
    ],
    [
      'trust',
      policy(TRUST, { Principal: { Federated: '*' } }),
      'Federated principals must be valid domain names or SAML metadata ARNs',
      'Statement[0].Principal.Federated',
      'a federated principal is a name such as cognito-identity.amazonaws.com or the ARN of an OIDC or SAML provider',
    ],
    [
      'trust',
      policy(TRUST, { Principal: { Service: '*' } }),
      'Invalid principal in policy: "SERVICE":"*"',
      'Statement[0].Principal.Service',
      'a service principal is a name such as s3.amazonaws.com',
    ],
    [
      'trust',
      policy(TRUST, { Principal: undefined, NotPrincipal: { AWS: '*' } }),
      'Allow with NotPrincipal is not allowed.',
      'Statement[0].NotPrincipal',
      'a trust policy names whom it trusts',
    ],
    [
      'trust',
      policy(TRUST, { Resource: '*' }),
      'Has prohibited field Resource',
      'Statement[0].Resource',
      'a trust policy is about its own role',
    ],
    [
      'trust',
      policy(TRUST, { NotResource: '*' }),
      'AssumeRole policy must not contain resources.',
      'Statement[0].NotResource',
      'a trust policy is about its own role',
    ],
    [
      'trust',
      policy(TRUST, { Condition: undefined }),
      'A condition block must be present for the Cognito provider',
      'Statement[0]',
      'add a condition on cognito-identity.amazonaws.com:aud, the id of your identity pool',
    ],
    [
      'trust',
      policy(TRUST, { Condition: {} }),
      'A condition block must be present for the Cognito provider',
      'Statement[0]',
      'add a condition on cognito-identity.amazonaws.com:aud, the id of your identity pool',
    ],
    [
      'identity',
      policy(STATEMENT, { Condition: { StringEqual: {} } }),
      SYNTAX,
      'Statement[0].Condition.StringEqual',
      'there is no condition operator "StringEqual"',
    ],
    [
      'identity',
      policy(STATEMENT, { Condition: { NullIfExists: {} } }),
      SYNTAX,
      'Statement[0].Condition.NullIfExists',
      'there is no condition operator "NullIfExists"',
    ],
    [
      'identity',
      policy(STATEMENT, { Condition: { 'ForAnyValue:Null': {} } }),
      SYNTAX,
      'Statement[0].Condition.ForAnyValue:Null',
      'there is no condition operator "ForAnyValue:Null"',
    ],
    [
      'identity',
      policy(STATEMENT, { Condition: { StringEquals: 'x' } }),
      SYNTAX,
      'Statement[0].Condition.StringEquals',
      'expected an object, found "x"',
    ],
    [
      'identity',
      policy(STATEMENT, { Condition: { StringEquals: { prefix: 'x' } } }),
      VENDOR,
      'Statement[0].Condition.StringEquals.prefix',
      'a condition key is service:key, not "prefix"',
    ],
    [
      'identity',
      policy(STATEMENT, { Condition: { StringEquals: { 's3:prefix': [] } } }),
      SYNTAX,
      'Statement[0].Condition.StringEquals.s3:prefix',
      'a condition needs at least one value',
    ],
    [
      'identity',
      policy(STATEMENT, { Condition: { StringEquals: { 's3:prefix': ['', null] } } }),
      SYNTAX,
      'Statement[0].Condition.StringEquals.s3:prefix[1]',
      'expected a string, number or boolean, found null',
    ],
    [
      'identity',
      policy(STATEMENT, { Condition: { StringEquals: { 's3:prefix': '${a' } } }),
      SYNTAX,
      'Statement[0].Condition.StringEquals.s3:prefix',
      'a variable has no closing brace',
    ],
    [
      'identity',
      policy(STATEMENT, { Condition: { Bool: { 'aws:SecureTransport': 'yes' } } }),
      SYNTAX,
      'Statement[0].Condition.Bool.aws:SecureTransport',
      'Bool wants true or false, not "yes"',
    ],
    [
      'identity',
      policy(STATEMENT, { Condition: { Null: { 'a:b': '${c:d}' } } }),
      SYNTAX,
      'Statement[0].Condition.Null.a:b',
      'Null wants true or false, not "${c:d}"',
    ],
    [
      'identity',
      policy(STATEMENT, { Condition: { NumericEquals: { 's3:max-keys': '${a:b}' } } }),
      SYNTAX,
      'Statement[0].Condition.NumericEquals.s3:max-keys',
      'NumericEquals wants a number, not "${a:b}"',
    ],
    [
      'identity',
      policy(STATEMENT, { Condition: { DateLessThan: { 'aws:CurrentTime': 'soon' } } }),
      SYNTAX,
      'Statement[0].Condition.DateLessThan.aws:CurrentTime',
      'DateLessThan wants a date (2026-11-23T16:00:00Z) or epoch seconds, not "soon"',
    ],
    [
      'identity',
      policy(STATEMENT, { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/33' } } }),
      SYNTAX,
      'Statement[0].Condition.IpAddress.aws:SourceIp',
      'IpAddress wants an IP address or CIDR range, not "10.0.0.0/33"',
    ],
    [
      'identity',
      policy(STATEMENT, { Condition: { BinaryEquals: { 'a:b': '*' } } }),
      SYNTAX,
      'Statement[0].Condition.BinaryEquals.a:b',
      'BinaryEquals wants base64, not "*"',
    ],
    [
      'identity',
      policy(STATEMENT, { Condition: { ArnLike: { 'a:b': 'role/x' } } }),
      SYNTAX,
      'Statement[0].Condition.ArnLike.a:b',
      'ArnLike wants ARNs with six parts, arn:partition:service:region:account:resource',
    ],
  ])('%s %s', (kind, json, message, path, detail) => {
    expect(refusal(json, kind)).toMatchObject({ message, path, detail, position: expect.any(Number) });
  });

  it.each(['s3:GetObject', '*', 'sts:*', 'sts:GetCallerIdentity', 'sts:GetFederationToken'])(
    'refuses %s in a trust policy',
    (action) => {
      expect(refusal(policy(TRUST, { Action: action }), 'trust')).toMatchObject({
        message: 'AssumeRole policy may only specify STS AssumeRole actions.',
        path: 'Statement[0].Action',
      });
    },
  );

  it('points at the offending value in the text', () => {
    const json = policy(STATEMENT, { Effect: 'Perhaps' });
    const { position = 0 } = refusal(json, 'identity');
    expect(json.slice(position)).toMatch(/^"Perhaps"/);
  });
});
