import { describe, expect, it } from 'vitest';
import { account, send } from '../testing.ts';
import { dynamoDbRig, tableArn } from './testing.ts';

const rig = dynamoDbRig();
const { through, playerWith, requestOf, outcome } = rig;

const ownItems = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['mine', '7'] } };
const mine = { id: { S: 'mine' } };

describe('bodies that mean two things', () => {
  it.each([
    [
      'the key twice',
      `{"TableName":"Scores","Key":{"id":{"S":"mine"}},"Key":{"id":{"S":"theirs"}}}`,
      'SerializationException',
    ],
    [
      'the key twice, escaped',
      `{"TableName":"Scores","Key":{"id":{"S":"mine"},"\\u0069d":{"S":"theirs"}}}`,
      'SerializationException',
    ],
    [
      'the table twice',
      `{"TableName":"Scores","TableName":"Other","Key":{"id":{"S":"mine"}}}`,
      'SerializationException',
    ],
    [
      'a key of two types',
      { TableName: 'Scores', Key: { id: { S: 'mine', N: '1' } } },
      'ValidationException',
    ],
    ['an unknown parameter', { TableName: 'Scores', Key: mine, Keys: [mine] }, 'ValidationException'],
    [
      'a parameter in another case',
      { TableName: 'Scores', Key: mine, key: { id: { S: 'theirs' } } },
      'ValidationException',
    ],
    [
      'both kinds of projection',
      { TableName: 'Scores', Key: mine, AttributesToGet: ['a'], ProjectionExpression: 'b' },
      'ValidationException',
    ],
    ['a table that is no name', { TableName: 'Scores/index/x', Key: mine }, 'ValidationException'],
    [
      'the table of another account',
      { TableName: tableArn.replace(account, '111111111111'), Key: mine },
      'ValidationException',
    ],
    [
      'an item without the key',
      { TableName: 'Scores', Key: { other: { S: 'mine' } } },
      'AccessDeniedException',
    ],
    ['a key of another type', { TableName: 'Scores', Key: { id: { B: 'mine' } } }, 'AccessDeniedException'],
    ['an empty key', { TableName: 'Scores', Key: { id: { S: '' } } }, 'AccessDeniedException'],
    ['a list for a body', [mine], 'SerializationException'],
    ['no JSON', 'Key=mine', 'SerializationException'],
  ])('are refused: %s', async (_, body, code) => {
    expect(await outcome(playerWith(ownItems), 'GetItem', body)).toBe(code);
    expect(through()).toEqual([]);
    expect(rig.services().denials).toHaveLength(1);
  });

  it('compares numbers by value', async () => {
    const query = (value: string) => ({
      TableName: 'Scores',
      IndexName: 'ByRank',
      KeyConditionExpression: '#r = :r',
      ExpressionAttributeNames: { '#r': 'rank' },
      ExpressionAttributeValues: { ':r': { N: value } },
    });
    expect(await outcome(playerWith(ownItems), 'Query', query('7.0e0'))).toBe('allowed');
    const denied = playerWith({ 'ForAllValues:StringNotEquals': { 'dynamodb:LeadingKeys': '7' } });
    expect(await outcome(denied, 'Query', query('0.7e1'))).toBe('AccessDeniedException');
    expect(await outcome(denied, 'Query', query('8'))).toBe('allowed');
  });
});

describe('signatures', () => {
  const good = () => requestOf(playerWith(ownItems), 'GetItem', { TableName: 'Scores', Key: mine });

  it.each([
    [
      'none',
      () => ({ ...good(), headers: [['x-amz-target', 'DynamoDB_20120810.GetItem']] as const }),
      'MissingAuthenticationTokenException',
    ],
    [
      'a body swapped after signing',
      () => ({ ...good(), body: JSON.stringify({ TableName: 'Scores', Key: { id: { S: 'evil' } } }) }),
      'InvalidSignatureException',
    ],
    [
      'an operation swapped after signing',
      () => ({
        ...good(),
        headers: good().headers?.map(
          ([name, value]) => [name, name === 'x-amz-target' ? 'DynamoDB_20120810.PutItem' : value] as const,
        ),
      }),
      'InvalidSignatureException',
    ],
    [
      'a forged session token',
      () => {
        const player = playerWith(ownItems);
        return requestOf(
          { ...player, credentials: { ...player.credentials, sessionToken: 'forged' } },
          'GetItem',
          { TableName: 'Scores', Key: mine },
        );
      },
      'UnrecognizedClientException',
    ],
    [
      'an expired session',
      () => {
        const player = playerWith(ownItems);
        rig.services().expire(player);
        return requestOf(player, 'GetItem', { TableName: 'Scores', Key: mine });
      },
      'ExpiredTokenException',
    ],
  ])('are refused: %s', async (_, request, code) => {
    const answer = await send(rig.url(), request() as Parameters<typeof send>[1]);
    expect(answer).toMatchObject({
      status: 400,
      body: expect.stringContaining(code),
      headers: { 'x-amzn-requestid': 'request-1', 'x-amz-crc32': expect.any(String) },
    });
    expect(through()).toEqual([]);
    expect(rig.services().denials).toHaveLength(1);
  });
});

describe('operations that are not recognised', () => {
  it.each(['ImportTable', 'ExportTableToPointInTime', 'GetItems', 'getitem', 'RestoreTableFromBackup'])(
    'are refused: %s',
    async (operation) => {
      expect(await outcome(playerWith({}), operation, { TableName: 'Scores' })).toBe('AccessDeniedException');
      expect(through()).toEqual([]);
    },
  );
});

