import { PolicySyntaxError, parsePolicy } from '@daypass/policy';
import type { IdentityClaim } from '../access/assume.ts';

/** A session policy that cannot be made into one for this identity; the message says why. */
export class SessionPolicyRefused extends Error {
  override readonly name = 'SessionPolicyRefused';
}

/** Source: STS API reference, AssumeRoleWithWebIdentity, Policy. */
const longest = 2048;
const variable = /\$\{([^}]*)\}/g;

/**
 * A session policy with its variables filled in, for stores that evaluate none: `${cognito-identity.amazonaws.com:sub}`,
 * `${cognito-identity.amazonaws.com:aud}` and `${aws:PrincipalTag/<key>}`. A value that would be more than itself inside a
 * policy is not filled in. The text is plain ASCII without white space between its parts, and of the form that the
 * strictest of them read: with a version, and with lists also of one. Throws `SessionPolicyRefused`.
 */
export function fillSessionPolicy(policy: string, claim: IdentityClaim): string {
  const values = valuesOf(claim);
  const filled = mapTexts(inFull(policy), (text, element) =>
    text.replaceAll(variable, (_whole, name: string) => {
      const value = values.get(name.toLowerCase());
      if (value === undefined)
        throw new SessionPolicyRefused(`there is no value for \${${name}} of a session policy`);
      if (/[*?$]/.test(value)) {
        throw new SessionPolicyRefused(`the value of \${${name}} would be a pattern in a session policy`);
      }
      const isId = value === claim.identityId || value === claim.poolId;
      // Ceph reads no colon at the end of an ARN. No two ids differ in it alone, so any character may stand there.
      return isId && element.endsWith('Resource') ? value.replace(':', '?') : value;
    }),
  );
  if (filled.length > longest) {
    throw new SessionPolicyRefused(
      `a session policy is ${filled.length} characters long once it is filled in; ${longest} are allowed`,
    );
  }
  return filled;
}

/** Throws `SessionPolicyRefused` for what is no session policy, and for variables that can never be filled in. */
export function checkSessionPolicy(policy: string): void {
  try {
    parsePolicy(policy, 'session');
  } catch (error) {
    throw error instanceof PolicySyntaxError ? new SessionPolicyRefused(error.message) : error;
  }
  const filled = mapTexts(JSON.parse(policy), (text) =>
    text.replaceAll(variable, (whole, name: string) => (isKnown(name) ? 'x' : whole)),
  );
  const [unknown] = /\$\{[^}]*\}?/.exec(filled) ?? [];
  if (unknown !== undefined) throw new SessionPolicyRefused(`${unknown} cannot be filled in`);
}

const subject = 'cognito-identity.amazonaws.com:sub';
const audience = 'cognito-identity.amazonaws.com:aud';
const tagPrefix = 'aws:principaltag/';

function isKnown(name: string): boolean {
  const key = name.toLowerCase();
  return key === subject || key === audience || (key.startsWith(tagPrefix) && !/[,'${]/.test(key));
}

function valuesOf({ identityId, poolId, tags }: IdentityClaim): ReadonlyMap<string, string> {
  const tagged = Object.entries(tags).map(([key, value]) => [tagPrefix + key.toLowerCase(), value] as const);
  return new Map<string, string>([...tagged, [subject, identityId], [audience, poolId]]);
}

const listed = ['Action', 'NotAction', 'Resource', 'NotResource'];

/**
 * A policy without its shorthands: MinIO wants a version, SeaweedFS that and lists. Once no variable is left in it, a policy
 * means the same in either version.
 */
function inFull(policy: string): object {
  const { Version = '2012-10-17', Statement, ...rest } = JSON.parse(policy);
  const statements = asList(Statement).map((statement) =>
    Object.fromEntries(
      Object.entries(Object(statement)).map(([name, value]) => [
        name,
        listed.includes(name) ? asList(value) : value,
      ]),
    ),
  );
  return { Version, ...rest, Statement: statements };
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** The document as JSON, in ASCII, with every text that is a value changed; `element` is the member that it stands in. */
function mapTexts(document: unknown, change: (text: string, element: string) => string): string {
  const mapped = (value: unknown, element: string): unknown => {
    if (typeof value === 'string') return change(value, element);
    if (Array.isArray(value)) return value.map((item) => mapped(item, element));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapped(member, name)]));
  };
  return JSON.stringify(mapped(document, '')).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
