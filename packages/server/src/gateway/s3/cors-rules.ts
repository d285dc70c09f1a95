import { S3Error } from './errors.ts';
import { type Element, parseXml } from './xml.ts';

/** One rule of a bucket's CORS configuration. Source: Amazon S3 API Reference, `CORSRule`. */
export interface CorsRule {
  /** Each with at most one `*`. */
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  /** Each with at most one `*`, in lower case. */
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  /** Seconds. */
  readonly maxAge: string | undefined;
}

/** Reads a `CORSConfiguration`; undefined for whatever else a store may answer that knows no CORS. */
export function readCorsRules(body: Buffer): readonly CorsRule[] | undefined {
  const root = elementOf(body);
  if (root?.name !== 'CORSConfiguration') return undefined;
  return root.children
    .filter(({ name }) => name === 'CORSRule')
    .map(({ children }) => {
      const all = (wanted: string) => children.filter(({ name }) => name === wanted).map(({ text }) => text);
      return {
        origins: all('AllowedOrigin'),
        methods: all('AllowedMethod'),
        headers: all('AllowedHeader').map((header) => header.toLowerCase()),
        exposed: all('ExposeHeader'),
        maxAge: all('MaxAgeSeconds')[0],
      };
    });
}

function elementOf(body: Buffer): Element | undefined {
  try {
    return parseXml(body);
  } catch (error) {
    if (error instanceof S3Error) return undefined;
    throw error;
  }
}

/** What a page asks for: an actual request names no headers, a preflight those that are to come (lower case). */
export interface CorsQuestion {
  readonly origin: string;
  readonly method: string;
  readonly headers: readonly string[];
}

/** The headers of the answer by the first rule that allows all of it; undefined when none does. */
export function corsHeaders(
  rules: readonly CorsRule[],
  question: CorsQuestion,
): [name: string, value: string][] | undefined {
  const { origin, method, headers } = question;
  for (const rule of rules) {
    const allowed = rule.origins.find((pattern) => matches(pattern, origin));
    if (allowed === undefined || !rule.methods.includes(method)) continue;
    if (!headers.every((header) => rule.headers.some((pattern) => matches(pattern, header)))) continue;
    const answer: [string, string][] = [
      ['access-control-allow-origin', allowed === '*' ? '*' : origin],
      ['access-control-allow-methods', rule.methods.join(', ')],
      ['vary', 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method'],
    ];
    // No cookie proves anybody here; it is what pages see of S3.
    if (allowed !== '*') answer.push(['access-control-allow-credentials', 'true']);
    if (headers.length > 0) answer.push(['access-control-allow-headers', headers.join(', ')]);
    if (rule.exposed.length > 0) answer.push(['access-control-expose-headers', rule.exposed.join(', ')]);
    if (rule.maxAge !== undefined) answer.push(['access-control-max-age', rule.maxAge]);
    return answer;
  }
  return undefined;
}

function matches(pattern: string, text: string): boolean {
  const [head = '', tail, ...more] = pattern.split('*');
  if (tail === undefined) return text === pattern;
  return (
    more.length === 0 &&
    text.length >= head.length + tail.length &&
    text.startsWith(head) &&
    text.endsWith(tail)
  );
}
