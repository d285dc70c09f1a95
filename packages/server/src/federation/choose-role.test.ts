import { describe, expect, it } from 'vitest';
import type { MappingRule, PoolDocument, RoleMapping } from '../store/documents.ts';
import type { Login } from '../tokens/login.ts';
import { chooseRole } from './choose-role.ts';
import { loginOf } from './testing/login.ts';
import { poolDocument } from './testing/pool.ts';

const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`;
const roles = { authenticated: role('Player'), unauthenticated: role('Guest') };
const { roleMappingKey } = loginOf();

function choose(options: {
  claims?: Record<string, unknown>;
  mapping?: RoleMapping;
  roles?: Record<string, string>;
  custom?: string | undefined;
}): string {
  const { claims = {}, mapping } = options;
  const pool = poolDocument({
    roles: options.roles ?? roles,
    ...(mapping && { roleMappings: { [roleMappingKey]: mapping } }),
  });
  return chooseRole(pool, { isGuest: false, logins: [loginOf({ claims })] }, options.custom);
}

const misconfigured = {
  code: 'InvalidIdentityPoolConfigurationException',
  message: 'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
};
const ambiguous = {
  code: 'NotAuthorizedException',
  message: `The ambiguous role mapping rules for: ${roleMappingKey} denied this request.`,
};
const forbidden = (arn: string) => ({
  code: 'NotAuthorizedException',
  message: `Access to Role '${arn}' is forbidden.`,
});

describe('chooseRole without a mapping', () => {
  it.each([
    { who: 'a login', isGuest: false, logins: [loginOf()], expected: roles.authenticated },
    { who: 'one of the pool’s own tokens', isGuest: false, logins: [], expected: roles.authenticated },
    { who: 'a guest', isGuest: true, logins: [], expected: roles.unauthenticated },
  ])('gives $who the role of the pool', ({ isGuest, logins, expected }) => {
    const pool = poolDocument({ roles });
    expect(chooseRole(pool, { isGuest, logins }, undefined)).toBe(expected);
    expect(chooseRole(pool, { isGuest, logins }, expected)).toBe(expected);
    expect(() => chooseRole(pool, { isGuest, logins }, role('Admin'))).toThrow(
      expect.objectContaining(forbidden(role('Admin'))),
    );
  });

  it.each([
    { isGuest: false, roles: { unauthenticated: role('Guest') } },
    { isGuest: true, roles: { authenticated: role('Player') } },
  ])('refuses when the pool has no such role', ({ isGuest, roles: some }) => {
    const pool = poolDocument({ roles: some });
    expect(() => chooseRole(pool, { isGuest, logins: [] }, undefined)).toThrow(
      expect.objectContaining(misconfigured),
    );
  });

  it('looks for a mapping under the very key of the login', () => {
    const mapping = rules('Deny', ['Equals', 'team', 'red', 'Red']);
    const pool = poolDocument({ roles, roleMappings: { other: mapping } });
    for (const key of ['toString', '__proto__', 'login.example.test']) {
      expect(
        chooseRole(pool, { isGuest: false, logins: [loginOf({ roleMappingKey: key })] }, undefined),
      ).toBe(roles.authenticated);
    }
  });
});

describe('chooseRole with a Token mapping', () => {
  const token = (ambiguousRoleResolution: 'AuthenticatedRole' | 'Deny'): RoleMapping => ({
    type: 'Token',
    ambiguousRoleResolution,
  });

  it.each<{ name: string; claims: Record<string, unknown>; custom?: string; expected: string }>([
    {
      name: 'the preferred role',
      claims: { 'cognito:preferred_role': role('A'), 'cognito:roles': [role('A'), role('B')] },
      expected: role('A'),
    },
    { name: 'the only role of a list', claims: { 'cognito:roles': [role('A')] }, expected: role('A') },
    { name: 'the only role of a text', claims: { 'cognito:roles': role('A') }, expected: role('A') },
    {
      name: 'the role asked for, in a list',
      claims: { 'cognito:preferred_role': role('A'), 'cognito:roles': [role('A'), role('B')] },
      custom: role('B'),
      expected: role('B'),
    },
    {
      name: 'the role asked for, in a text with commas',
      claims: { 'cognito:roles': `${role('A')}, ${role('B')},` },
      custom: role('B'),
      expected: role('B'),
    },
    {
      name: 'the authenticated role when several are offered and none is preferred',
      claims: { 'cognito:roles': [role('A'), role('B')] },
      expected: roles.authenticated,
    },
    { name: 'the authenticated role when none is offered', claims: {}, expected: roles.authenticated },
    {
      name: 'the authenticated role when the claims are of other types',
      claims: { 'cognito:preferred_role': [role('A')], 'cognito:roles': { 0: role('A') } },
      expected: roles.authenticated,
    },
  ])('gives $name', ({ claims, custom, expected }) => {
    expect(choose({ claims, mapping: token('AuthenticatedRole'), custom })).toBe(expected);
  });

  it.each<{
    name: string;
    claims: Record<string, unknown>;
    custom?: string;
    resolution: 'AuthenticatedRole' | 'Deny';
  }>([
    { name: 'no role is offered', claims: {}, resolution: 'Deny' },
    {
      name: 'the choice is ambiguous',
      claims: { 'cognito:roles': [role('A'), role('B')] },
      resolution: 'Deny',
    },
    {
      name: 'the role asked for is not offered',
      claims: { 'cognito:roles': [role('A')] },
      custom: role('B'),
      resolution: 'Deny',
    },
    {
      name: 'the role asked for is not offered, even where the authenticated role resolves ambiguity',
      claims: { 'cognito:preferred_role': role('A'), 'cognito:roles': [role('A')] },
      custom: role('B'),
      resolution: 'AuthenticatedRole',
    },
    {
      name: 'the authenticated role is asked for, and the token does not offer it',
      claims: { 'cognito:roles': [role('A')] },
      custom: roles.authenticated,
      resolution: 'AuthenticatedRole',
    },
    {
      name: 'only a part of an offered role is asked for',
      claims: { 'cognito:roles': `${role('Administrator')}` },
      custom: role('Admin'),
      resolution: 'Deny',
    },
  ])('denies when $name', ({ claims, custom, resolution }) => {
    expect(() => choose({ claims, mapping: token(resolution), custom })).toThrow(
      expect.objectContaining(ambiguous),
    );
  });

  it('needs the authenticated role where that resolves ambiguity', () => {
    expect(() => choose({ mapping: token('AuthenticatedRole'), roles: {} })).toThrow(
      expect.objectContaining(misconfigured),
    );
  });
});

/** Rules as `match type, claim, value, role`. */
function rules(
  ambiguousRoleResolution: 'AuthenticatedRole' | 'Deny',
  ...all: readonly (readonly [MappingRule['matchType'], string, string, string])[]
): RoleMapping {
  return {
    type: 'Rules',
    ambiguousRoleResolution,
    rules: all.map(([matchType, claim, value, name]) => ({ matchType, claim, value, roleArn: role(name) })),
  };
}

describe('chooseRole with a Rules mapping', () => {
  it.each<{ matchType: MappingRule['matchType']; claim: unknown; value: string; matches: boolean }>([
    { matchType: 'Equals', claim: 'red', value: 'red', matches: true },
    { matchType: 'Equals', claim: 'Red', value: 'red', matches: false },
    { matchType: 'Equals', claim: 'reddish', value: 'red', matches: false },
    { matchType: 'Equals', claim: ['blue', 'red'], value: 'red', matches: true },
    { matchType: 'Equals', claim: ['blue'], value: 'red', matches: false },
    { matchType: 'Equals', claim: true, value: 'true', matches: true },
    { matchType: 'Equals', claim: 7, value: '7', matches: true },
    { matchType: 'Equals', claim: { red: 'red' }, value: '[object Object]', matches: false },
    { matchType: 'Equals', claim: undefined, value: 'undefined', matches: false },
    { matchType: 'Equals', claim: null, value: 'null', matches: false },
    { matchType: 'Contains', claim: 'infrared', value: 'red', matches: true },
    { matchType: 'Contains', claim: 'blue', value: 'red', matches: false },
    { matchType: 'Contains', claim: ['blue', 'infrared'], value: 'red', matches: true },
    { matchType: 'Contains', claim: undefined, value: 'red', matches: false },
    { matchType: 'StartsWith', claim: 'reddish', value: 'red', matches: true },
    { matchType: 'StartsWith', claim: 'infrared', value: 'red', matches: false },
    { matchType: 'StartsWith', claim: ['infrared', 'reddish'], value: 'red', matches: true },
    { matchType: 'StartsWith', claim: undefined, value: 'red', matches: false },
    { matchType: 'NotEqual', claim: 'blue', value: 'red', matches: true },
    { matchType: 'NotEqual', claim: 'red', value: 'red', matches: false },
    { matchType: 'NotEqual', claim: ['blue', 'red'], value: 'red', matches: false },
    { matchType: 'NotEqual', claim: ['blue'], value: 'red', matches: true },
    { matchType: 'NotEqual', claim: [], value: 'red', matches: true },
    { matchType: 'NotEqual', claim: undefined, value: 'red', matches: false },
    { matchType: 'NotEqual', claim: null, value: 'red', matches: false },
    { matchType: 'NotEqual', claim: { name: 'red' }, value: 'red', matches: false },
    { matchType: 'NotEqual', claim: [{ name: 'red' }], value: 'red', matches: false },
  ])('$matchType $value: $claim → $matches', ({ matchType, claim, value, matches }) => {
    const mapping = rules('AuthenticatedRole', [matchType, 'team', value, 'Team']);
    const expected = matches ? role('Team') : roles.authenticated;
    expect(choose({ claims: claim === undefined ? {} : { team: claim }, mapping })).toBe(expected);
  });

  it('knows no claims but those of the token', () => {
    const mapping = rules('AuthenticatedRole', ['NotEqual', 'toString', 'red', 'Team']);
    expect(choose({ mapping })).toBe(roles.authenticated);
  });

  const three = rules(
    'Deny',
    ['Equals', 'team', 'red', 'First'],
    ['StartsWith', 'team', 'r', 'Second'],
    ['Equals', 'team', 'blue', 'Third'],
  );

  it('takes the first rule that matches', () => {
    expect(choose({ claims: { team: 'red' }, mapping: three })).toBe(role('First'));
    expect(choose({ claims: { team: 'rose' }, mapping: three })).toBe(role('Second'));
  });

  it('gives the role asked for, if a rule that matches has it', () => {
    expect(choose({ claims: { team: 'red' }, mapping: three, custom: role('Second') })).toBe(role('Second'));
    for (const custom of [role('Third'), role('Fourth'), roles.authenticated]) {
      expect(() => choose({ claims: { team: 'red' }, mapping: three, custom })).toThrow(
        expect.objectContaining(ambiguous),
      );
    }
  });

  it('denies, or falls back to the authenticated role, when no rule matches', () => {
    expect(() => choose({ claims: { team: 'green' }, mapping: three })).toThrow(
      expect.objectContaining(ambiguous),
    );
    expect(
      choose({
        claims: { team: 'green' },
        mapping: { ...three, ambiguousRoleResolution: 'AuthenticatedRole' },
      }),
    ).toBe(roles.authenticated);
  });

  it('looks at the first login that has a mapping', () => {
    const pool = poolDocument({ roles, roleMappings: { [roleMappingKey]: three } });
    const logins = [loginOf({ provider: 'unmapped.example.test' }), loginOf({ claims: { team: 'red' } })];
    expect(chooseRole(pool, { isGuest: false, logins }, undefined)).toBe(role('First'));
  });
});

describe('chooseRole with a SAML assertion', () => {
  const provider = 'arn:aws:iam::000000000000:saml-provider/Corp';
  const pool: PoolDocument = poolDocument({ roles: { unauthenticated: role('Guest') } });
  const chooseFor = (value: unknown, custom?: string) => {
    const claims = value === undefined ? {} : { 'https://aws.amazon.com/SAML/Attributes/Role': value };
    const logins: readonly Login[] = [loginOf({ provider, roleMappingKey: provider, claims })];
    return chooseRole(pool, { isGuest: false, logins }, custom);
  };

  it('takes the only role that the assertion offers, its ARNs in either order', () => {
    expect(chooseFor(`${role('A')},${provider}`)).toBe(role('A'));
    expect(chooseFor([`${provider}, ${role('A')}`])).toBe(role('A'));
  });

  it('lets the client choose among several, and only among them', () => {
    const two = [`${role('A')},${provider}`, `${provider},${role('B')}`];
    expect(chooseFor(two, role('B'))).toBe(role('B'));
    expect(() => chooseFor(two, role('C'))).toThrow(expect.objectContaining(forbidden(role('C'))));
    expect(() => chooseFor(two)).toThrow(expect.objectContaining({ code: 'InvalidParameterException' }));
  });

  it.each<{ name: string; value: unknown }>([
    { name: 'nothing', value: undefined },
    { name: 'a role without a provider', value: role('A') },
    {
      name: 'a role of another provider',
      value: `${role('A')},arn:aws:iam::000000000000:saml-provider/Other`,
    },
    { name: 'two roles in one pair', value: `${role('A')},${provider},${role('B')}` },
    { name: 'a provider alone', value: `${provider},${provider}` },
  ])('offers no role with $name', ({ value }) => {
    expect(() => chooseFor(value)).toThrow(expect.objectContaining(misconfigured));
  });
});
