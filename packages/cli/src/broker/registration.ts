import { Failure } from '../failure.ts';
import { callCognito, callDaypass, type Endpoint } from '../service/aws-api.ts';
import { isList, isObject, type Json, type JsonObject } from '../template/json.ts';

export const targets = ['aws', 'ceph', 'minio', 'seaweedfs'] as const;
export type Target = (typeof targets)[number];

/** A foreign STS as the operator names it. */
export interface Place {
  readonly target: Target;
  /** URL of its STS. */
  readonly sts: string;
  /** What its role ARNs have between `arn:` and the role's name. */
  readonly roleArnOf: (roleName: string) => string;
  readonly providerArnOf: (issuerKey: string) => string;
}

/** A role of the pool and the one it stands for there. */
export interface BrokeredRole {
  readonly name: string;
  readonly isGuest: boolean;
  readonly arnHere: string;
  readonly arnThere: string;
  /** JSON text without white space, which Ceph's form decoding would not survive. */
  readonly trustPolicy: string;
}

/** Everything that a foreign STS must know of a pool, and the pool of it. */
export interface Registration {
  readonly place: Place;
  readonly poolId: string;
  /** The pool as DescribeIdentityPool shows it, and its settings as GetPoolSettings does. */
  readonly pool: JsonObject;
  readonly settings: JsonObject;
  readonly issuer: string;
  readonly jwksUri: string;
  /** Of the certificate of the key that signs now: SHA-1, hex. */
  readonly thumbprint: string;
  readonly roles: readonly BrokeredRole[];
}

/** Reads from the service what there is to register. Throws a `Failure` for a pool without roles. */
export async function readRegistration(
  service: Endpoint,
  place: Place,
  poolId: string,
  sessionPolicy: string | undefined,
): Promise<Registration> {
  const pool = asObject(await callCognito(service, 'DescribeIdentityPool', { IdentityPoolId: poolId }));
  const { Settings } = await callDaypass(service, 'GetPoolSettings', { IdentityPoolId: poolId });
  const discovery = await fetchJson(new URL('/.well-known/openid-configuration', service.url));
  const { keys } = await fetchJson(new URL('/.well-known/jwks_uri', service.url));
  const current = isList(keys) ? asObject(keys[0]) : {};
  const issuer = String(discovery.issuer);
  const given = asObject(await callCognito(service, 'GetIdentityPoolRoles', { IdentityPoolId: poolId }));
  const roles = rolesOf(given).map(({ arn, isGuest }) => {
    const name = arn.slice(arn.lastIndexOf('/') + 1);
    const trustPolicy = trustPolicyOf(place, issuer, poolId, isGuest);
    return { name, isGuest, arnHere: arn, arnThere: place.roleArnOf(name), trustPolicy };
  });
  if (roles.length === 0) throw new Failure(`the pool ${poolId} has no roles; set them first.`);
  return {
    place,
    poolId,
    pool,
    settings: withBrokers(asObject(Settings), place, roles, sessionPolicy),
    issuer,
    jwksUri: String(discovery.jwks_uri),
    thumbprint: Buffer.from(String(current.x5t), 'base64url').toString('hex'),
    roles,
  };
}

/** An issuer without its scheme, as it stands in ARNs and condition keys. */
export function issuerKey(issuer: string): string {
  return issuer.replace(/^https?:\/\//, '');
}

/** Every role that the pool can give, each once. */
function rolesOf(given: JsonObject): { arn: string; isGuest: boolean }[] {
  const { authenticated, unauthenticated } = asObject(given.Roles);
  const rules = Object.values(asObject(given.RoleMappings)).flatMap((mapping) => {
    const { Rules } = asObject(asObject(mapping).RulesConfiguration);
    return isList(Rules) ? Rules.map((rule) => asObject(rule).RoleARN) : [];
  });
  const arns = [authenticated, ...rules].filter((arn) => typeof arn === 'string');
  return [
    ...[...new Set(arns)].map((arn) => ({ arn, isGuest: false })),
    ...(typeof unauthenticated === 'string' ? [{ arn: unauthenticated, isGuest: true }] : []),
  ];
}

/**
 * Who may take the role there: identities of this pool, and where the STS can tell them apart, guests or others. AWS
 * documents no key for the `amr` of a provider that was registered; there the pool's own choice of role tells. MinIO
 * has no trust policies.
 */
function trustPolicyOf(
  { target, providerArnOf }: Place,
  issuer: string,
  poolId: string,
  isGuest: boolean,
): string {
  const key = issuerKey(issuer);
  const amr = isGuest ? 'unauthenticated' : 'authenticated';
  const conditions = {
    aws: { StringEquals: { [`${key}:aud`]: poolId } },
    ceph: {
      StringEquals: { [`${key}:app_id`]: poolId },
      'ForAnyValue:StringEquals': { [`${key}:amr`]: amr },
    },
    minio: {},
    seaweedfs: { StringEquals: { 'oidc:aud': poolId, 'oidc:amr': amr } },
  };
  const action = 'sts:AssumeRoleWithWebIdentity';
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: providerArnOf(key) },
        // SeaweedFS takes no trust policy with an action besides.
        Action: target === 'seaweedfs' ? [action] : [action, 'sts:TagSession'],
        Condition: conditions[target],
      },
    ],
  });
}

/** The pool's settings with these roles brokered. Only AWS knows the services that AWS's guest policies name. */
function withBrokers(
  settings: JsonObject,
  { target, sts }: Place,
  roles: readonly BrokeredRole[],
  sessionPolicy: string | undefined,
): JsonObject {
  const brokers = roles.map(({ arnHere, arnThere, isGuest }) => [
    arnHere,
    {
      Endpoint: sts,
      RoleArn: arnThere,
      ...(sessionPolicy !== undefined && !isGuest && { SessionPolicy: sessionPolicy }),
    },
  ]);
  return {
    ...settings,
    ...(target !== 'aws' && settings.GuestScopeDown === 'AWS' && { GuestScopeDown: 'NONE' }),
    Brokers: { ...asObject(settings.Brokers), ...Object.fromEntries(brokers) },
  };
}

async function fetchJson(url: URL): Promise<JsonObject> {
  const response = await fetch(url);
  if (!response.ok) throw new Failure(`${url} answers ${response.status}.`);
  const value: Json = JSON.parse(await response.text());
  return asObject(value);
}

function asObject(value: unknown): JsonObject {
  const json = value as Json | undefined;
  return isObject(json) ? json : {};
}
