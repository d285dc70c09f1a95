import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CognitoIdentityClient, GetIdCommand } from '@aws-sdk/client-cognito-identity';
import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { fromCognitoIdentityPool } from '@aws-sdk/credential-providers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal, region } from './rig/administrator.ts';
import { type DevProcess, startDevProcess } from './rig/daypass-process.ts';
import { signIn } from './rig/sign-in.ts';

const issuer = 'players.daypass.test';
const bucket = 'topping-out';
const table = 'scores';

describe('the main job: a player signs in, federates, and saves what nobody else can touch', () => {
  let data: string;
  let dev: DevProcess;

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'daypass-main-job-'));
    dev = await startDevProcess(data);
  });

  afterAll(async () => {
    expect(await dev.stop()).toBe(0);
    rmSync(data, { recursive: true, force: true });
  });

  const token = (player: string) =>
    signIn({
      providerUrl: dev.providerUrl,
      redirectUri: `${dev.gameUrl.replace(/\/$/, '')}/`,
      clientId: 'topping-out',
      player,
    });

  /** A player (or, without a name, a guest) with unmodified AWS clients on federated credentials. */
  async function enter(player?: string) {
    const logins = player === undefined ? {} : { [issuer]: await token(player) };
    const clientConfig = { endpoint: dev.url, region, maxAttempts: 1 };
    const cognito = new CognitoIdentityClient(clientConfig);
    const { IdentityId = '' } = await cognito.send(
      new GetIdCommand({ IdentityPoolId: dev.identityPoolId, Logins: logins }),
    );
    const provider = fromCognitoIdentityPool({ identityPoolId: dev.identityPoolId, logins, clientConfig });
    // A guest's identity is a new one each time: the credentials' own identity is the one that counts.
    const credentials = await provider();
    const identityId = player === undefined ? (credentials.identityId ?? '') : IdentityId;
    return {
      identityId,
      s3: new S3Client({ ...clientConfig, credentials, forcePathStyle: true }),
      dynamodb: new DynamoDBClient({ ...clientConfig, credentials }),
    };
  }

  const score = (player: string, points: number) => ({
    TableName: table,
    Item: { player: { S: player }, at: { S: '2026-01-01T00:00:00.000Z' }, points: { N: String(points) } },
  });

  const ownScores = (player: string) => ({
    TableName: table,
    KeyConditionExpression: 'player = :player',
    ExpressionAttributeValues: { ':player': { S: player } },
  });

  it('keeps a player’s score and save file for that player', async () => {
    const ada = await enter('ada');
    const Key = `private/${ada.identityId}/save.json`;
    await ada.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: '{"level":7}' }));
    const saved = await ada.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    expect(await saved.Body?.transformToString()).toBe('{"level":7}');
    const listed = await ada.s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: `private/${ada.identityId}/` }),
    );
    expect(listed.Contents?.map((object) => object.Key)).toEqual([Key]);

    await ada.dynamodb.send(new PutItemCommand(score(ada.identityId, 42)));
    const { Items } = await ada.dynamodb.send(new QueryCommand(ownScores(ada.identityId)));
    expect(Items).toEqual([score(ada.identityId, 42).Item]);
  });

  it('denies it to another player: read, write, list and query', async () => {
    const ada = await enter('ada');
    const grace = await enter('grace');
    expect(grace.identityId).not.toBe(ada.identityId);
    const Key = `private/${ada.identityId}/save.json`;
    const attempts = [
      () => grace.s3.send(new GetObjectCommand({ Bucket: bucket, Key })),
      () => grace.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'mine now' })),
      () => grace.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key })),
      () => grace.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `private/${ada.identityId}/` })),
      () => grace.s3.send(new ListObjectsV2Command({ Bucket: bucket })),
    ];
    for (const attempt of attempts) expect(await refusal(attempt())).toMatchObject({ name: 'AccessDenied' });
    // The answer to HEAD has no body, so the client only sees the status.
    await expect(grace.s3.send(new HeadObjectCommand({ Bucket: bucket, Key }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });

    const key = { player: { S: ada.identityId }, at: { S: '2026-01-01T00:00:00.000Z' } };
    const items = [
      () => grace.dynamodb.send(new QueryCommand(ownScores(ada.identityId))),
      () => grace.dynamodb.send(new PutItemCommand(score(ada.identityId, 0))),
      () => grace.dynamodb.send(new GetItemCommand({ TableName: table, Key: key })),
    ];
    for (const attempt of items)
      expect(await refusal(attempt())).toMatchObject({ name: 'AccessDeniedException' });

    const saved = await ada.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    expect(await saved.Body?.transformToString()).toBe('{"level":7}');
  });

  it('gives a guest the rights of the guest role only', async () => {
    const guest = await enter();
    const highScores = await guest.dynamodb.send(
      new QueryCommand({
        TableName: 'highscores',
        IndexName: 'by-points',
        KeyConditionExpression: 'board = :board',
        ExpressionAttributeValues: { ':board': { S: 'all' } },
      }),
    );
    expect(highScores.Items).toEqual([]);
    const Key = `private/${guest.identityId}/save.json`;
    expect(
      await refusal(guest.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }))),
    ).toMatchObject({
      name: 'AccessDenied',
      message: expect.stringMatching(
        /is not authorized to perform: s3:PutObject on resource: "?arn:aws:s3:::.* because no identity-based policy allows the s3:PutObject action$/,
      ),
    });
    expect(await refusal(guest.dynamodb.send(new PutItemCommand(score(guest.identityId, 1))))).toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it('knows the same player, score and save file after a restart', async () => {
    const before = await enter('ada');
    expect(await dev.stop()).toBe(0);
    dev = await startDevProcess(data);
    const after = await enter('ada');
    expect(after.identityId).toBe(before.identityId);
    const Key = `private/${after.identityId}/save.json`;
    const saved = await after.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    expect(await saved.Body?.transformToString()).toBe('{"level":7}');
    const { Items } = await after.dynamodb.send(new QueryCommand(ownScores(after.identityId)));
    expect(Items).toHaveLength(1);
  });

  it('knows a player who signed in a moment before kill -9', async () => {
    const before = await enter('linus');
    await dev.kill();
    dev = await startDevProcess(data);
    const after = await enter('linus');
    expect(after.identityId).toBe(before.identityId);
  });
});
