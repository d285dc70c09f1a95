import { clientId, commandLineClientId, issuer } from './openid-provider.ts';

/** The names of the demo's resources, and who may do what with them. */
export const demo = {
  poolName: 'Topping Out',
  bucket: 'topping-out',
  scoresTable: 'scores',
  highScoresTable: 'highscores',
  highScoresIndex: 'by-points',
  playerRole: 'ToppingOutPlayer',
  guestRole: 'ToppingOutGuest',
} as const;

/** The login key of the OpenID provider: its issuer without the scheme. */
export const provider = { key: new URL(issuer).host, issuer, clientId, commandLineClientId } as const;

const ownIdentity = `\${cognito-identity.amazonaws.com:sub}`;

/** Who may take a role: identities of this pool that are `authenticated` (signed in) or `unauthenticated` (guests). */
export function trustPolicy(poolId: string, amr: 'authenticated' | 'unauthenticated'): object {
  return policy({
    Effect: 'Allow',
    Principal: { Federated: 'cognito-identity.amazonaws.com' },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: { 'cognito-identity.amazonaws.com:aud': poolId },
      'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': amr },
    },
  });
}

/** Guests read the high scores, and nothing else. */
export function guestPolicy(region: string, account: string): object {
  return policy(readHighScores(region, account));
}

/** Players read the high scores, and own what stands under their identity: replays, scores and one high score. */
export function playerPolicy(region: string, account: string): object {
  const table = tableArn(region, account);
  const onlyOwnItems = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [ownIdentity] } };
  return policy(
    readHighScores(region, account),
    {
      Sid: 'OwnReplays',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      Resource: `arn:aws:s3:::${demo.bucket}/private/${ownIdentity}/*`,
    },
    {
      Sid: 'ListOwnReplays',
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: `arn:aws:s3:::${demo.bucket}`,
      Condition: { StringLike: { 's3:prefix': `private/${ownIdentity}/*` } },
    },
    {
      Sid: 'OwnScores',
      Effect: 'Allow',
      Action: ['dynamodb:PutItem', 'dynamodb:Query'],
      Resource: table(demo.scoresTable),
      Condition: onlyOwnItems,
    },
    {
      Sid: 'OwnHighScore',
      Effect: 'Allow',
      Action: 'dynamodb:UpdateItem',
      Resource: table(demo.highScoresTable),
      Condition: onlyOwnItems,
    },
  );
}

function readHighScores(region: string, account: string): object {
  return {
    Sid: 'ReadHighScores',
    Effect: 'Allow',
    Action: 'dynamodb:Query',
    Resource: `${tableArn(region, account)(demo.highScoresTable)}/index/${demo.highScoresIndex}`,
  };
}

function tableArn(region: string, account: string): (table: string) => string {
  return (table) => `arn:aws:dynamodb:${region}:${account}:table/${table}`;
}

function policy(...statements: object[]): object {
  return { Version: '2012-10-17', Statement: statements };
}
