/** JSON-like input or output of an operation. */
type Members = Readonly<Record<string, unknown>>;

/** Members whose value is a token, a secret or somebody's proof; a page's token is none. */
const secret = /(?:token|secret|password|assertion|privatekey)/i;
const harmless = /^(?:NextToken|ServerSideTokenCheck|.*TokenDuration|Type)$/;

/** Characters of one text: enough for a name, an ARN or a small policy. */
const longestText = 2048;
const deepest = 8;
const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/**
 * What a request asked for, without what it proved itself with: of Logins only the providers are left, of a Twitter
 * app's key and secret only the key.
 */
export function requestParameters(input: Members): Members {
  return redacted(input, 0) as Members;
}

function redacted(value: unknown, depth: number): unknown {
  if (depth > deepest) return '…';
  if (typeof value === 'string')
    return value.length > longestText ? `${value.slice(0, longestText)}…` : value;
  if (Array.isArray(value)) return value.map((item) => redacted(item, depth + 1));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, redactedMember(name, member, depth + 1)]),
  );
}

function redactedMember(name: string, value: unknown, depth: number): unknown {
  if (name === 'Logins') return isMembers(value) ? Object.keys(value) : hidden;
  if (name === 'SupportedLoginProviders' && isMembers(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([provider, appId]) => [provider, String(appId).split(';', 1)[0]]),
    );
  }
  if (secret.test(name) && !harmless.test(name)) return hidden;
  return redacted(value, depth);
}

const telling = /(?:Id|Arn|ARN|Name|Expiration|NotBefore|Date)$/;

/** What an answer says of whom and what it is about; all else, secrets before all, stays out. */
export function responseElements(output: Members | undefined): Members | null {
  const kept = output === undefined ? {} : tellingMembers(output, 0);
  return Object.keys(kept).length === 0 ? null : kept;
}

function tellingMembers(members: Members, depth: number): Members {
  const kept = Object.entries(members).flatMap(([name, value]): [string, unknown][] => {
    if (isMembers(value) && depth < deepest) {
      const inner = tellingMembers(value, depth + 1);
      return Object.keys(inner).length === 0 ? [] : [[name, inner]];
    }
    const isPlain = typeof value === 'string' || value instanceof Date;
    return isPlain && telling.test(name) ? [[name, value]] : [];
  });
  return Object.fromEntries(kept);
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
