import { describe, expect, it } from 'vitest';
import { dynamoDbRig } from './testing.ts';

const { through, playerWith, outcome } = dynamoDbRig();
const ownItems = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['mine', '7'] } };
const statement = (Statement: string, ...Parameters: object[]) => ({
  Statement,
  ...(Parameters.length > 0 && { Parameters }),
});
const mine = { S: 'mine' };

describe('a policy on dynamodb:LeadingKeys', () => {
  it.each([
    ['a literal', statement(`SELECT * FROM "Scores" WHERE id = 'mine'`)],
    ['a parameter', statement(`SELECT * FROM Scores WHERE points > ? AND id = ?`, { N: '1' }, mine)],
    ['a number of an index', statement(`SELECT * FROM "Scores"."ByRank" WHERE rank = 7.0`)],
    ['a parameter of an index', statement(`SELECT * FROM "Scores"."ByRank" WHERE "rank" = ?`, { N: '07' })],
    ['an item', statement(`INSERT INTO "Scores" VALUE {'id': 'mine', 'points': ?}`, { N: '1' })],
    ['a change', statement(`UPDATE Scores SET points = points + 1 WHERE id = 'mine'`)],
    ['a deletion', statement(`DELETE FROM Scores WHERE id = ? RETURNING ALL OLD *`, mine)],
  ])('lets a statement through whose key is %s', async (_what, body) => {
    expect(await outcome(playerWith(ownItems), 'ExecuteStatement', body)).toBe('allowed');
    expect(JSON.parse(through()[0]?.body.toString() ?? '')).toEqual(body);
  });

  it.each([
    ['a foreign key', statement(`SELECT * FROM Scores WHERE id = 'yours'`)],
    ['a foreign key as a parameter', statement('SELECT * FROM Scores WHERE id = ?', { S: 'yours' })],
    [
      'another parameter than the one',
      statement('SELECT * FROM Scores WHERE a = ? AND id = ?', mine, { S: 'y' }),
    ],
    ['a parameter too few', statement('SELECT * FROM Scores WHERE a = ? AND id = ?', mine)],
    ['a parameter too many', statement('SELECT * FROM Scores WHERE id = ?', mine, mine)],
    ['a key of another type', statement('SELECT * FROM Scores WHERE id = ?', { B: 'bWluZQ==' })],
    ['a number for a text', statement('SELECT * FROM Scores WHERE id = 7')],
    ['no condition', statement('SELECT * FROM Scores')],
    ['another attribute', statement(`SELECT * FROM Scores WHERE name = 'mine'`)],
    ['the key in another case', statement(`SELECT * FROM Scores WHERE ID = 'mine'`)],
    ['an OR', statement(`SELECT * FROM Scores WHERE id = 'mine' OR id = 'yours'`)],
    ['a list', statement(`SELECT * FROM Scores WHERE id IN ['mine', '7']`)],
    ['the table’s key on an index', statement(`SELECT * FROM "Scores"."ByRank" WHERE id = 'mine'`)],
    ['an index that is not known', statement(`SELECT * FROM "Scores"."ByName" WHERE id = 'mine'`)],
    ['an item without a key', statement(`INSERT INTO Scores VALUE {'name': 'mine'}`)],
    ['an item with a foreign key', statement(`INSERT INTO Scores VALUE {'id': 'yours'}`)],
    ['an item with an empty key', statement(`INSERT INTO Scores VALUE {'id': ''}`)],
    ['a change of the key', statement(`UPDATE Scores SET id = 'yours' WHERE id = 'mine'`)],
    ['a deletion of another', statement(`DELETE FROM Scores WHERE id = 'yours'`)],
    [
      'a statement that the store remembers',
      { ...statement(`SELECT * FROM Scores WHERE id = 'mine'`), NextToken: 'bWluZQ==' },
    ],
  ])('refuses %s', async (_what, body) => {
    expect(await outcome(playerWith(ownItems), 'ExecuteStatement', body)).toBe('AccessDeniedException');
    expect(through()).toEqual([]);
  });

  it('refuses a parameter of two types', async () => {
    const body = statement('SELECT * FROM Scores WHERE id = ?', { S: 'mine', N: '7' });
    expect(await outcome(playerWith(ownItems), 'ExecuteStatement', body)).toBe('ValidationException');
  });

  it.each([
    ['BatchExecuteStatement', 'Statements', 25],
    ['ExecuteTransaction', 'TransactStatements', 100],
  ])('takes as many statements as DynamoDB in a %s', async (operation, member, most) => {
    const own = statement(`DELETE FROM Scores WHERE id = 'mine'`);
    const many = (count: number) => ({ [member]: Array.from({ length: count }, () => own) });
    expect(await outcome(playerWith(ownItems), operation, many(most))).toBe('allowed');
    expect(await outcome(playerWith(ownItems), operation, many(most + 1))).toBe('ValidationException');
    expect(await outcome(playerWith(ownItems), operation, many(0))).toBe('ValidationException');
  });

  it.each([
    ['BatchExecuteStatement', 'Statements'],
    ['ExecuteTransaction', 'TransactStatements'],
  ])('asks it of every statement of %s', async (operation, member) => {
    const own = statement(`UPDATE Scores SET a = 1 WHERE id = 'mine'`);
    const player = playerWith(ownItems);
    expect(await outcome(player, operation, { [member]: [own, own] })).toBe('allowed');
    for (const foreign of [`id = 'yours'`, `id = 'mine' OR a = 1`]) {
      const other = statement(`UPDATE Scores SET a = 1 WHERE ${foreign}`);
      expect(await outcome(player, operation, { [member]: [own, other] })).toBe('AccessDeniedException');
    }
    expect(through()).toHaveLength(1);
  });
});

