import { ExpressionError, type Token, tokenize } from './tokens.ts';

/**
 * DynamoDB's expression language, as far as authorisation needs it: which top-level attributes an expression names
 * (`dynamodb:Attributes`) and which partition key a key condition fixes (`dynamodb:LeadingKeys`). Everything is
 * parsed by the whole grammar, never searched for patterns, so that nothing can hide in a corner of it.
 * Source: DynamoDB Developer Guide, "Expressions", and API reference, `Query` › `KeyConditionExpression`.
 */
export type Condition =
  | { readonly kind: 'compare'; readonly operator: string; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between' | 'in'; readonly operands: readonly Operand[] }
  | { readonly kind: 'function'; readonly name: string; readonly operands: readonly Operand[] }
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition };

export type Operand =
  /** `attribute` is the resolved top-level name; `nested` when the path goes below it. */
  | { readonly kind: 'path'; readonly attribute: string; readonly nested: boolean }
  | { readonly kind: 'value'; readonly reference: string }
  | { readonly kind: 'function'; readonly name: string };

export interface ParsedCondition {
  readonly condition: Condition;
  readonly attributes: ReadonlySet<string>;
}

/** `ExpressionAttributeNames`. */
export type AttributeNames = ReadonlyMap<string, string>;

/** A condition, filter or key-condition expression. Throws `ExpressionError`. */
export function parseCondition(expression: string, names: AttributeNames): ParsedCondition {
  const parser = new Parser(expression, names);
  const condition = parser.condition();
  parser.end();
  return { condition, attributes: parser.attributes };
}

/** The top-level attributes of a projection expression. Throws `ExpressionError`. */
export function parseProjection(expression: string, names: AttributeNames): ReadonlySet<string> {
  const parser = new Parser(expression, names);
  parser.list(() => parser.path());
  parser.end();
  return parser.attributes;
}

/** The top-level attributes an update expression reads or writes. Throws `ExpressionError`. */
export function parseUpdate(expression: string, names: AttributeNames): ReadonlySet<string> {
  const parser = new Parser(expression, names);
  parser.update();
  parser.end();
  return parser.attributes;
}

/** More than DynamoDB's 300 operators ever need in depth, and far below what the stack holds. */
const maxNesting = 100;
const comparators = new Set(['=', '<>', '<', '<=', '>', '>=']);
const conditionFunctions = new Map([
  ['attribute_exists', 1],
  ['attribute_not_exists', 1],
  ['attribute_type', 2],
  ['begins_with', 2],
  ['contains', 2],
]);

class Parser {
  readonly attributes = new Set<string>();
  readonly #tokens: readonly Token[];
  readonly #names: AttributeNames;
  #at = 0;
  #nesting = 0;

