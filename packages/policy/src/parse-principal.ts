import type { Condition, PolicyKind, PrincipalElement, PrincipalEntry } from './document.ts';
import { elementsOf, fail, type Place, SYNTAX, stringsOf, type TextPlace } from './place.ts';

type PrincipalType = PrincipalEntry['type'];

const TYPES: ReadonlyMap<string, PrincipalType> = new Map(
  (['AWS', 'Federated', 'Service', 'CanonicalUser'] as const).map((type) => [type, type]),
);

const ACCOUNT_ID = /^\d{12}$/;
/** A principal is named whole; wildcards in a part of its name are not allowed. */
const PRINCIPAL_ARN = /^arn:aws(?:-[a-z]+)*:(?:iam|sts)::[^:*?]+:[^*?]+$/;
const PROVIDER_ARN = /^arn:aws(?:-[a-z]+)*:iam::\d{12}:(?:oidc|saml)-provider\/[^*?\s]+$/;
const DOMAIN = /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:\/[^*?\s]*)?$/;
const CANONICAL_USER = /^[0-9a-f]{64}$/;

/** Reads Principal or NotPrincipal, which resource and trust policies must have and others must not. */
export function parsePrincipal(
  statement: Place,
  elements: ReadonlyMap<string, Place>,
  kind: PolicyKind,
  effect: 'Allow' | 'Deny',
): PrincipalElement | undefined {
  const principal = elements.get('Principal');
  const notPrincipal = elements.get('NotPrincipal');
  const place = principal ?? notPrincipal;
  if (kind !== 'trust' && kind !== 'resource') {
    if (place === undefined) return undefined;
    return fail(
      place,
      'Policy document should not specify a principal.',
      `the principal of ${kind} policies is who they are attached to`,
    );
  }
  if (place === undefined)
    return fail(statement, 'Missing required field Principal', 'a statement needs Principal or NotPrincipal');
  if (principal !== undefined && notPrincipal !== undefined) {
    fail(notPrincipal, SYNTAX, 'a statement has either Principal or NotPrincipal');
  }
  if (kind === 'trust' && notPrincipal !== undefined) {
    const message =
      effect === 'Allow'
        ? 'Allow with NotPrincipal is not allowed.'
        : 'AssumeRole policy must not contain NotPrincipal field.';
    fail(notPrincipal, message, 'a trust policy names whom it trusts');
  }
  return { negated: principal === undefined, entries: parseEntries(place, kind) };
}

function parseEntries(place: Place, kind: PolicyKind): readonly PrincipalEntry[] {
  if (place.node.type === 'string') {
    if (kind === 'trust')
      fail(place, 'Principal must be a JSON object.', 'write {"AWS": …}, {"Federated": …} or {"Service": …}');
    if (place.node.value === '*') return [{ type: 'AWS', value: '*' }];
    fail(
      place,
      SYNTAX,
      'a principal is "*" or an object such as {"AWS": "arn:aws:iam::123456789012:role/name"}',
    );
  }
  const entries: PrincipalEntry[] = [];
  for (const [name, values] of elementsOf(place)) {
    const type = TYPES.get(name);
    if (type === undefined || (type === 'CanonicalUser' && kind === 'trust')) {
      return fail(
        values,
        `Invalid principal in policy: ${JSON.stringify(name)}`,
        'principals are AWS, Federated, Service, and CanonicalUser in bucket policies',
      );
    }
    for (const value of stringsOf(values)) {
      checkEntry(type, value);
      entries.push({ type, value: value.text });
    }
  }
  if (entries.length === 0)
    fail(place, 'Missing required field Principal cannot be empty!', 'name at least one principal');
  return entries;
}

function checkEntry(type: PrincipalType, value: TextPlace): void {
  const { text } = value;
  if (type === 'AWS' && text !== '*' && !ACCOUNT_ID.test(text) && !PRINCIPAL_ARN.test(text)) {
    fail(
      value,
      `Invalid principal in policy: "AWS":${JSON.stringify(text)}`,
      'an AWS principal is "*", an account id, or the whole ARN of a user, role or session',
    );
  }
  if (type === 'Federated' && !PROVIDER_ARN.test(text) && !DOMAIN.test(text)) {
    fail(
      value,
      'Federated principals must be valid domain names or SAML metadata ARNs',
      'a federated principal is a name such as cognito-identity.amazonaws.com or the ARN of an OIDC or SAML provider',
    );
  }
  if (type === 'Service' && !DOMAIN.test(text)) {
    fail(
      value,
      `Invalid principal in policy: "SERVICE":${JSON.stringify(text)}`,
      'a service principal is a name such as s3.amazonaws.com',
    );
  }
  if (type === 'CanonicalUser' && !CANONICAL_USER.test(text)) {
    fail(
      value,
      `Invalid principal in policy: "CanonicalUser":${JSON.stringify(text)}`,
      'a canonical user id has 64 hexadecimal digits',
    );
  }
}

/** The identity pools of all the world share one provider name: without a condition, anybody's pool could assume the role. */
export function requireCognitoCondition(
  statement: Place,
  effect: 'Allow' | 'Deny',
  principal: PrincipalElement | undefined,
  conditions: readonly Condition[],
): void {
  const cognito = principal?.entries.some(
    (entry) => entry.type === 'Federated' && entry.value === 'cognito-identity.amazonaws.com',
  );
  if (cognito && effect === 'Allow' && conditions.length === 0) {
    fail(
      statement,
      'A condition block must be present for the Cognito provider',
      'add a condition on cognito-identity.amazonaws.com:aud, the id of your identity pool',
    );
  }
}
