import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDbHandler } from './dynamodb.ts';
import {
  account,
  backendAt,
  type Listening,
  listen,
  region,
  type Surroundings,
  surroundings,
} from './testing.ts';

const table = `arn:aws:dynamodb:${region}:${account}:table/Scores`;
const ownItems = {
  'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [`\${cognito-identity.amazonaws.com:sub}`] },
};
/** The policy of AWS's own example, made wide: whatever is not about the caller's own items must still be refused. */
const playerPolicy = [
  { Effect: 'Allow', Action: 'dynamodb:*', Resource: [table, `${table}/index/*`], Condition: ownItems },
];

let store: Listening;
let services: Surroundings;
let gateway: Listening;

beforeAll(async () => {
  store = await listen(dynalite({ createTableMs: 0 }));
  services = surroundings({ dynamodb: backendAt(store.url) });
  const handler = createDynamoDbHandler(services);
  let requests = 0;
  gateway = await listen((request, response) => void handler(request, response, `request-${++requests}`));

  const root = clientOf(services.root);
  await root.send(
    new CreateTableCommand({
      TableName: 'Scores',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'player', AttributeType: 'S' },
        { AttributeName: 'game', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'player', KeyType: 'HASH' },
        { AttributeName: 'game', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'ByGame',
          KeySchema: [{ AttributeName: 'game', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  for (;;) {
    const { Table } = await root.send(new DescribeTableCommand({ TableName: 'Scores' }));
    if (Table?.TableStatus === 'ACTIVE') break;
  }
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

function clientOf(credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) {
  return new DynamoDBClient({ region, endpoint: gateway.url, credentials, maxAttempts: 1 });
}

function player(name: string, statements: readonly object[] = playerPolicy) {
  const session = services.session(name, statements);
  return {
    ...session,
    client: clientOf(session.credentials),
    key: { player: { S: session.identityId }, game: { S: 'tetris' } },
  };
}

describe('a player with a policy on dynamodb:LeadingKeys', () => {
  it('puts, updates, gets, queries and deletes own items', async () => {
    const { client, key, identityId } = player('ada');
    await client.send(new PutItemCommand({ TableName: 'Scores', Item: { ...key, score: { N: '7' } } }));
    await client.send(
      new UpdateItemCommand({
        TableName: 'Scores',
        Key: key,
        UpdateExpression: 'SET #s = #s + :one',
        ConditionExpression: 'attribute_exists(#s)',
        ExpressionAttributeNames: { '#s': 'score' },
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
    expect((await client.send(new GetItemCommand({ TableName: 'Scores', Key: key }))).Item).toMatchObject({
      score: { N: '8' },
    });
    const query = await client.send(
      new QueryCommand({
        TableName: 'Scores',
        KeyConditionExpression: 'begins_with(game, :g) AND #p = :me',
        ExpressionAttributeNames: { '#p': 'player' },
        ExpressionAttributeValues: { ':me': { S: identityId }, ':g': { S: 'te' } },
      }),
    );
    expect(query.Items).toHaveLength(1);
    const batch = await client.send(new BatchGetItemCommand({ RequestItems: { Scores: { Keys: [key] } } }));
    expect(batch.Responses?.Scores).toHaveLength(1);
    await client.send(
      new BatchWriteItemCommand({ RequestItems: { Scores: [{ DeleteRequest: { Key: key } }] } }),
    );
    await client.send(new DeleteItemCommand({ TableName: 'Scores', Key: key }));
  });

  const mine = { player: { S: `${region}:eve` }, game: { S: 'tetris' } };
  const foreign = { player: { S: `${region}:victim` }, game: { S: 'tetris' } };
  const query = (input: Omit<QueryCommandInput, 'TableName'>) =>
    new QueryCommand({ TableName: 'Scores', ...input });
  const values = { ':me': { S: `${region}:eve` }, ':victim': { S: `${region}:victim` } };
  it.each([
    ['a foreign item', new GetItemCommand({ TableName: 'Scores', Key: foreign })],
    ['a foreign item by the ARN of the table', new GetItemCommand({ TableName: table, Key: foreign })],
    ['a put under a foreign key', new PutItemCommand({ TableName: 'Scores', Item: foreign })],
    ['an update of a foreign item', new UpdateItemCommand({ TableName: 'Scores', Key: foreign })],
    ['a delete of a foreign item', new DeleteItemCommand({ TableName: 'Scores', Key: foreign })],
    [
      'a batch with one foreign key',
      new BatchGetItemCommand({ RequestItems: { Scores: { Keys: [mine, foreign] } } }),
    ],
    [
      'a batch write with one foreign key',
      new BatchWriteItemCommand({
        RequestItems: { Scores: [{ PutRequest: { Item: mine } }, { DeleteRequest: { Key: foreign } }] },
      }),
    ],
    [
      'a transaction with a foreign condition check',
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName: 'Scores', Item: mine } },
          {
            ConditionCheck: {
              TableName: 'Scores',
              Key: foreign,
              ConditionExpression: 'attribute_exists(player)',
            },
          },
        ],
      }),
    ],
    ['a scan', new ScanCommand({ TableName: 'Scores' })],
    [
      'a scan filtered by the own key',
      new ScanCommand({
        TableName: 'Scores',
        FilterExpression: 'player = :me',
        ExpressionAttributeValues: { ':me': values[':me'] },
      }),
    ],
    [
      'a query of a foreign key',
      query({ KeyConditionExpression: 'player = :victim', ExpressionAttributeValues: values }),
    ],
    [
      'a query with the own key in the filter only',
      query({
        KeyConditionExpression: 'player = :victim',
        FilterExpression: 'player = :me',
        ExpressionAttributeValues: values,
      }),
    ],
    [
      'a query whose names turn the key around',
      query({
        KeyConditionExpression: '#me = :victim AND #game = :me',
        ExpressionAttributeNames: { '#me': 'player', '#game': 'game' },
        ExpressionAttributeValues: values,
      }),
    ],
    [
      'a query that names the key twice',
      query({
        KeyConditionExpression: 'player = :me AND player = :victim',
        ExpressionAttributeValues: values,
      }),
    ],
    [
      'a query that starts at a foreign key',
      query({
        KeyConditionExpression: 'player = :me',
        ExpressionAttributeValues: values,
        ExclusiveStartKey: foreign,
      }),
    ],
    [
      'a query of an index with another partition key',
      query({
        IndexName: 'ByGame',
        KeyConditionExpression: 'game = :g',
        ExpressionAttributeValues: { ':g': { S: 'tetris' } },
      }),
    ],
    [
      'a query of an index that is not there',
      query({
        IndexName: 'Other',
        KeyConditionExpression: 'player = :me',
        ExpressionAttributeValues: values,
      }),
    ],
    [
      'a legacy query of a foreign key',
      query({
        KeyConditions: { player: { ComparisonOperator: 'EQ', AttributeValueList: [values[':victim']] } },
      }),
    ],
    [
      'a statement about a foreign key',
      new ExecuteStatementCommand({ Statement: `SELECT * FROM "Scores" WHERE player = '${region}:victim'` }),
    ],
    [
      'a statement whose key is not proven',
      new ExecuteStatementCommand({ Statement: `SELECT * FROM "Scores" WHERE player <= '${region}:eve'` }),
    ],
  ])('is refused %s', async (_, command) => {
    const { client, caller } = player('eve');
    services.denials.length = 0;
    const error = await client.send(command as GetItemCommand).catch((error: Error) => error);
    expect(error).toMatchObject({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } });
    expect(services.denials).toMatchObject([
      {
        caller: { arn: caller.arn },
        action: expect.stringMatching(/^dynamodb:/),
        resource: expect.stringContaining(table),
      },
    ]);
  });

  it.each([
    [
      'an OR in the key condition',
      { KeyConditionExpression: 'player = :me OR player = :victim', ExpressionAttributeValues: values },
    ],
    [
      'a negation in the key condition',
      { KeyConditionExpression: 'NOT player = :me', ExpressionAttributeValues: values },
    ],
    ['an undefined name', { KeyConditionExpression: '#x = :me', ExpressionAttributeValues: values }],
    [
      'a key condition in both forms',
      { KeyConditionExpression: 'player = :me', KeyConditions: {}, ExpressionAttributeValues: values },
    ],
  ])('gets a validation error for %s', async (_, input) => {
    const { client } = player('eve');
    await expect(client.send(query(input))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('may still read what another statement opens without a condition', async () => {
    const { client } = player('scanner', [
      ...playerPolicy,
      { Effect: 'Allow', Action: 'dynamodb:Scan', Resource: table },
    ]);
    await expect(client.send(new ScanCommand({ TableName: 'Scores' }))).resolves.toBeDefined();
  });

  it('is refused by a deny that depends on keys nobody can know', async () => {
    const { client } = player('denied', [
      { Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' },
      {
        Effect: 'Deny',
        Action: 'dynamodb:*',
        Resource: '*',
        Condition: { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': 'secret' } },
      },
    ]);
    await expect(client.send(new ScanCommand({ TableName: 'Scores' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await client.send(new GetItemCommand({ TableName: 'Scores', Key: foreign }));
    await expect(
      client.send(new GetItemCommand({ TableName: 'Scores', Key: { ...foreign, player: { S: 'secret' } } })),
    ).rejects.toMatchObject({
      message: expect.stringContaining('with an explicit deny in an identity-based policy'),
    });
  });
});

describe('the text of a denial', () => {
  it("is AWS's own", async () => {
    const { client } = player('eve');
    await expect(
      client.send(new GetItemCommand({ TableName: 'Other', Key: { player: { S: 'x' } } })),
    ).rejects.toMatchObject({
      message:
        `User: arn:aws:sts::${account}:assumed-role/Players/eve is not authorized to perform: dynamodb:GetItem on resource: ` +
        `arn:aws:dynamodb:${region}:${account}:table/Other because no identity-based policy allows the dynamodb:GetItem action`,
    });
  });
});