describe('conditions on attributes and on what comes back', () => {
  const attributes = {
    'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['id', 'score'] },
    StringEqualsIfExists: {
      'dynamodb:Select': 'SPECIFIC_ATTRIBUTES',
      'dynamodb:ReturnValues': ['NONE', 'UPDATED_NEW'],
    },
  };
  const item = { TableName: 'Scores', Key: mine };
  const query = {
    TableName: 'Scores',
    KeyConditionExpression: 'id = :i',
    ExpressionAttributeValues: { ':i': { S: 'mine' }, ':v': { N: '1' } },
  };

  it.each([
    ['GetItem', 'named attributes', { ...item, ProjectionExpression: 'id, score.best' }, true],
    ['GetItem', 'another attribute', { ...item, ProjectionExpression: 'id, secret' }, false],
    [
      'GetItem',
      'another attribute by a placeholder',
      { ...item, ProjectionExpression: '#score', ExpressionAttributeNames: { '#score': 'secret' } },
      false,
    ],
    ['GetItem', 'all attributes', item, false],
    ['GetItem', 'another attribute, in the old way', { ...item, AttributesToGet: ['secret'] }, false],
    [
      'BatchGetItem',
      'another attribute',
      { RequestItems: { Scores: { Keys: [mine], ProjectionExpression: 'secret' } } },
      false,
    ],
    ['Query', 'named attributes', { ...query, ProjectionExpression: 'score' }, true],
    [
      'Query',
      'a filter on another attribute',
      { ...query, ProjectionExpression: 'score', FilterExpression: 'secret > :v' },
      false,
    ],
    ['Query', 'a count', { ...query, Select: 'COUNT' }, false],
    ['Query', 'named attributes without naming any', { ...query, Select: 'SPECIFIC_ATTRIBUTES' }, false],
    [
      'Scan',
      'a filter on another attribute',
      { TableName: 'Scores', ProjectionExpression: 'score', FilterExpression: 'secret > :v' },
      false,
    ],
    ['PutItem', 'named attributes', { TableName: 'Scores', Item: { ...mine, score: { N: '1' } } }, true],
    ['PutItem', 'another attribute', { TableName: 'Scores', Item: { ...mine, secret: { N: '1' } } }, false],
    [
      'UpdateItem',
      'named attributes',
      { ...item, UpdateExpression: 'SET score = :v', ReturnValues: 'UPDATED_NEW' },
      true,
    ],
    ['UpdateItem', 'another attribute', { ...item, UpdateExpression: 'SET score = secret' }, false],
    [
      'UpdateItem',
      'a condition on another attribute',
      { ...item, UpdateExpression: 'SET score = :v', ConditionExpression: 'secret > :v' },
      false,
    ],
    [
      'UpdateItem',
      'another attribute, in the old way',
      { ...item, AttributeUpdates: { secret: { Action: 'DELETE' } } },
      false,
    ],
    [
      'UpdateItem',
      'the whole item back',
      { ...item, UpdateExpression: 'SET score = :v', ReturnValues: 'ALL_NEW' },
      false,
    ],
    [
      'PutItem',
      'the whole item back on failure',
      {
        TableName: 'Scores',
        Item: mine,
        ConditionExpression: 'score = :v',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
      false,
    ],
    ['DeleteItem', 'the whole item back', { ...item, ReturnValues: 'ALL_OLD' }, false],
  ])('%s of %s', async (operation, _, body, allowed) => {
    expect((await outcome(playerWith(attributes), operation, body)) === 'allowed').toBe(allowed);
    expect(through()).toHaveLength(allowed ? 1 : 0);
  });

  it('see the operation around an item', async () => {
    const transaction = { TransactItems: [{ Put: { TableName: 'Scores', Item: mine } }] };
    const player = playerWith({
      'ForAnyValue:StringEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] },
    });
    expect(await outcome(player, 'TransactWriteItems', transaction)).toBe('allowed');
    expect(await outcome(player, 'PutItem', { TableName: 'Scores', Item: mine })).toBe(
      'AccessDeniedException',
    );
  });

  it('are asked for each element of a transaction, with its own action', async () => {
    const putter = playerWith({}, 'dynamodb:PutItem');
    const put = { Put: { TableName: 'Scores', Item: mine } };
    expect(await outcome(putter, 'TransactWriteItems', { TransactItems: [put] })).toBe('allowed');
    for (const [name, rest] of Object.entries({
      Delete: {},
      Update: { UpdateExpression: 'REMOVE a' },
      ConditionCheck: { ConditionExpression: 'a = b' },
    })) {
      expect(
        await outcome(putter, 'TransactWriteItems', {
          TransactItems: [put, { [name]: { ...item, ...rest } }],
        }),
      ).toBe('AccessDeniedException');
    }
    expect(await outcome(putter, 'TransactWriteItems', { TransactItems: [{ ...put, Delete: item }] })).toBe(
      'ValidationException',
    );
    expect(await outcome(putter, 'TransactWriteItems', { TransactItems: [] })).toBe('ValidationException');
  });
});

describe('requests that are allowed', () => {
  it('reach the store byte for byte, signed with its own key', async () => {
    const body = `{ "Key" : {"id":{"S":"m\\u0069ne"}},"TableName":"Scores" }`;
    expect(await outcome(playerWith(ownItems), 'GetItem', body)).toBe('allowed');
    const [forwarded] = through();
    expect(forwarded?.body.toString()).toBe(body);
    expect(forwarded?.headers.authorization).toContain('Credential=BACKENDKEY/');
    expect(forwarded?.headers).not.toHaveProperty('x-amz-security-token');
  });
});
