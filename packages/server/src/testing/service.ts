import { oidcProviderArn, roleArn } from '../access/arn.ts';
import { systemClock } from '../clock.ts';
import type { Daypass, DaypassOptions } from '../config.ts';
import { startDaypass } from '../main.ts';
import { type Administrator, administrator } from './administrator.ts';
import type { TestProvider } from './provider.ts';

/** A statement of an IAM policy, as JSON has it. */
export type PolicyStatement = Readonly<Record<string, unknown>>;

/** A pool, and what its two roles allow. */
export interface TestPoolOptions {
  /** Whose logins it accepts. Default: those of every provider of the service. */
  readonly providers?: readonly TestProvider[];
  readonly roles?: {
    /** What identities with a login may do. Default: nothing. */
    readonly authenticated?: readonly PolicyStatement[];
    /** What guests may do; an empty list admits them. Default: there are no guests. */
    readonly unauthenticated?: readonly PolicyStatement[];
  };
  /** Further members of CreateIdentityPool, such as `DeveloperProviderName`. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface TestServiceOptions<Name extends string> extends DaypassOptions {
  readonly providers?: readonly TestProvider[];
  /** Pools by their names, which must be legal in a role's name too. */
  readonly pools: Readonly<Record<Name, TestPoolOptions>>;
}

export interface TestPool {
  /** `region:uuid` */
  readonly id: string;
  /** The ARNs of its roles. */
  readonly roles: { readonly authenticated: string; readonly unauthenticated?: string };
}

export interface TestService<Name extends string> extends Daypass, AsyncDisposable {
  readonly region: string;
  readonly pools: Readonly<Record<Name, TestPool>>;
}

/**
 * Starts a whole service in this process – in memory and on a free port, unless the options say otherwise – and makes
 * pools with their roles through its API, as an operator would. It does not close the providers. Throws what
 * `startDaypass` throws, and an `Error` in the service's words when a pool or role is refused.
 */
export async function startTestService<Name extends string>(
  options: TestServiceOptions<Name>,
): Promise<TestService<Name>> {
  const { providers = [], pools, ...daypassOptions } = options;
  const { region = 'us-east-1', account = '000000000000', clock = systemClock } = daypassOptions;
  const overrides = Object.fromEntries(providers.map(({ key, url }) => [key, url]));
  const daypass = await startDaypass({
    port: 0,
    logLevel: 'warn',
    ...daypassOptions,
    providerOverrides: { ...overrides, ...daypassOptions.providerOverrides },
  });
  try {
    const admin = administrator(daypass, { region, clock });
    for (const provider of providers) await register(admin, provider);
    const made: [string, TestPool][] = [];
    for (const [name, pool] of Object.entries<TestPoolOptions>(pools)) {
      made.push([name, await makePool(admin, { providers, ...pool }, { name, region, account })]);
    }
    return {
      ...daypass,
      region,
      pools: Object.fromEntries(made) as Record<Name, TestPool>,
      [Symbol.asyncDispose]: daypass.close,
    };
  } catch (error) {
    await daypass.close();
    throw error;
  }
}

/** How a pool's configuration names a provider: its own member of CreateIdentityPool, or through IAM. */
type Kind = 'public' | 'user-pool' | 'registered';

const publicProviders = ['accounts.google.com', 'appleid.apple.com', 'graph.facebook.com'];

function kindOf({ key }: TestProvider): Kind {
  if (publicProviders.includes(key)) return 'public';
  return key.startsWith('cognito-idp.') ? 'user-pool' : 'registered';
}

async function register(admin: Administrator, provider: TestProvider): Promise<void> {
  if (kindOf(provider) !== 'registered') return;
  await admin.iam('CreateOpenIDConnectProvider', {
    Url: `https://${provider.key}`,
    'ClientIDList.member.1': provider.clientId,
  });
}

interface PoolPlace {
  readonly name: string;
  readonly region: string;
  readonly account: string;
}

async function makePool(
  admin: Administrator,
  { providers = [], roles = {}, settings }: TestPoolOptions,
  place: PoolPlace,
): Promise<TestPool> {
  const of = (kind: Kind) => providers.filter((provider) => kindOf(provider) === kind);
  const { IdentityPoolId } = await admin.cognito('CreateIdentityPool', {
    IdentityPoolName: place.name,
    AllowUnauthenticatedIdentities: roles.unauthenticated !== undefined,
    SupportedLoginProviders: Object.fromEntries(of('public').map(({ key, clientId }) => [key, clientId])),
    CognitoIdentityProviders: of('user-pool').map(({ key, clientId }) => ({
      ProviderName: key,
      ClientId: clientId,
    })),
    OpenIdConnectProviderARNs: of('registered').map(({ key }) => oidcProviderArn(place, key)),
    ...settings,
  });
  const id = String(IdentityPoolId);
  const { authenticated = [], unauthenticated } = roles;
  const arns = {
    authenticated: await makeRole(admin, id, 'authenticated', authenticated, place),
    ...(unauthenticated !== undefined && {
      unauthenticated: await makeRole(admin, id, 'unauthenticated', unauthenticated, place),
    }),
  };
  await admin.cognito('SetIdentityPoolRoles', { IdentityPoolId: id, Roles: arns });
  return { id, roles: arns };
}

async function makeRole(
  admin: Administrator,
  poolId: string,
  amr: 'authenticated' | 'unauthenticated',
  statements: readonly PolicyStatement[],
  place: PoolPlace,
): Promise<string> {
  const RoleName = `${place.name}-${amr}`;
  const trust = {
    Effect: 'Allow',
    Principal: { Federated: 'cognito-identity.amazonaws.com' },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: { 'cognito-identity.amazonaws.com:aud': poolId },
      'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': amr },
    },
  };
  await admin.iam('CreateRole', { RoleName, AssumeRolePolicyDocument: policyOf([trust]) });
  // A policy without statements is none.
  if (statements.length > 0) {
    const PolicyDocument = policyOf(statements);
    await admin.iam('PutRolePolicy', { RoleName, PolicyName: 'rights', PolicyDocument });
  }
  return roleArn(place, '/', RoleName);
}

function policyOf(statements: readonly PolicyStatement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
