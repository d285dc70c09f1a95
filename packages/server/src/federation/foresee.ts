import type { IdentityClaim } from '../access/assume.ts';
import type { PoolDocument, RoleMapping } from '../store/documents.ts';
import type { IdentityWithLogins, LoginRecord } from '../store/store.ts';
import type { Pool } from './pools.ts';
import { mergedTags } from './principal-tags.ts';

/** What an identity can become in its pool, as far as that is known without its tokens. */
export interface Outlook {
  readonly isGuest: boolean;
  readonly claim: IdentityClaim;
  /** Every role that it may get, each once. */
  readonly prospects: readonly Prospect[];
  /** What a token decides, in words. */
  readonly undetermined: readonly string[];
}

/** A role, and the grounds on which an identity gets it. */
export interface Prospect {
  readonly roleArn: string;
  readonly because: string;
}

/**
 * Foresees the sessions of an identity from its logins and the pool's configuration. Role mappings and tag maps read
 * claims, which are in no store: every role that a rule names is possible, and of tags those alone are known that follow
 * from the user's subject.
 */
export function foresee(pool: Pool, { identityId, logins }: IdentityWithLogins): Outlook {
  const { poolId } = pool.document;
  if (logins.length === 0) return { ...ofGuest(pool.document), claim: { identityId, poolId, ...asGuest } };
  const views = logins.map((login) => viewOf(pool, login));
  const prospects = [
    ...views.flatMap((view) => view.prospects),
    ...authenticatedRole(pool.document, 'with a token that the pool itself issued'),
  ];
  return {
    isGuest: false,
    claim: {
      identityId,
      poolId,
      amr: ['authenticated', ...views.flatMap(({ amr }) => amr)],
      tags: mergedTags(views.map(({ tags }) => tags)),
    },
    prospects: prospects.filter(
      ({ roleArn }, index) => prospects.findIndex((prospect) => prospect.roleArn === roleArn) === index,
    ),
    undetermined: views.flatMap((view) => view.undetermined),
  };
}

const asGuest = { amr: ['unauthenticated'], tags: {} };

function ofGuest({ allowUnauthenticatedIdentities, roles }: PoolDocument): Omit<Outlook, 'claim'> {
  const { unauthenticated } = roles;
  return {
    isGuest: true,
    prospects:
      allowUnauthenticatedIdentities && unauthenticated !== undefined
        ? [{ roleArn: unauthenticated, because: 'the role of guests' }]
        : [],
    undetermined: [],
  };
}

function authenticatedRole({ roles }: PoolDocument, because: string): readonly Prospect[] {
  return roles.authenticated === undefined ? [] : [{ roleArn: roles.authenticated, because }];
}

/** What one login contributes. */
interface View extends Pick<Outlook, 'prospects' | 'undetermined'>, Pick<IdentityClaim, 'amr' | 'tags'> {}

function viewOf(pool: Pool, login: LoginRecord): View {
  const { provider, subject } = login;
  const { document } = pool;
  const doors = doorsOf(pool, login);
  const [first] = doors;
  if (first === undefined) {
    const gone = `${provider} is no longer a provider of the pool: its login opens nothing`;
    return { prospects: [], undetermined: [gone], amr: [], tags: {} };
  }
  const mapped = doors.flatMap(({ name }) => {
    const mapping = Object.hasOwn(document.roleMappings, name) ? document.roleMappings[name] : undefined;
    return mapping === undefined ? [] : [byMapping(document, provider, mapping)];
  });
  const { tags, missing } = knownTags(document, [provider, ...doors.map(({ name }) => name)], subject);
  const fromClaims = missing.map(
    ([tag, claim]) => `the tag ${tag} is the claim ${claim} of the token of ${provider}`,
  );
  const asserted =
    mapped.length === 0 && provider.includes(':saml-provider/')
      ? [`the assertion of ${provider} can name another role`]
      : [];
  return {
    prospects:
      mapped.length === 0
        ? authenticatedRole(document, `the role of everybody with a login of ${provider}`)
        : mapped.flatMap(({ prospects }) => prospects),
    undetermined: [...mapped.flatMap(({ undetermined }) => undetermined), ...asserted, ...fromClaims],
    amr: [provider, first.amr],
    tags,
  };
}

/** One way in which the pool accepts a login: under which name in its mappings, and as what in `amr`. */
interface Door {
  readonly name: string;
  readonly amr: string;
}

function doorsOf({ document, providers }: Pool, { provider, subject }: LoginRecord): readonly Door[] {
  const appId = Object.hasOwn(providers.supportedLoginProviders, provider)
    ? providers.supportedLoginProviders[provider]
    : undefined;
  // Of Twitter's value the key alone: the secret after it is nobody's to see.
  const app = appId === undefined ? [] : [appId.split(';', 1)[0]];
  return [
    ...(provider === document.developerProviderName
      ? [{ name: provider, amr: `${provider}:${document.poolId}:${subject}` }]
      : []),
    ...app.map((id) => ({ name: provider, amr: `${provider}:${id}:${subject}` })),
    ...providers.openIdConnectProviders
      .filter(({ url }) => url === `https://${provider}`)
      .map(({ arn }) => ({ name: arn, amr: `${arn}:OIDC:${subject}` })),
    ...providers.cognitoIdentityProviders
      .filter(({ providerName }) => providerName === provider)
      .map(({ clientId }) => ({
        name: `${provider}:${clientId}`,
        amr: `${provider}:CognitoSignIn:${subject}`,
      })),
    ...providers.samlProviders
      .filter(({ arn }) => arn === provider)
      .map(({ arn }) => ({ name: arn, amr: `${arn}:SAML:${subject}` })),
  ];
}

function byMapping(
  pool: PoolDocument,
  provider: string,
  { type, rules = [], ambiguousRoleResolution }: RoleMapping,
): Pick<View, 'prospects' | 'undetermined'> {
  const otherwise =
    ambiguousRoleResolution === 'AuthenticatedRole'
      ? authenticatedRole(pool, `when the token of ${provider} chooses none`)
      : [];
  if (type === 'Token') {
    return { prospects: otherwise, undetermined: [`the token of ${provider} names the role`] };
  }
  return {
    prospects: [
      ...rules.map(({ claim, matchType, value, roleArn }) => ({
        roleArn,
        because: `when ${claim} ${matchType} ${value} in the token of ${provider}`,
      })),
      ...otherwise,
    ],
    undetermined: [],
  };
}

/** The tags that follow from the subject, and the others with the claims they are. */
function knownTags(
  { principalTags }: PoolDocument,
  names: readonly string[],
  subject: string,
): {
  readonly tags: Readonly<Record<string, string>>;
  readonly missing: readonly (readonly [string, string])[];
} {
  const name = names.find((candidate) => Object.hasOwn(principalTags, candidate));
  const map = name === undefined ? undefined : principalTags[name];
  if (map === undefined) return { tags: {}, missing: [] };
  const wanted = map.useDefaults
    ? [['client', 'aud'] as const, ['username', 'sub'] as const]
    : Object.entries(map.tags);
  return {
    tags: Object.fromEntries(wanted.filter(([, claim]) => claim === 'sub').map(([tag]) => [tag, subject])),
    missing: wanted.filter(([, claim]) => claim !== 'sub'),
  };
}
