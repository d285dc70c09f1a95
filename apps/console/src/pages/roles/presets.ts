/** What a new role is for. */
export type Purpose = 'authenticated' | 'unauthenticated';

/** Trusts the identities of one pool: those who are signed in, or guests; with principal tags, or without. */
export function trustPolicy(poolId: string, purpose: Purpose, isTagged: boolean): string {
  const action = 'sts:AssumeRoleWithWebIdentity';
  return written({
    Effect: 'Allow',
    Principal: { Federated: 'cognito-identity.amazonaws.com' },
    Action: isTagged ? [action, 'sts:TagSession'] : action,
    Condition: {
      StringEquals: { 'cognito-identity.amazonaws.com:aud': poolId },
      'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': purpose },
    },
  });
}

/** Everybody owns a folder of a bucket: the first policy most apps need. */
export const ownFolder = written({
  Sid: 'OwnFolder',
  Effect: 'Allow',
  Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
  Resource: 'arn:aws:s3:::my-bucket/private/${cognito-identity.amazonaws.com:sub}/*',
});

function written(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, undefined, 2);
}
