import { SignatureError } from './failure.ts';

/** A POST policy that was read: what the fields of the form must be, and how long it is valid. */
export interface PostPolicy {
  /** Milliseconds since the epoch. */
  readonly expiration: number;
  readonly conditions: readonly FieldCondition[];
  readonly contentLengthRanges: readonly ContentLengthRange[];
}

export interface FieldCondition {
  readonly operator: 'eq' | 'starts-with';
  /** In lower case: field names are compared without regard to case. */
  readonly field: string;
  readonly value: string;
}

/** In bytes, both ends included. */
export interface ContentLengthRange {
  readonly min: number;
  readonly max: number;
}

/** Reads the base64 `policy` of a POST form (Amazon S3 API Reference, "POST Policy"). Throws `malformed`. */
export function parsePostPolicy(base64: string): PostPolicy {
  const document = parseJson(Buffer.from(base64, 'base64').toString('utf8'));
  if (!isRecord(document) || !Array.isArray(document.conditions)) throw malformed('has no conditions');
  const conditions: FieldCondition[] = [];
  const contentLengthRanges: ContentLengthRange[] = [];
  for (const condition of document.conditions) {
    if (!Array.isArray(condition)) conditions.push(parseExactMatch(condition));
    else if (condition[0] === 'content-length-range') contentLengthRanges.push(parseRange(condition));
    else conditions.push(parseMatch(condition));
  }
  return { expiration: parseExpiration(document.expiration), conditions, contentLengthRanges };
}

function parseJson(text: string): unknown {
  // AWS's policies escape `$` as `\$` and know `\v`, which JSON does not.
  const json = text.replace(/\\[\s\S]/g, (pair) =>
    pair === '\\$' ? '$' : pair === '\\v' ? '\\u000b' : pair,
  );
  try {
    return JSON.parse(json);
  } catch {
    throw malformed('is not JSON');
  }
}

function parseExpiration(value: unknown): number {
  const format = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;
  const expiration = typeof value === 'string' && format.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(expiration)) throw malformed('has no expiration');
  return expiration;
}

/** `{"acl": "public-read"}`, which is the same as `["eq", "$acl", "public-read"]`. */
function parseExactMatch(condition: unknown): FieldCondition {
  const entries = isRecord(condition) ? Object.entries(condition) : [];
  const [[field, value] = []] = entries;
  if (entries.length !== 1 || field === undefined || typeof value !== 'string')
    throw malformed('has a bad condition');
  return { operator: 'eq', field: field.toLowerCase(), value };
}

function parseMatch(condition: readonly unknown[]): FieldCondition {
  const [operator, field, value] = condition;
  if (
    condition.length !== 3 ||
    (operator !== 'eq' && operator !== 'starts-with') ||
    typeof field !== 'string' ||
    !field.startsWith('$') ||
    typeof value !== 'string'
  ) {
    throw malformed('has a bad condition');
  }
  return { operator, field: field.slice(1).toLowerCase(), value };
}

function parseRange(condition: readonly unknown[]): ContentLengthRange {
  const [min, max] = condition
    .slice(1)
    .map((value) => (/^\d{1,15}$/.test(String(value)) ? Number(value) : Number.NaN));
  if (condition.length !== 3 || min === undefined || max === undefined || !(min <= max)) {
    throw malformed('has a bad content-length-range');
  }
  return { min, max };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(what: string): SignatureError {
  return new SignatureError('malformed', `the POST policy ${what}`);
}
