import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createDynamoDbHandler } from '../dynamodb.ts';
import {
  account,
  backendAt,
  type Listening,
  listen,
  type Player,
  type RawRequest,
  type RecordingStore,
  recordingStore,
  region,
  type Surroundings,
  send,
  signed,
  surroundings,
} from '../testing.ts';

/** The table that the store of `dynamoDbRig` describes: partition key `id`, and an index `ByRank` on the number `rank`. */
export const tableArn = `arn:aws:dynamodb:${region}:${account}:table/Scores`;
const table = {
  Table: {
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'rank', AttributeType: 'N' },
    ],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      { IndexName: 'ByRank', KeySchema: [{ AttributeName: 'rank', KeyType: 'HASH' }] },
    ],
  },
};

/** The gateway in front of a store that answers everything and keeps what it was asked. */
export interface DynamoDbRig {
  services(): Surroundings;
  url(): string;
  /** What got through to the store, its questions for the table left out. */
  through(): RecordingStore['seen'];
  /** A player who may do the action on the table and its indexes, under a condition. */
  playerWith(condition: object, action?: string): Player;
  requestOf(player: Player, operation: string, body: unknown): RawRequest;
  /** `allowed`, or the type of the error. */
  outcome(player: Player, operation: string, body: unknown): Promise<string>;
}

/** To be called once at the top of a file. */
export function dynamoDbRig(): DynamoDbRig {
  const describeTable = 'DynamoDB_20120810.DescribeTable';
  let store: RecordingStore;
  let services: Surroundings;
  let gateway: Listening;
  let players = 0;

  beforeAll(async () => {
    store = await recordingStore((request, response) => {
      response.end(request.headers['x-amz-target'] === describeTable ? JSON.stringify(table) : '{}');
    });
    services = surroundings({ dynamodb: backendAt(store.url) });
    const handler = createDynamoDbHandler(services);
    gateway = await listen((request, response) => void handler(request, response, 'request-1'));
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });

  beforeEach(() => {
    store.seen.length = 0;
    services.denials.length = 0;
  });

  const requestOf: DynamoDbRig['requestOf'] = (player, operation, body) =>
    signed(gateway.url, 'dynamodb', player, {
      method: 'POST',
      target: '/',
      headers: [
        ['content-type', 'application/x-amz-json-1.0'],
        ['x-amz-target', `DynamoDB_20120810.${operation}`],
      ],
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  return {
    services: () => services,
    url: () => gateway.url,
    through: () => store.seen.filter(({ headers }) => headers['x-amz-target'] !== describeTable),
    playerWith: (condition, action = 'dynamodb:*') =>
      services.session(`player${++players}`, [
        {
          Effect: 'Allow',
          Action: action,
          Resource: [tableArn, `${tableArn}/index/*`],
          Condition: condition,
        },
      ]),
    requestOf,
    async outcome(player, operation, body) {
      const answer = await send(gateway.url, requestOf(player, operation, body));
      return answer.status === 200 ? 'allowed' : JSON.parse(answer.body).__type.split('#')[1];
    },
  };
}
