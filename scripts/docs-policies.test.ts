import { readFileSync } from 'node:fs';
import { type CompiledPolicy, compilePolicy, evaluate, parsePolicy } from '@daypass/policy';
import { describe, expect, it } from 'vitest';

const page = readFileSync(new URL('../docs/policies.md', import.meta.url), 'utf8');

/** The policy below a heading of the page. */
function policyBelow(heading: string): CompiledPolicy {
  const [, section = ''] = page.split(`## ${heading}\n`);
  const [, json = ''] = /```json\n(.*?)```/s.exec(section) ?? [];
  return compilePolicy(parsePolicy(json, 'identity'), heading);
}

const me = 'us-east-1:00000000-0000-4000-8000-00000000000a';
const other = 'us-east-1:00000000-0000-4000-8000-00000000000b';
const saves = 'arn:aws:dynamodb:us-east-1:000000000000:table/saves';
const scores = 'arn:aws:dynamodb:us-east-1:000000000000:table/scores';

interface Case {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  readonly allowed: boolean;
}

const cookbook: Readonly<Record<string, readonly Case[]>> = {
  "S3: a prefix of one's own": [
    { action: 's3:PutObject', resource: `arn:aws:s3:::app/private/${me}/save.json`, allowed: true },
    { action: 's3:GetObject', resource: `arn:aws:s3:::app/private/${other}/save.json`, allowed: false },
    { action: 's3:GetObject', resource: `arn:aws:s3:::app/private/${me}0/save.json`, allowed: false },
    { action: 's3:ListBucket', resource: 'arn:aws:s3:::app', allowed: false },
    {
      action: 's3:ListBucket',
      resource: 'arn:aws:s3:::app',
      context: { 's3:prefix': `private/${me}/` },
      allowed: true,
    },
    {
      action: 's3:ListBucket',
      resource: 'arn:aws:s3:::app',
      context: { 's3:prefix': 'private/' },
      allowed: false,
    },
  ],
  'S3: public, protected, private': [
    { action: 's3:PutObject', resource: 'arn:aws:s3:::app/public/logo.png', allowed: true },
    { action: 's3:GetObject', resource: `arn:aws:s3:::app/protected/${other}/me.png`, allowed: true },
    { action: 's3:PutObject', resource: `arn:aws:s3:::app/protected/${other}/me.png`, allowed: false },
    { action: 's3:PutObject', resource: `arn:aws:s3:::app/protected/${me}/me.png`, allowed: true },
    { action: 's3:GetObject', resource: `arn:aws:s3:::app/private/${other}/diary`, allowed: false },
  ],
  "DynamoDB: items of one's own": [
    {
      action: 'dynamodb:Query',
      resource: saves,
      context: { 'dynamodb:leadingkeys': [me] },
      allowed: true,
    },
    {
      action: 'dynamodb:BatchGetItem',
      resource: saves,
      context: { 'dynamodb:leadingkeys': [me, other] },
      allowed: false,
    },
    { action: 'dynamodb:Scan', resource: saves, allowed: false },
  ],
  'DynamoDB: some attributes only': [
    {
      action: 'dynamodb:Query',
      resource: `${scores}/index/by-points`,
      context: { 'dynamodb:attributes': ['name', 'points'], 'dynamodb:select': 'SPECIFIC_ATTRIBUTES' },
      allowed: true,
    },
    {
      action: 'dynamodb:Query',
      resource: scores,
      context: { 'dynamodb:attributes': ['name', 'mail'], 'dynamodb:select': 'SPECIFIC_ATTRIBUTES' },
      allowed: false,
    },
    {
      action: 'dynamodb:Query',
      resource: scores,
      context: { 'dynamodb:attributes': ['name'], 'dynamodb:select': 'ALL_ATTRIBUTES' },
      allowed: false,
    },
  ],
  'Tags: one role for many teams': [
    {
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::files/hr/pay.csv',
      context: {
        'aws:principaltag/department': 'hr',
        'aws:principaltag/clearance': 'secret',
        's3:existingobjecttag/clearance': 'secret',
      },
      allowed: true,
    },
    {
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::files/hr/pay.csv',
      context: {
        'aws:principaltag/department': 'hr',
        'aws:principaltag/clearance': 'low',
        's3:existingobjecttag/clearance': 'secret',
      },
      allowed: false,
    },
    {
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::files/hr/untagged',
      context: { 'aws:principaltag/department': 'hr', 'aws:principaltag/clearance': 'secret' },
      allowed: false,
    },
    {
      action: 's3:PutObject',
      resource: 'arn:aws:s3:::files/hr/new',
      context: { 'aws:principaltag/department': '*' },
      allowed: false,
    },
    { action: 's3:PutObject', resource: 'arn:aws:s3:::files/hr/new', allowed: false },
  ],
};

describe.each(Object.entries(cookbook))('%s', (heading, cases) => {
  it.each(cases)('$action on $resource with $context: $allowed', (request) => {
    const context = new Map([
      ['cognito-identity.amazonaws.com:sub', me] as const,
      ...Object.entries(request.context ?? {}),
    ]);
    const decision = evaluate({ identity: [policyBelow(heading)] }, { ...request, context });
    expect(decision.allowed).toBe(request.allowed);
  });
});
