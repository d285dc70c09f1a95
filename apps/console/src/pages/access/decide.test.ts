import { describe, expect, it } from 'vitest';
import { decide, type Question, readKeys, statementsOf } from './decide.ts';

const own = `arn:aws:s3:::b/private/\${cognito-identity.amazonaws.com:sub}/*`;
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const question: Question = {
  role: {
    name: 'Player',
    arn: 'arn:aws:iam::000000000000:role/Player',
    description: '',
    maxSessionDuration: 3600,
    created: new Date(0),
    trustPolicy: '',
    boundaryArn: undefined,
  },
  policies: [
    {
      kind: 'inline',
      name: 'own',
      document: policy(
        { Sid: 'Own', Effect: 'Allow', Action: 's3:*', Resource: own },
        {
          Effect: 'Deny',
          Action: 's3:DeleteObject',
          Resource: '*',
          Condition: { StringEquals: { 'aws:PrincipalTag/team': 'interns' } },
        },
      ),
    },
  ],
  boundary: undefined,
  account: '000000000000',
  poolId: 'us-east-1:pool',
  identityId: 'us-east-1:ada',
  guest: false,
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::b/private/us-east-1:ada/save.json',
  keys: new Map(),
};

describe('who can do what', () => {
  it.each<[string, Partial<Question>, string, number | undefined]>([
    ['its own file', {}, 'Allow', 0],
    [
      'a file of somebody else',
      { resource: 'arn:aws:s3:::b/private/us-east-1:eve/save.json' },
      'ImplicitDeny',
      undefined,
    ],
    ['without an identity', { identityId: '' }, 'ImplicitDeny', undefined],
    [
      'what its tag forbids',
      { action: 's3:DeleteObject', keys: readKeys('aws:PrincipalTag/team = interns') },
      'ExplicitDeny',
      1,
    ],
    [
      'what its boundary leaves out',
      {
        boundary: {
          kind: 'managed',
          name: 'boundary',
          document: policy({ Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' }),
        },
      },
      'ImplicitDeny',
      undefined,
    ],
  ])('%s', (_name, changes, effect, statement) => {
    const { decision } = decide({ ...question, ...changes });
    expect([decision.effect, decision.statement?.index]).toEqual([effect, statement]);
  });

  it('shows every statement as the document has it', () => {
    const [policy] = question.policies;
    expect(policy && statementsOf(policy).map((text) => JSON.parse(text).Effect)).toEqual(['Allow', 'Deny']);
    expect(
      statementsOf({ kind: 'inline', name: 'one', document: '{"Statement":{"Effect":"Deny"}}' }),
    ).toHaveLength(1);
  });

  it('takes condition keys line by line', () => {
    expect([...readKeys('s3:Prefix = a=b \n\n nothing\naws:SourceIp=10.0.0.1')]).toEqual([
      ['s3:prefix', 'a=b'],
      ['aws:sourceip', '10.0.0.1'],
    ]);
  });
});
