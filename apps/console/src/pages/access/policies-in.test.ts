import { expect, it } from 'vitest';
import type { JudgedStatement } from '../../api/explain.ts';
import { policiesIn } from './policies-in.ts';

const mismatch = { Element: 'Action', Wanted: ['s3:*'], Actual: ['sts:*'] };
const statement = (Source: string, Index: number, misses: number, Decides = false): JudgedStatement => ({
  Source,
  Index,
  Layer: 'identity',
  Effect: 'Allow',
  Matched: misses === 0,
  Mismatches: Array(misses).fill(mismatch),
  Decides,
});

it('shows policies in their own order, the one that decides first and the closest next', () => {
  const policies = policiesIn([
    statement('far', 0, 3),
    statement('near', 1, 1),
    statement('deciding', 1, 0, true),
    statement('near', 0, 2),
    statement('deciding', 0, 2),
  ]);
  expect(policies.map(({ source, statements }) => [source, statements.map(({ Index }) => Index)])).toEqual([
    ['deciding', [0, 1]],
    ['near', [0, 1]],
    ['far', [0]],
  ]);
});
