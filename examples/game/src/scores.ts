import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { GameConfig } from './config.ts';
import type { Pass } from './pass.ts';

/** A finished round, as it is kept. */
export interface Score {
  readonly points: number;
  readonly floors: number;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export interface HighScore extends Score {
  readonly identityId: string;
  /** What the player is called; a name proves nothing, the identity does. */
  readonly name: string;
}

// One list for all: the partition key of the index that sorts high scores by points.
const board = 'all';

/**
 * The scores in DynamoDB. `scores` holds every round under (identity, time); `highscores` one item for each identity.
 * The role lets a player write only where the partition key is the own identity.
 */
export function openScores(
  config: GameConfig,
  credentials: NonNullable<DynamoDBClientConfig['credentials']>,
) {
  const client = new DynamoDBClient({ region: config.region, endpoint: config.endpoint, credentials });

  return {
    /** Keeps the round, and says whether it is this player's best. */
    async add(pass: Pass, { points, floors, at }: Score): Promise<{ best: boolean }> {
      const values = { points: { N: `${points}` }, floors: { N: `${floors}` } };
      const [, best] = await Promise.all([
        client.send(
          new PutItemCommand({
            TableName: config.scoresTable,
            Item: { player: { S: pass.identityId }, at: { S: at }, ...values },
          }),
        ),
        client
          .send(
            new UpdateItemCommand({
              TableName: config.highScoresTable,
              Key: { player: { S: pass.identityId } },
              UpdateExpression:
                'SET #board = :board, #points = :points, #floors = :floors, #at = :at, #name = :name',
              // The same round again, because the first answer was lost, is still the best one.
              ConditionExpression: 'attribute_not_exists(#points) OR #points < :points OR #at = :at',
              ExpressionAttributeNames: {
                '#board': 'board',
                '#points': 'points',
                '#floors': 'floors',
                '#at': 'at',
                '#name': 'name',
              },
              ExpressionAttributeValues: {
                ':board': { S: board },
                ':points': values.points,
                ':floors': values.floors,
                ':at': { S: at },
                ':name': { S: pass.name },
              },
            }),
          )
          .then(
            () => true,
            (error: unknown) => {
              if (error instanceof ConditionalCheckFailedException) return false;
              throw error;
            },
          ),
      ]);
      return { best };
    },

    /** This player's latest rounds. */
    async own(pass: Pass): Promise<Score[]> {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: config.scoresTable,
          KeyConditionExpression: 'player = :player',
          ExpressionAttributeValues: { ':player': { S: pass.identityId } },
          ScanIndexForward: false,
          Limit: 5,
        }),
      );
      return Items.map(readScore);
    },

    /** Everybody's best, highest first. */
    async high(): Promise<HighScore[]> {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: config.highScoresTable,
          IndexName: config.highScoresIndex,
          KeyConditionExpression: 'board = :board',
          ExpressionAttributeValues: { ':board': { S: board } },
          ScanIndexForward: false,
          Limit: 5,
        }),
      );
      return Items.map((item) => ({
        ...readScore(item),
        identityId: item.player?.S ?? '',
        name: item.name?.S ?? 'Player',
      }));
    },
  };
}

function readScore(item: Record<string, { N?: string; S?: string }>): Score {
  return {
    points: Number(item.points?.N ?? 0),
    floors: Number(item.floors?.N ?? 0),
    at: item.at?.S ?? '',
  };
}
