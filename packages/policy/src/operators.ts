/** What a condition operator compares; each family reads its values in its own way. */
export type OperatorFamily = 'String' | 'Numeric' | 'Date' | 'Bool' | 'Binary' | 'IpAddress' | 'Arn' | 'Null';

/** How values are compared: for equality, as a wildcard pattern, or by order. */
export type Comparison = 'equals' | 'equalsIgnoreCase' | 'like' | '<' | '<=' | '>' | '>=';

/** A condition operator taken apart, as in `ForAnyValue:StringNotLikeIfExists`. */
export interface Operator {
  /** As written. */
  readonly name: string;
  readonly family: OperatorFamily;
  readonly comparison: Comparison;
  readonly negated: boolean;
  readonly ifExists: boolean;
  readonly set?: 'ForAllValues' | 'ForAnyValue';
}

type BaseOperator = Pick<Operator, 'family' | 'comparison' | 'negated'>;

const is = (family: OperatorFamily, comparison: Comparison): BaseOperator => ({
  family,
  comparison,
  negated: false,
});
const isNot = (family: OperatorFamily, comparison: Comparison): BaseOperator => ({
  family,
  comparison,
  negated: true,
});

/** Source: IAM User Guide, "IAM JSON policy elements: Condition operators". */
const BASE_OPERATORS: ReadonlyMap<string, BaseOperator> = new Map([
  ['StringEquals', is('String', 'equals')],
  ['StringNotEquals', isNot('String', 'equals')],
  ['StringEqualsIgnoreCase', is('String', 'equalsIgnoreCase')],
  ['StringNotEqualsIgnoreCase', isNot('String', 'equalsIgnoreCase')],
  ['StringLike', is('String', 'like')],
  ['StringNotLike', isNot('String', 'like')],
  ['NumericEquals', is('Numeric', 'equals')],
  ['NumericNotEquals', isNot('Numeric', 'equals')],
  ['NumericLessThan', is('Numeric', '<')],
  ['NumericLessThanEquals', is('Numeric', '<=')],
  ['NumericGreaterThan', is('Numeric', '>')],
  ['NumericGreaterThanEquals', is('Numeric', '>=')],
  ['DateEquals', is('Date', 'equals')],
  ['DateNotEquals', isNot('Date', 'equals')],
  ['DateLessThan', is('Date', '<')],
  ['DateLessThanEquals', is('Date', '<=')],
  ['DateGreaterThan', is('Date', '>')],
  ['DateGreaterThanEquals', is('Date', '>=')],
  ['Bool', is('Bool', 'equals')],
  ['BinaryEquals', is('Binary', 'equals')],
  ['IpAddress', is('IpAddress', 'equals')],
  ['NotIpAddress', isNot('IpAddress', 'equals')],
  ['ArnEquals', is('Arn', 'like')],
  ['ArnLike', is('Arn', 'like')],
  ['ArnNotEquals', isNot('Arn', 'like')],
  ['ArnNotLike', isNot('Arn', 'like')],
  ['Null', is('Null', 'equals')],
]);

const SET_PREFIX = /^(ForAllValues|ForAnyValue):(.*)$/;

/** Reads the name of a condition operator, case-sensitively; undefined when AWS has no such operator. */
export function parseOperator(name: string): Operator | undefined {
  const [, set, unprefixed = name] = SET_PREFIX.exec(name) ?? [];
  const ifExists = unprefixed.endsWith('IfExists');
  const baseName = ifExists ? unprefixed.slice(0, -'IfExists'.length) : unprefixed;
  const base = BASE_OPERATORS.get(baseName);
  if (base === undefined) return undefined;
  if (base.family === 'Null' && (ifExists || set !== undefined)) return undefined;
  return {
    name,
    ...base,
    ifExists,
    ...(set === 'ForAllValues' || set === 'ForAnyValue' ? { set } : {}),
  };
}
