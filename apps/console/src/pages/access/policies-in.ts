import type { JudgedStatement } from '../../api/explain.ts';

/** A policy's statements, in the order it has them. */
interface JudgedPolicy {
  readonly source: string;
  readonly statements: readonly JudgedStatement[];
}

/** The policies that statements are of: the one that decides first, then those that came closest to applying. */
export function policiesIn(statements: readonly JudgedStatement[]): readonly JudgedPolicy[] {
  const bySource = Map.groupBy(statements, ({ Layer, Source }) => `${Layer} ${Source}`);
  const rank = ({ statements }: JudgedPolicy): number =>
    Math.min(...statements.map(({ Decides, Mismatches }) => (Decides ? -1 : Mismatches.length)));
  return [...bySource.values()]
    .map((statements) => ({
      source: statements[0]?.Source ?? '',
      statements: statements.toSorted((a, b) => a.Index - b.Index),
    }))
    .sort((a, b) => rank(a) - rank(b));
}
