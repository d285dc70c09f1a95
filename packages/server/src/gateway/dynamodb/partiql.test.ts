import { describe, expect, it } from 'vitest';
import { DynamoDbError } from './errors.ts';
import { parseStatement } from './partiql.ts';

describe('parseStatement', () => {
  it.each([
    ['SELECT * FROM Scores', { action: 'PartiQLSelect', table: 'Scores' }],
    [
      `select a, b.c from "Scores" where p = 'it''s FROM "x"' order by s`,
      { action: 'PartiQLSelect', table: 'Scores' },
    ],
    [
      'SELECT * FROM "Scores"."ByGame" WHERE game = ?',
      { action: 'PartiQLSelect', table: 'Scores', index: 'ByGame' },
    ],
    [`INSERT INTO Scores VALUE {'p': 'x', 'n': 1}`, { action: 'PartiQLInsert', table: 'Scores' }],
    [`UPDATE "Scores" SET a = 1 REMOVE b WHERE p = 'x'`, { action: 'PartiQLUpdate', table: 'Scores' }],
    [`DELETE FROM "Scores" WHERE p = 'x' RETURNING ALL OLD *`, { action: 'PartiQLDelete', table: 'Scores' }],
  ])('reads %s', (text, statement) => {
    expect(parseStatement(text)).toEqual(statement);
  });

  it.each([
    '',
    'SELECT * FROM',
    'SELECT *',
    'SELECT * FROM a, b',
    'SELECT * FROM a JOIN b',
    'SELECT * FROM (SELECT * FROM b)',
    'SELECT * FROM a WHERE p IN (SELECT p FROM b)',
    'SELECT (SELECT * FROM b) FROM a',
    'SELECT * FROM a; DELETE FROM b',
    'SELECT * FROM a -- WHERE',
    'SELECT * FROM a /* x */',
    'SELECT * FROM a.b.c',
    'SELECT * FROM a AS b',
    'EXISTS(SELECT * FROM a)',
    'INSERT INTO a',
    'INSERT x INTO a VALUE {}',
    'INSERT INTO a SELECT * FROM b',
    'UPDATE a b SET c = 1',
    'DELETE x FROM a WHERE p = 1',
    'DELETE FROM a',
    'DROP TABLE a',
    `SELECT * FROM 'a'`,
    'SELECT * FROM "a',
  ])('refuses %s', (text) => {
    expect(() => parseStatement(text)).toThrow(DynamoDbError);
  });
});
