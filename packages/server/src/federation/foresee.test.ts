import { describe, expect, it } from 'vitest';
import type { IdentityId } from '../ids.ts';
import type { PoolDocument } from '../store/documents.ts';
import { foresee } from './foresee.ts';
import { person } from './testing/people.ts';
import { poolDocument } from './testing/pool.ts';

const oidc = 'arn:aws:iam::000000000000:oidc-provider/login.example.test';
const saml = 'arn:aws:iam::000000000000:saml-provider/corp';
const userPool = 'cognito-idp.us-east-1.amazonaws.com/us-east-1_a';
const roles = { authenticated: 'role/in', unauthenticated: 'role/guest' };

function outlook(changes: Partial<PoolDocument>, ...logins: readonly (readonly [string, string])[]) {
  const document = poolDocument({
    roles,
    supportedLoginProviders: { 'api.twitter.com': 'key;secret' },
    ...changes,
  });
  const identityId = 'us-east-1:someone' as IdentityId;
  return foresee(
    {
      document,
      providers: {
        supportedLoginProviders: document.supportedLoginProviders,
        openIdConnectProviders: [
          { arn: oidc, url: 'https://login.example.test', clientIds: ['game'], thumbprints: [] },
        ],
        cognitoIdentityProviders: [{ providerName: userPool, clientId: 'app', serverSideTokenCheck: false }],
        samlProviders: [{ arn: saml, metadata: '', poolId: document.poolId }],
        developerProviderName: 'login.my.backend',
      },
    },
    {
      ...person({ id: 'someone' }),
      logins: logins.map(([provider, subject]) => ({ provider, subject, identityId })),
    },
  );
}

const ada = ['login.example.test', 'ada'] as const;
const rule = { claim: 'dept', matchType: 'Equals', value: 'art', roleArn: 'role/art' } as const;

describe('the roles of an identity', () => {
  const grounds = ({ prospects }: ReturnType<typeof outlook>) =>
    prospects.map(({ roleArn, because }) => `${roleArn} ${because}`);

  it('are that of guests for a guest, and none where guests may not come in', () => {
    expect(outlook({})).toMatchObject({ isGuest: true, claim: { amr: ['unauthenticated'] } });
    expect(grounds(outlook({}))).toEqual(['role/guest the role of guests']);
    expect(grounds(outlook({ allowUnauthenticatedIdentities: false }))).toEqual([]);
  });

  it('are the authenticated one without a mapping', () => {
    expect(grounds(outlook({}, ada))).toEqual([
      'role/in the role of everybody with a login of login.example.test',
    ]);
  });

  it.each([
    ['an OpenID provider', ada, oidc],
    ['a user pool', [userPool, 'ada'] as const, `${userPool}:app`],
    ['a SAML provider', [saml, 'ada'] as const, saml],
    ['a public provider', ['api.twitter.com', 'ada'] as const, 'api.twitter.com'],
  ])('are those of every rule, and what comes otherwise: %s', (_what, login, mappingKey) => {
    const mapping = { type: 'Rules', rules: [rule], ambiguousRoleResolution: 'AuthenticatedRole' } as const;
    expect(grounds(outlook({ roleMappings: { [mappingKey]: mapping } }, login))).toEqual([
      `role/art when dept Equals art in the token of ${login[0]}`,
      `role/in when the token of ${login[0]} chooses none`,
    ]);
  });

  it('are that of the pool’s own tokens besides, which no mapping looks at', () => {
    const mapping = { type: 'Rules', rules: [rule], ambiguousRoleResolution: 'Deny' } as const;
    expect(grounds(outlook({ roleMappings: { [oidc]: mapping } }, ada)).at(-1)).toBe(
      'role/in with a token that the pool itself issued',
    );
  });

  it('can be ones that only the token knows', () => {
    const { undetermined } = outlook({ roleMappings: { [oidc]: { type: 'Token' } } }, ada);
    expect(undetermined).toEqual(['the token of login.example.test names the role']);
    expect(outlook({}, [saml, 'ada']).undetermined).toEqual([
      `the assertion of ${saml} can name another role`,
    ]);
  });

  it('are none of a provider that has left the pool', () => {
    const { prospects, claim, undetermined } = outlook({ roles: {} }, ['gone.example', 'ada']);
    expect([prospects, claim.amr]).toEqual([[], ['authenticated']]);
    expect(undetermined).toEqual([
      'gone.example is no longer a provider of the pool: its login opens nothing',
    ]);
  });
});

describe('what an identity shows', () => {
  it.each([
    ['login.example.test', `${oidc}:OIDC:ada`],
    [userPool, `${userPool}:CognitoSignIn:ada`],
    [saml, `${saml}:SAML:ada`],
    ['api.twitter.com', 'api.twitter.com:key:ada'],
  ])('is how it came in by %s', (provider, entry) => {
    expect(outlook({}, [provider, 'ada']).claim.amr).toEqual(['authenticated', provider, entry]);
  });

  it('is the tags that follow from the subject, and the names of the others', () => {
    const tags = { player: 'sub', team: 'team_name' };
    const { claim, undetermined } = outlook({ principalTags: { [oidc]: { useDefaults: false, tags } } }, ada);
    expect(claim.tags).toEqual({ player: 'ada' });
    expect(undetermined).toEqual(['the tag team is the claim team_name of the token of login.example.test']);
    const defaults = outlook({ principalTags: { [ada[0]]: { useDefaults: true, tags: {} } } }, ada);
    expect(defaults.claim.tags).toEqual({ username: 'ada' });
    expect(defaults.undetermined).toEqual([
      'the tag client is the claim aud of the token of login.example.test',
    ]);
  });
});
