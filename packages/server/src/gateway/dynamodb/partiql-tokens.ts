import { invalid } from './errors.ts';

/** `string` and `number` are literals; names in double quotes are `quoted`. */
export interface Token {
  readonly kind: 'name' | 'quoted' | 'string' | 'number' | 'symbol';
  /** Without quotes, doubled ones inside made single. */
  readonly text: string;
}

/** Source: API reference, ExecuteStatement, Statement. */
const longest = 8192;

const pattern =
  /\s+|([A-Za-z_][A-Za-z0-9_]*)|"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([0-9][0-9A-Za-z.]*)|(<>|!=|<=|>=|<<|>>|[^\s"'])/y;

/** Splits a PartiQL statement; throws `ValidationException` for comments, for several statements, and for an open quote. */
export function tokenize(text: string): Token[] {
  if (text.length > longest || text.includes('--') || text.includes('/*') || text.includes(';')) refuse();
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) return refuse();
    const [, name, quoted, string, number, symbol] = match;
    if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', text: quoted.replaceAll('""', '"') });
    else if (string !== undefined) tokens.push({ kind: 'string', text: string.replaceAll("''", "'") });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol });
  }
  return tokens;
}

export function refuse(): never {
  throw invalid(
    "Statement wasn't well formed, can't be processed: only a single plain statement on one table is served",
  );
}