  constructor(expression: string, names: AttributeNames) {
    this.#tokens = tokenize(expression);
    this.#names = names;
    if (this.#tokens.length === 0) throw new ExpressionError('The expression can not be empty;');
  }

  condition(): Condition {
    return this.#nested(() => {
      const conditions = [this.#conjunction()];
      while (this.#takeKeyword('OR')) conditions.push(this.#conjunction());
      return only(conditions) ?? { kind: 'or', conditions };
    });
  }

  update(): void {
    const seen = new Set<string>();
    while (this.#at < this.#tokens.length) {
      const clause = (['SET', 'REMOVE', 'ADD', 'DELETE'] as const).find((keyword) =>
        this.#takeKeyword(keyword),
      );
      if (clause === undefined) this.#fail();
      if (seen.has(clause))
        throw new ExpressionError(`The "${clause}" section can only be used once in an update expression;`);
      seen.add(clause);
      this.list(() => {
        this.path();
        if (clause === 'SET') {
          this.#expectSymbol('=');
          this.#setValue();
        } else if (clause !== 'REMOVE') {
          this.#valueReference();
        }
      });
    }
  }

  path(): Operand {
    const attribute = this.#name();
    this.attributes.add(attribute);
    let nested = false;
    for (;;) {
      if (this.#takeSymbol('.')) this.#name();
      else if (this.#tokens[this.#at]?.kind === 'index') this.#at++;
      else return { kind: 'path', attribute, nested };
      nested = true;
    }
  }

  list(item: () => unknown): void {
    do item();
    while (this.#takeSymbol(','));
  }

  end(): void {
    if (this.#at < this.#tokens.length) this.#fail();
  }

  #conjunction(): Condition {
    const conditions = [this.#negation()];
    while (this.#takeKeyword('AND')) conditions.push(this.#negation());
    return only(conditions) ?? { kind: 'and', conditions };
  }

  #negation(): Condition {
    if (!this.#takeKeyword('NOT')) return this.#predicate();
    return this.#nested(() => ({ kind: 'not', condition: this.#negation() }));
  }

  #predicate(): Condition {
    if (this.#opensCondition()) {
      this.#expectSymbol('(');
      const condition = this.condition();
      this.#expectSymbol(')');
      return condition;
    }
    const call = this.#call(conditionFunctions);
    if (call !== undefined) return { kind: 'function', ...call };

    const left = this.#operand();
    if (this.#takeKeyword('BETWEEN')) {
      const low = this.#operand();
      if (!this.#takeKeyword('AND')) this.#fail();
      return { kind: 'between', operands: [left, low, this.#operand()] };
    }
    if (this.#takeKeyword('IN')) {
      const operands = [left];
      this.#expectSymbol('(');
      this.list(() => operands.push(this.#operand()));
      this.#expectSymbol(')');
      return { kind: 'in', operands };
    }
    const operator = this.#tokens[this.#at];
    if (operator?.kind !== 'symbol' || !comparators.has(operator.text)) this.#fail();
    this.#at++;
    return { kind: 'compare', operator: operator.text, left, right: this.#operand() };
  }

  /**
   * Whether the parenthesis here holds a condition, as in `(a = :b)`, and not one operand, as in `(a) = :b`: only an
   * operand is a lone path, value or `size(…)` up to its closing parenthesis, so that no backtracking is needed.
   */
  #opensCondition(): boolean {
    if (!this.#isSymbol('(', this.#at)) return false;
    let depth = 0;
    for (let at = this.#at; at < this.#tokens.length; at++) {
      if (this.#isSymbol('(', at)) depth++;
      else if (this.#isSymbol(')', at) && --depth === 0) return !this.#continuesOperand(at + 1);
    }
    return this.#fail();
  }

  #continuesOperand(at: number): boolean {
    const token = this.#tokens[at];
    if (token === undefined) return false;
    if (token.kind === 'symbol') return comparators.has(token.text);
    return token.kind === 'name' && ['BETWEEN', 'IN'].includes(token.text.toUpperCase());
  }

  #operand(): Operand {
    if (this.#isSymbol('(', this.#at)) {
      return this.#nested(() => {
        this.#expectSymbol('(');
        const operand = this.#operand();
        this.#expectSymbol(')');
        return operand;
      });
    }
    if (this.#tokens[this.#at]?.kind === 'valueReference') return this.#valueReference();
    const call = this.#call(new Map([['size', 1]]));
    return call === undefined ? this.path() : { kind: 'function', name: call.name };
  }

  #setValue(): void {
    this.#setOperand();
    while (this.#takeSymbol('+') || this.#takeSymbol('-')) this.#setOperand();
  }

  #setOperand(): void {
    this.#nested(() => {
      if (this.#takeSymbol('(')) {
        this.#setValue();
        this.#expectSymbol(')');
      } else if (this.#tokens[this.#at]?.kind === 'valueReference') {
        this.#at++;
      } else if (this.#startsCall('if_not_exists', 'list_append')) {
        this.#at += 2;
        this.#setValue();
        this.#expectSymbol(',');
        this.#setValue();
        this.#expectSymbol(')');
      } else {
        this.path();
      }
    });
  }

  #call(functions: ReadonlyMap<string, number>): { name: string; operands: readonly Operand[] } | undefined {
    if (!this.#startsCall(...functions.keys())) return undefined;
    const name = this.#tokens[this.#at]?.text ?? '';
    this.#at += 2;
    const operands: Operand[] = [];
    this.list(() => operands.push(this.#operand()));
    this.#expectSymbol(')');
    if (operands.length !== functions.get(name)) {
      throw new ExpressionError(
        `Incorrect number of operands for operator or function; operator or function: ${name}`,
      );
    }
    return { name, operands };
  }

  /** Function names are case-sensitive, unlike keywords. */
  #startsCall(...functions: readonly string[]): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === 'name' && functions.includes(token.text) && this.#isSymbol('(', this.#at + 1);
  }

  #valueReference(): Operand {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'valueReference') this.#fail();
    this.#at++;
    return { kind: 'value', reference: token.text };
  }

  #name(): string {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'name' && token?.kind !== 'nameReference') this.#fail();
    this.#at++;
    if (token.kind === 'name') return token.text;
    const name = this.#names.get(token.text);
    if (name === undefined) {
      throw new ExpressionError(
        `An expression attribute name used in the document path is not defined; attribute name: ${token.text}`,
      );
    }
    return name;
  }

  #takeKeyword(keyword: string): boolean {
    const token = this.#tokens[this.#at];
    const taken = token?.kind === 'name' && token.text.toUpperCase() === keyword;
    if (taken) this.#at++;
    return taken;
  }

  #isSymbol(symbol: string, at: number): boolean {
    const token = this.#tokens[at];
    return token?.kind === 'symbol' && token.text === symbol;
  }

  #takeSymbol(symbol: string): boolean {
    const taken = this.#isSymbol(symbol, this.#at);
    if (taken) this.#at++;
    return taken;
  }

  #expectSymbol(symbol: string): void {
    if (!this.#takeSymbol(symbol)) this.#fail();
  }

  #nested<T>(parse: () => T): T {
    if (++this.#nesting > maxNesting) throw new ExpressionError('The expression nests too deeply;');
    const result = parse();
    this.#nesting--;
    return result;
  }

  #fail(): never {
    const near = this.#tokens.slice(Math.max(0, this.#at - 1), this.#at + 2).map((token) => token.text);
    throw new ExpressionError(
      `Syntax error; token: "${this.#tokens[this.#at]?.text ?? '<EOF>'}", near: "${near.join(' ')}"`,
    );
  }
}

function only<T>(items: readonly T[]): T | undefined {
  return items.length === 1 ? items[0] : undefined;
}
