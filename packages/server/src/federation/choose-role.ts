import { ServiceError } from '../errors.ts';
import type { MappingRule, PoolDocument, RoleMapping } from '../store/documents.ts';
import type { Login } from '../tokens/login.ts';
import { samlRoles } from '../tokens/saml-roles.ts';

/**
 * Which role an identity gets, by the pool's configuration. Source: Amazon Cognito developer guide, "Using role-based
 * access control".
 *
 * Throws InvalidIdentityPoolConfigurationException when the pool names no role for the case, and
 * NotAuthorizedException when the mapping denies or the role asked for is not among those offered.
 */
export function chooseRole(
  pool: PoolDocument,
  { isGuest, logins }: { readonly isGuest: boolean; readonly logins: readonly Login[] },
  customRoleArn: string | undefined,
): string {
  if (isGuest) return withoutMapping(pool, 'unauthenticated', customRoleArn);
  for (const login of logins) {
    const mapping = Object.hasOwn(pool.roleMappings, login.roleMappingKey)
      ? pool.roleMappings[login.roleMappingKey]
      : undefined;
    if (mapping !== undefined) return byMapping(pool, login, mapping, customRoleArn);
  }
  const offered = logins.flatMap(assertedRoles);
  if (offered.length > 0) return byAssertion(offered, customRoleArn);
  return withoutMapping(pool, 'authenticated', customRoleArn);
}

function withoutMapping(
  pool: PoolDocument,
  kind: 'authenticated' | 'unauthenticated',
  customRoleArn: string | undefined,
): string {
  const role = pool.roles[kind];
  if (role === undefined) throw misconfigured(`the pool has no ${kind} role`);
  if (customRoleArn !== undefined && customRoleArn !== role) {
    throw roleForbidden(
      customRoleArn,
      'the pool maps no roles for this provider, so a role cannot be asked for',
    );
  }
  return role;
}

function assertedRoles({ provider, claims }: Login): readonly string[] {
  return samlRoles(claims).flatMap(({ roleArn, providerArn }) => (providerArn === provider ? [roleArn] : []));
}

/** The roles a SAML assertion names: its only one, or the one asked for. */
function byAssertion(offered: readonly string[], customRoleArn: string | undefined): string {
  if (customRoleArn !== undefined) {
    if (offered.includes(customRoleArn)) return customRoleArn;
    throw roleForbidden(customRoleArn, 'the assertion does not offer this role');
  }
  const [only, ...more] = offered;
  if (only === undefined || more.length > 0) {
    throw new ServiceError(
      'InvalidParameterException',
      'Multiple roles are offered by the assertion. Please choose one with CustomRoleArn.',
    );
  }
  return only;
}

function byMapping(
  pool: PoolDocument,
  login: Login,
  mapping: RoleMapping,
  customRoleArn: string | undefined,
): string {
  const role =
    mapping.type === 'Token'
      ? fromToken(login, customRoleArn)
      : fromRules(login, mapping.rules ?? [], customRoleArn);
  if (role !== undefined) return role;
  if (mapping.ambiguousRoleResolution === 'AuthenticatedRole' && customRoleArn === undefined) {
    return withoutMapping(pool, 'authenticated', undefined);
  }
  throw new ServiceError(
    'NotAuthorizedException',
    `The ambiguous role mapping rules for: ${login.roleMappingKey} denied this request.`,
    {
      reason:
        customRoleArn === undefined
          ? 'no rule or claim chose a role'
          : 'the role asked for is not among those the token or the rules offer',
    },
  );
}

/** `cognito:preferred_role`, or one of `cognito:roles` when it is asked for or the only one. */
function fromToken(login: Login, customRoleArn: string | undefined): string | undefined {
  const offered = roleList(login.claims['cognito:roles']);
  if (customRoleArn !== undefined) return offered.includes(customRoleArn) ? customRoleArn : undefined;
  const preferred = login.claims['cognito:preferred_role'];
  if (typeof preferred === 'string' && preferred !== '') return preferred;
  return offered.length === 1 ? offered[0] : undefined;
}

// The guide describes text with commas; the tokens of user pools carry a list.
function roleList(claim: unknown): readonly string[] {
  if (typeof claim === 'string')
    return claim
      .split(',')
      .map((role) => role.trim())
      .filter((role) => role !== '');
  return Array.isArray(claim) ? claim.filter((role) => typeof role === 'string') : [];
}

/** The first rule that matches; of all that match the one whose role is asked for. */
function fromRules(
  login: Login,
  rules: readonly MappingRule[],
  customRoleArn: string | undefined,
): string | undefined {
  return rules.find(
    (rule) => matches(rule, login.claims) && (customRoleArn === undefined || rule.roleArn === customRoleArn),
  )?.roleArn;
}

function matches(rule: MappingRule, claims: Login['claims']): boolean {
  const claim = Object.hasOwn(claims, rule.claim) ? claims[rule.claim] : undefined;
  const values = claimValues(claim);
  // A rule about a claim that the token does not have is passed over, NotEqual too.
  if (values === undefined) return false;
  switch (rule.matchType) {
    case 'Equals':
      return values.includes(rule.value);
    case 'Contains':
      return values.some((value) => value.includes(rule.value));
    case 'StartsWith':
      return values.some((value) => value.startsWith(rule.value));
    case 'NotEqual':
      return !values.includes(rule.value);
  }
}

/** Undefined for what a rule cannot be about: no claim, an object, a list that holds other than plain values. */
function claimValues(claim: unknown): readonly string[] | undefined {
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return values.every(isPlain) ? values.map(String) : undefined;
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** The one text AWS has for every fault of roles; the reason says which it was. */
export function misconfigured(reason: string): ServiceError {
  return new ServiceError(
    'InvalidIdentityPoolConfigurationException',
    'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
    { reason },
  );
}

function roleForbidden(arn: string, reason: string): ServiceError {
  return new ServiceError('NotAuthorizedException', `Access to Role '${arn}' is forbidden.`, { reason });
}
