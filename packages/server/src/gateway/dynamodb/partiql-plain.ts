import { type Token, tokenize } from './partiql-tokens.ts';

/** What a statement says of the items it is about, for one that can be read in one way only. */
export interface PlainStatement {
  /** Every top-level attribute that it names. */
  readonly attributes: ReadonlySet<string>;
  /** The value that each item it touches has in an attribute, for attributes of which it says so beyond doubt. */
  readonly equalities: ReadonlyMap<string, Value>;
  readonly projection: 'all' | 'named' | undefined;
  /** Whether it has a RETURNING clause. */
  readonly returns: boolean;
  /** How many `?` it has. */
  readonly parameters: number;
}

export type Value =
  | { readonly kind: 'parameter'; readonly at: number }
  /** As in requests: `{"S": "x"}`. */
  | { readonly kind: 'literal'; readonly value: { readonly S: string } | { readonly N: string } }
  /** A list, a set, a map, or one of the words that stand for values. */
  | { readonly kind: 'other' };

/**
 * Reads a statement whole, by the part of the grammar in which nothing is left to its reader: conditions joined by AND
 * alone, names and values without expressions, clauses in their order. Undefined for every other, such as one with OR, NOT, IN,
 * parentheses, an alias, or a character that engines treat differently. Throws what `tokenize` throws.
 * Source: DynamoDB Developer Guide, "PartiQL - A SQL-compatible query language for Amazon DynamoDB".
 */
