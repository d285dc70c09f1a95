import { describe, expect, it } from 'vitest';
import { parsePolicy } from './parse.ts';

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

describe('parsePolicy', () => {
  it('reads all elements', () => {
    const json = JSON.stringify({
      Version: '2012-10-17',
      Id: 'id',
      Statement: [
        {
          Sid: 'one',
          ...STATEMENT,
          Condition: {
            NumericLessThan: { 's3:max-keys': [10, '20'] },
            Bool: { 'aws:SecureTransport': true },
          },
        },
        { Effect: 'Deny', NotAction: ['s3:*', 'sts:Get?allerIdentity'], NotResource: ['*'] },
      ],
    });
    expect(parsePolicy(json, 'identity')).toMatchObject({
      kind: 'identity',
      version: '2012-10-17',
      id: 'id',
      statements: [
        {
          sid: 'one',
          effect: 'Allow',
          action: { negated: false, values: ['s3:GetObject'] },
          resource: { negated: false, values: ['arn:aws:s3:::b/*'] },
          conditions: [
            { operator: { name: 'NumericLessThan' }, key: 's3:max-keys', values: ['10', '20'] },
            { operator: { name: 'Bool' }, key: 'aws:SecureTransport', values: ['true'] },
          ],
        },
        {
          effect: 'Deny',
          action: { negated: true, values: ['s3:*', 'sts:Get?allerIdentity'] },
          resource: { negated: true, values: ['*'] },
        },
      ],
    });
  });

  it('takes one statement without a list, and 2008-10-17 for a missing version', () => {
    expect(parsePolicy(JSON.stringify({ Statement: STATEMENT }), 'session')).toMatchObject({
      version: '2008-10-17',
      statements: [{ effect: 'Allow' }],
    });
  });

  it('reads the principals of resource and trust policies', () => {
    const principals = {
      AWS: [
        '123456789012',
        'arn:aws:iam::123456789012:root',
        'arn:aws:sts::123456789012:assumed-role/r/s',
        '*',
      ],
      Service: 's3.amazonaws.com',
      CanonicalUser: '7'.repeat(64),
    };
    const [statement] = parsePolicy(policy(BUCKET, { Principal: principals }), 'resource').statements;
    expect(statement?.principal).toEqual({
      negated: false,
      entries: [
        ...principals.AWS.map((value) => ({ type: 'AWS', value })),
        { type: 'Service', value: 's3.amazonaws.com' },
        { type: 'CanonicalUser', value: principals.CanonicalUser },
      ],
    });
    expect(parsePolicy(policy(TRUST), 'trust').statements[0]?.resource).toBeUndefined();
  });

  it('leaves variables alone before version 2012-10-17', () => {
    const statement = { ...STATEMENT, Resource: 'arn:aws:s3:::b/${' };
    expect(() =>
      parsePolicy(JSON.stringify({ Version: '2008-10-17', Statement: statement }), 'identity'),
    ).not.toThrow();
  });

  it.each([
    'arn:aws:s3:::b',
    'arn:aws:s3:*',
    'arn:aws-cn:s3:::b/*',
    'arn:*:s3:::b',
    'arn:aws:s3:::b/${cognito-identity.amazonaws.com:sub}/*',
    "arn:aws:s3:::${aws:PrincipalTag/team, 'company-wide'}",
  ])('accepts the resource %s', (resource) => {
    expect(() => parsePolicy(policy(STATEMENT, { Resource: resource }), 'identity')).not.toThrow();
  });

  it.each(['sts:AssumeRole', 'STS:assumerolewithsaml', 'sts:AssumeRole*', 'sts:TagSession'])(
    'accepts %s in a trust policy',
    (action) => {
      expect(() => parsePolicy(policy(TRUST, { Action: action }), 'trust')).not.toThrow();
    },
  );
});
