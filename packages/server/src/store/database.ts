/** Numbers are integers. */
export type Parameter = string | number;

export type Row = Readonly<Record<string, unknown>>;

/** One statement of a transaction; `?` stands for each parameter in turn. */
export interface Step {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
  /** When the statement changes no row, the whole transaction is undone. */
  readonly mustChange?: boolean;
  /** True when the statement has a RETURNING clause. */
  readonly returning?: boolean;
}

export interface StepResult {
  readonly changed: number;
  /** What RETURNING returned. */
  readonly rows: readonly Row[];
}

/** The few words in which the databases differ; all other SQL is the same for both. */
export interface Dialect {
  /** The type of a text that is compared and sorted by its UTF-8 bytes. */
  readonly text: string;
  /** The type of a 64-bit integer. */
  readonly integer: string;
  /** What follows a table of short rows that is read by its primary key. */
  readonly keyedTable: string;
  /** What ends a query whose rows must not be deleted before the transaction is over. */
  readonly keepRows: string;
  /** The condition that `column` is one of the texts of one parameter, a JSON array. */
  among(column: string): string;
}

/** A relational database as the stores use it. Every failure is a `StoreUnavailable`. */
export interface Database {
  readonly dialect: Dialect;
  /** The first row of a query. */
  first(sql: string, parameters: readonly Parameter[]): Promise<Row | undefined>;
  all(sql: string, parameters: readonly Parameter[]): Promise<readonly Row[]>;
  /**
   * Runs the steps in order in one transaction and resolves when it is durable: one result a step, or undefined
   * when one that must change a row changed none, and then nothing is written.
   */
  write(steps: readonly Step[]): Promise<readonly StepResult[] | undefined>;
  close(): Promise<void>;
}

/**
 * The parameters, unless a text among them cannot be stored as it is: UTF-8 has no unpaired surrogates (two
 * different ones would be stored as the same text, and so two users as one) and PostgreSQL's text has no NUL.
 * Throws a RangeError for those.
 */
export function storable(parameters: readonly Parameter[]): readonly Parameter[] {
  for (const parameter of parameters) {
    if (typeof parameter === 'string' && (parameter.includes('\0') || !parameter.isWellFormed())) {
      throw new RangeError('A stored text must be well-formed Unicode without NUL');
    }
  }
  return parameters;
}

/** The longest primary key in bytes of UTF-8: PostgreSQL's B-trees take 2,704 with the overhead of the entry. */
export const maxKeyBytes = 2500;

/** The parts of a primary key, unless they are too long together; then a RangeError is thrown. */
export function keyParts(...parts: readonly string[]): readonly string[] {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  // A UTF-16 unit becomes at most three bytes, so that short keys, nearly all, need no exact count.
  if (
    bytes * 3 > maxKeyBytes &&
    parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0) > maxKeyBytes
  ) {
    throw new RangeError(`A key has more than ${maxKeyBytes} bytes`);
  }
  return parts;
}