describe('a policy on dynamodb:Attributes', () => {
  const allowed = {
    'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['id', 'points'] },
    StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES', 'dynamodb:ReturnValues': 'NONE' },
  };

  it.each([
    'SELECT id, points FROM Scores',
    `SELECT points FROM Scores WHERE id = 'mine'`,
    `INSERT INTO Scores VALUE {'id': 'mine', 'points': 1}`,
    `UPDATE Scores SET points = points + 1 WHERE id = 'mine'`,
    `DELETE FROM Scores WHERE id = 'mine'`,
  ])('lets through: %s', async (text) => {
    expect(await outcome(playerWith(allowed), 'ExecuteStatement', statement(text))).toBe('allowed');
  });

  it.each([
    ['all attributes', 'SELECT * FROM Scores'],
    ['all of an index', `SELECT * FROM "Scores"."ByRank" WHERE points = 1`],
    ['another attribute', 'SELECT id, secret FROM Scores'],
    ['another attribute in the condition', `SELECT id FROM Scores WHERE secret = 'x'`],
    ['another attribute in the order', `SELECT id FROM Scores WHERE id = 'mine' ORDER BY secret`],
    ['another attribute by way of the table', 'SELECT Scores.secret FROM Scores'],
    ['another attribute in the item', `INSERT INTO Scores VALUE {'id': 'mine', 'secret': 1}`],
    ['another attribute as the source of a change', `UPDATE Scores SET points = secret WHERE id = 'mine'`],
    ['another attribute to be removed', `UPDATE Scores REMOVE secret WHERE id = 'mine'`],
    ['the whole item afterwards', `DELETE FROM Scores WHERE id = 'mine' RETURNING ALL OLD *`],
    ['a statement that is not plain', `SELECT id FROM Scores WHERE id = 'mine' OR points = 1`],
  ])('refuses %s', async (_what, text) => {
    expect(await outcome(playerWith(allowed), 'ExecuteStatement', statement(text))).toBe(
      'AccessDeniedException',
    );
  });

  it('refuses the whole item when a condition fails', async () => {
    const update = statement(`UPDATE Scores SET points = 1 WHERE id = 'mine'`);
    const body = { ...update, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
    expect(await outcome(playerWith(allowed), 'ExecuteStatement', body)).toBe('AccessDeniedException');
  });
});

describe('a policy on dynamodb:FullTableScan', () => {
  it.each([
    ['allowed', `SELECT * FROM Scores WHERE id = 'mine'`],
    ['AccessDeniedException', 'SELECT * FROM Scores'],
    ['AccessDeniedException', `SELECT * FROM Scores WHERE id > 'mine'`],
  ])('is %s: %s', async (expected, text) => {
    const player = playerWith({ Bool: { 'dynamodb:FullTableScan': 'false' } });
    expect(await outcome(player, 'ExecuteStatement', statement(text))).toBe(expected);
  });
});

describe('without a condition', () => {
  it.each([
    ['ExecuteStatement', statement('SELECT * FROM Scores'), 'PartiQLSelect'],
    [
      'BatchExecuteStatement',
      { Statements: [statement(`DELETE FROM Scores WHERE id = 'x'`)] },
      'PartiQLDelete',
    ],
    [
      'ExecuteTransaction',
      { TransactStatements: [statement(`INSERT INTO Scores VALUE {'id': 'x'}`)] },
      'PartiQLInsert',
    ],
    [
      'ExecuteStatement',
      statement(`SELECT size(a) FROM Scores WHERE a IN (1) OR NOT b = 2`),
      'PartiQLSelect',
    ],
  ])('%s needs the action of its statement alone', async (operation, body, action) => {
    expect(await outcome(playerWith({}, `dynamodb:${action}`), operation, body)).toBe('allowed');
    expect(await outcome(playerWith({}, 'dynamodb:PartiQLUpdate'), operation, body)).toBe(
      'AccessDeniedException',
    );
  });

  it('reaches no other table', async () => {
    expect(await outcome(playerWith({}), 'ExecuteStatement', statement('SELECT * FROM Other'))).toBe(
      'AccessDeniedException',
    );
  });

  it('tells transactions from single statements', async () => {
    const player = playerWith({ StringEquals: { 'dynamodb:EnclosingOperation': 'ExecuteTransaction' } });
    const one = statement(`DELETE FROM Scores WHERE id = 'mine'`);
    expect(await outcome(player, 'ExecuteTransaction', { TransactStatements: [one] })).toBe('allowed');
    expect(await outcome(player, 'ExecuteStatement', one)).toBe('AccessDeniedException');
  });
});
