import {
  DeleteTableCommand,
  DynamoDBClient,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CopyObjectCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { Credentials } from '@daypass/client';
import type { GameConfig } from './config.ts';
import type { Pass } from './pass.ts';

/** A door somebody might try with a pass. */
export interface Try {
  readonly title: string;
  /** What is sent, as the AWS names it. */
  readonly request: string;
  /** Resolves when the door opened; throws the refusal. */
  run(): Promise<unknown>;
}

/**
 * Ways to cheat with the pass in hand, and one honest one to compare with. Each sends a real request, signed with the
 * pass, by the unmodified AWS SDK: what comes of it is for the service alone to say.
 */
export function triesFor(config: GameConfig, credentials: Credentials, pass: Pass, victim: string): Try[] {
  const s3 = openS3(config, credentials);
  const dynamodb = openDynamoDb(config, credentials);
  const { bucket, scoresTable, highScoresTable } = config;
  const theirs = `private/${victim}/best.json`;
  const own = `private/${pass.identityId}/best.json`;
  const at = new Date().toISOString();

  return [
    {
      title: 'Look at my own replays',
      request: `s3:ListBucket ${bucket}, prefix private/${short(pass.identityId)}/`,
      run: () => s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `private/${pass.identityId}/` })),
    },
    {
      title: "Set somebody else's high score to nought",
      request: `dynamodb:UpdateItem ${highScoresTable}, player ${short(victim)}`,
      run: () =>
        dynamodb.send(
          new UpdateItemCommand({
            TableName: highScoresTable,
            Key: { player: { S: victim } },
            UpdateExpression: 'SET points = :none',
            ExpressionAttributeValues: { ':none': { N: '0' } },
          }),
        ),
    },
    {
      title: 'Hide a foreign round behind an own one',
      request: `dynamodb:TransactWriteItems ${scoresTable}, players ${short(pass.identityId)} and ${short(victim)}`,
      run: () =>
        dynamodb.send(
          new TransactWriteItemsCommand({
            TransactItems: [pass.identityId, victim].map((player) => ({
              Put: { TableName: scoresTable, Item: { player: { S: player }, at: { S: at } } },
            })),
          }),
        ),
    },
    {
      title: "Read everybody's rounds",
      request: `dynamodb:Scan ${scoresTable}`,
      run: () => dynamodb.send(new ScanCommand({ TableName: scoresTable })),
    },
    {
      title: 'Delete the high scores',
      request: `dynamodb:DeleteTable ${highScoresTable}`,
      run: () => dynamodb.send(new DeleteTableCommand({ TableName: highScoresTable })),
    },
    {
      title: "Watch somebody else's replay",
      request: `s3:GetObject ${bucket}/private/${short(victim)}/best.json`,
      run: () => s3.send(new GetObjectCommand({ Bucket: bucket, Key: theirs })),
    },
    {
      title: 'Copy it into my own folder',
      request: `s3:CopyObject ${bucket}/private/${short(victim)}/best.json`,
      run: () =>
        s3.send(new CopyObjectCommand({ Bucket: bucket, CopySource: `${bucket}/${theirs}`, Key: own })),
    },
    {
      title: "List everybody's folders",
      request: `s3:ListBucket ${bucket}`,
      run: () => s3.send(new ListObjectsV2Command({ Bucket: bucket })),
    },
    {
      title: 'Forge a pass: one letter changed',
      request: `s3:GetObject ${bucket}/private/${short(pass.identityId)}/best.json, another session token`,
      run: () =>
        openS3(config, { ...credentials, sessionToken: forged(credentials.sessionToken) }).send(
          new GetObjectCommand({ Bucket: bucket, Key: own }),
        ),
    },
  ];
}

// One attempt each: a refusal does not change by asking again.
function openS3(config: GameConfig, credentials: Credentials): S3Client {
  const { region, endpoint } = config;
  return new S3Client({ region, endpoint, credentials, forcePathStyle: true, maxAttempts: 1 });
}

function openDynamoDb(config: GameConfig, credentials: Credentials): DynamoDBClient {
  const { region, endpoint } = config;
  return new DynamoDBClient({ region, endpoint, credentials, maxAttempts: 1 });
}

/** The token with one letter in its middle changed. */
function forged(token: string): string {
  const middle = Math.floor(token.length / 2);
  return `${token.slice(0, middle)}${token[middle] === 'A' ? 'B' : 'A'}${token.slice(middle + 1)}`;
}

function short(identityId: string): string {
  return `…${identityId.slice(-4)}`;
}