export function readPlain(text: string): PlainStatement | undefined {
  const tokens = tokenize(text);
  const spaced = text.replaceAll(/[\t\n\r]/g, ' ');
  const outsideQuotes = spaced.replaceAll(/"(?:[^"]|"")*"|'(?:[^']|'')*'/g, '');
  // A backslash is an escape to some and a letter to others; what is white space beyond ASCII, readers differ on.
  if (/[\\\p{Cc}]/u.test(spaced) || /[^ -~]/.test(outsideQuotes)) return undefined;
  const parser = new Parser(tokens);
  try {
    return parser.statement();
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

class NotPlain extends Error {}

/** DynamoDB nests values no deeper. Source: Service quotas, "Nested attribute depth". */
const deepest = 32;
const comparators = new Set(['=', '<>', '!=', '<', '<=', '>', '>=']);
const conditionFunctions = new Set(['ATTRIBUTE_TYPE', 'BEGINS_WITH', 'CONTAINS']);
const updateFunctions = new Set(['LIST_APPEND', 'SET_ADD', 'SET_DELETE', 'IF_NOT_EXISTS']);
const valueWords = new Set(['FALSE', 'MISSING', 'NULL', 'TRUE']);
/** Words that are no names here unless they are in double quotes. */
const words = new Set([
  ...'ALL AND AS ASC AT BETWEEN BY CASE DELETE DESC DISTINCT EXISTS FROM GROUP HAVING IN INSERT INTO IS JOIN LET'.split(
    ' ',
  ),
  ...'LIKE LIMIT MODIFIED NEW NOT OFFSET OLD ON OR ORDER REMOVE RETURNING SELECT SET UNION UNPIVOT UPDATE VALUE WHERE'.split(
    ' ',
  ),
  ...valueWords,
]);

class Parser {
  readonly #tokens: readonly Token[];
  readonly #attributes = new Set<string>();
  /** Attributes that conditions and changes are about, each as often as it is there. */
  readonly #mentioned: string[] = [];
  readonly #equal = new Map<string, Value>();
  /** Table and index: as the root of a path they could stand for the item. */
  readonly #places = new Set<string>();
  #parameters = 0;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  statement(): PlainStatement {
    let projection: PlainStatement['projection'];
    let returns = false;
    if (this.#takeWord('SELECT')) projection = this.#select();
    else if (this.#takeWord('INSERT')) this.#insert();
    else if (this.#takeWord('UPDATE')) returns = this.#update();
    else if (this.#takeWord('DELETE')) returns = this.#delete();
    else this.#fail();
    if (this.#at < this.#tokens.length) this.#fail();
    for (const attribute of this.#attributes) {
      if (this.#places.has(attribute.toLowerCase())) this.#fail();
    }
    return {
      attributes: this.#attributes,
      equalities: this.#beyondDoubt(),
      projection,
      returns,
      parameters: this.#parameters,
    };
  }

  /** Of attributes that are named once where it matters, and in one spelling: to some engines bare names have no case. */
  #beyondDoubt(): Map<string, Value> {
    const mentions = (name: string): number =>
      this.#mentioned.filter((other) => other.toLowerCase() === name.toLowerCase()).length;
    const hasTwin = (name: string): boolean =>
      [...this.#attributes].some((other) => other !== name && other.toLowerCase() === name.toLowerCase());
    return new Map([...this.#equal].filter(([name]) => mentions(name) === 1 && !hasTwin(name)));
  }

  #select(): 'all' | 'named' {
    const projection = this.#takeSymbol('*') ? 'all' : 'named';
    if (projection === 'named') this.#list(() => this.#path());
    this.#expectWord('FROM');
    this.#place();
    if (this.#takeSymbol('.')) this.#place();
    if (this.#takeWord('WHERE')) this.#conditions();
    if (this.#takeWord('ORDER')) {
      this.#expectWord('BY');
      this.#list(() => {
        this.#path();
        if (!this.#takeWord('ASC')) this.#takeWord('DESC');
      });
    }
    return projection;
  }

  #insert(): void {
    this.#expectWord('INTO');
    this.#place();
    this.#expectWord('VALUE');
    this.#expectSymbol('{');
    const seen = new Set<string>();
    this.#list(() => {
      const name = this.#member(seen);
      this.#attributes.add(name);
      this.#mentioned.push(name);
      this.#equal.set(name, this.#value());
    });
    this.#expectSymbol('}');
  }

  #update(): boolean {
    this.#place();
    let changes = 0;
    for (; ; changes++) {
      if (this.#takeWord('SET')) {
        this.#list(() => {
          this.#mentioned.push(this.#path().attribute);
          this.#expectSymbol('=');
          this.#sum();
        });
      } else if (this.#takeWord('REMOVE')) this.#list(() => this.#mentioned.push(this.#path().attribute));
      else break;
    }
    if (changes === 0) this.#fail();
    this.#expectWord('WHERE');
    this.#conditions();
    return this.#returning();
  }

  #delete(): boolean {
    this.#expectWord('FROM');
    this.#place();
    this.#expectWord('WHERE');
    this.#conditions();
    return this.#returning();
  }

  #returning(): boolean {
    if (!this.#takeWord('RETURNING')) return false;
    if (!this.#takeWord('ALL')) this.#expectWord('MODIFIED');
    if (!this.#takeWord('OLD')) this.#expectWord('NEW');
    this.#expectSymbol('*');
    return true;
  }

  #conditions(): void {
    do this.#condition();
    while (this.#takeWord('AND'));
  }

  #condition(): void {
    if (this.#takesCall(conditionFunctions)) {
      this.#mentioned.push(this.#path().attribute);
      this.#expectSymbol(',');
      this.#value();
      this.#expectSymbol(')');
      return;
    }
    const { attribute, nested } = this.#path();
    this.#mentioned.push(attribute);
    if (this.#takeWord('BETWEEN')) {
      this.#value();
      this.#expectWord('AND');
      this.#value();
    } else if (this.#takeWord('IS')) {
      this.#takeWord('NOT');
      if (!this.#takeWord('MISSING')) this.#expectWord('NULL');
    } else {
      const operator = this.#next();
      if (operator.kind !== 'symbol' || !comparators.has(operator.text)) this.#fail();
      const value = this.#value();
      if (operator.text === '=' && !nested) this.#equal.set(attribute, value);
    }
  }

  /** What SET gives an attribute. */
  #sum(): void {
    do this.#term();
    while (this.#takeSymbol('+') || this.#takeSymbol('-'));
  }

  #term(): void {
    if (this.#takesCall(updateFunctions)) {
      this.#nested(() => this.#list(() => this.#sum()));
      this.#expectSymbol(')');
      return;
    }
    const token = this.#tokens[this.#at];
    const isPath =
      token?.kind === 'quoted' || (token?.kind === 'name' && !valueWords.has(token.text.toUpperCase()));
    if (isPath) this.#mentioned.push(this.#path().attribute);
    else this.#value();
  }

  #value(): Value {
    const token = this.#next();
    switch (token.kind) {
      case 'string':
        return { kind: 'literal', value: { S: token.text } };
      case 'number':
        return number(token.text) ?? this.#fail();
      case 'name':
        return valueWords.has(token.text.toUpperCase()) ? { kind: 'other' } : this.#fail();
      case 'quoted':
        return this.#fail();
    }
    switch (token.text) {
      case '?':
        return { kind: 'parameter', at: this.#parameters++ };
      case '-': {
        const digits = this.#next();
        return (digits.kind === 'number' ? number(`-${digits.text}`) : undefined) ?? this.#fail();
      }
      case '[':
        return this.#container(']', () => this.#value());
      case '<<':
        return this.#container('>>', () => this.#value());
      case '{': {
        const seen = new Set<string>();
        return this.#container('}', () => {
          this.#member(seen);
          this.#value();
        });
      }
      default:
        return this.#fail();
    }
  }

  #container(end: string, item: () => unknown): Value {
    if (!this.#takeSymbol(end)) {
      this.#nested(() => this.#list(item));
      this.#expectSymbol(end);
    }
    return { kind: 'other' };
  }

  /** `'name':` of a map; a name twice could be taken the first or the second time. */
  #member(seen: Set<string>): string {
    const { kind, text } = this.#next();
    if (kind !== 'string' || text === '' || seen.has(text)) this.#fail();
    seen.add(text);
    this.#expectSymbol(':');
    return text;
  }

  #path(): { attribute: string; nested: boolean } {
    const attribute = this.#name();
    this.#attributes.add(attribute);
    let nested = false;
    for (;;) {
      if (this.#takeSymbol('.')) this.#name();
      else if (this.#takeSymbol('[')) {
        const { kind, text } = this.#next();
        if (kind !== 'number' || !/^[0-9]+$/.test(text)) this.#fail();
        this.#expectSymbol(']');
      } else return { attribute, nested };
      nested = true;
    }
  }

  #place(): void {
    this.#places.add(this.#name().toLowerCase());
  }

  #name(): string {
    const { kind, text } = this.#next();
    const isName = kind === 'quoted' ? text !== '' : kind === 'name' && !words.has(text.toUpperCase());
    return isName ? text : this.#fail();
  }

  #list(item: () => unknown): void {
    do item();
    while (this.#takeSymbol(','));
  }

  #nested(inner: () => unknown): void {
    if (++this.#depth > deepest) this.#fail();
    inner();
    this.#depth--;
  }

  /** Takes the name of a function and its opening parenthesis, if they come next. */
  #takesCall(functions: ReadonlySet<string>): boolean {
    const [name, paren] = [this.#tokens[this.#at], this.#tokens[this.#at + 1]];
    const isCall = name?.kind === 'name' && paren?.kind === 'symbol' && paren.text === '(';
    if (!isCall) return false;
    if (!functions.has(name.text.toUpperCase())) this.#fail();
    this.#at += 2;
    return true;
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'name' || token.text.toUpperCase() !== word) return false;
    this.#at++;
    return true;
  }

  #takeSymbol(symbol: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'symbol' || token.text !== symbol) return false;
    this.#at++;
    return true;
  }

  #expectWord(word: string): void {
    if (!this.#takeWord(word)) this.#fail();
  }

  #expectSymbol(symbol: string): void {
    if (!this.#takeSymbol(symbol)) this.#fail();
  }

  #next(): Token {
    return this.#tokens[this.#at++] ?? this.#fail();
  }

  #fail(): never {
    throw new NotPlain();
  }
}

/** Digits with or without a fraction; exponents and other spellings are left to the store. */
function number(text: string): Value | undefined {
  return /^-?[0-9]+(?:\.[0-9]+)?$/.test(text) ? { kind: 'literal', value: { N: text } } : undefined;
}
