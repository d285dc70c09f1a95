/** DynamoDB's limit on the length of any expression, in UTF-8 bytes (Service quotas, "Expression parameters"). */
const maxExpressionBytes = 4096;

export type Token =
  | { readonly kind: 'name'; readonly text: string }
  /** `#placeholder`, with its `#`. */
  | { readonly kind: 'nameReference'; readonly text: string }
  /** `:placeholder`, with its `:`. */
  | { readonly kind: 'valueReference'; readonly text: string }
  | { readonly kind: 'index'; readonly text: string }
  | { readonly kind: 'symbol'; readonly text: string };

/** The expression is not of the grammar; the message is what DynamoDB puts after `Invalid …Expression: `. */
export class ExpressionError extends Error {}

const pattern =
  /[ \t\r\n]+|([A-Za-z_][A-Za-z0-9_]*)|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|(\[[ \t\r\n]*[0-9]+[ \t\r\n]*\])|(<>|<=|>=|[=<>().,+-])/y;

/** Splits an expression into tokens; throws `ExpressionError` on any character the grammar does not know. */
export function tokenize(expression: string): Token[] {
  if (Buffer.byteLength(expression) > maxExpressionBytes) {
    throw new ExpressionError('Expression size has exceeded the maximum allowed size;');
  }
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < expression.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(expression);
    if (match === null) {
      throw new ExpressionError(
        `Syntax error; token: "${expression[at]}", near: "${expression.slice(at, at + 10)}"`,
      );
    }
    const [, name, nameReference, valueReference, index, symbol] = match;
    if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (nameReference !== undefined) tokens.push({ kind: 'nameReference', text: nameReference });
    else if (valueReference !== undefined) tokens.push({ kind: 'valueReference', text: valueReference });
    else if (index !== undefined) tokens.push({ kind: 'index', text: index });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol });
  }
  return tokens;
}
