import { refuse, type Token, tokenize } from './partiql-tokens.ts';

export interface Statement {
  readonly action: 'PartiQLSelect' | 'PartiQLInsert' | 'PartiQLUpdate' | 'PartiQLDelete';
  readonly table: string;
  readonly index?: string;
}

const verbs = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'FROM', 'INTO', 'JOIN', 'EXISTS', 'UNION']);

/**
 * Reads which table a PartiQL statement touches, and how; which items it touches is for `readPlain` to prove. A statement is taken only in the plain forms of the DynamoDB Developer Guide ("PartiQL
 * reference"): one verb, one table, no subquery, no comment, nothing after a semicolon.
 */
export function parseStatement(text: string): Statement {
  const tokens = tokenize(text);
  const words = tokens.map((token) => (token.kind === 'name' ? token.text.toUpperCase() : ''));
  const [verb = ''] = words;
  const opener = new Map([
    ['SELECT', 'FROM'],
    ['INSERT', 'INTO'],
    ['DELETE', 'FROM'],
  ]).get(verb);
  const allowed = opener === undefined ? [verb] : [verb, opener];
  const found = words.filter((word) => verbs.has(word));
  // In a path, as in `a.from`, a keyword would be a name to one reader and a clause to another: refused as well.
  if (found.length !== allowed.length || found.some((word, at) => word !== allowed[at])) refuse();

  const at = opener === undefined ? 1 : words.indexOf(opener) + 1;
  switch (verb) {
    case 'SELECT': {
      const { name: table, next } = nameAt(tokens, at);
      const index = tokens[next]?.text === '.' ? nameAt(tokens, next + 1) : undefined;
      const after = words[index?.next ?? next];
      if (after !== undefined && after !== 'WHERE' && after !== 'ORDER') refuse();
      return { action: 'PartiQLSelect', table, ...(index === undefined ? {} : { index: index.name }) };
    }
    case 'INSERT':
      return { action: 'PartiQLInsert', table: tableAt(tokens, at, words, 1, ['VALUE']) };
    case 'UPDATE':
      return { action: 'PartiQLUpdate', table: tableAt(tokens, at, words, 0, ['SET', 'REMOVE']) };
    case 'DELETE':
      return { action: 'PartiQLDelete', table: tableAt(tokens, at, words, 1, ['WHERE']) };
    default:
      return refuse();
  }
}

function tableAt(
  tokens: readonly Token[],
  at: number,
  words: readonly string[],
  openerAt: number,
  followers: readonly string[],
): string {
  const { name, next } = nameAt(tokens, at);
  if (at !== openerAt + 1 || !followers.includes(words[next] ?? '')) refuse();
  return name;
}

function nameAt(tokens: readonly Token[], at: number): { name: string; next: number } {
  const token = tokens[at];
  if (token?.kind !== 'name' && token?.kind !== 'quoted') return refuse();
  return { name: token.text, next: at + 1 };
}
