import { callCognito, callIam, type Endpoint } from './aws-api.ts';
import { listIam, tagsOf, textOf } from './iam.ts';

/** Something on the service that carries tags; `id` is a pool's id, a role's name, else an ARN. */
export interface Listed {
  readonly kind: 'pool' | 'role' | 'policy' | 'oidc-provider' | 'saml-provider';
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Every pool, role, managed policy and provider of the account, with its tags. */
export async function inventory(service: Endpoint): Promise<Listed[]> {
  const listed: Listed[] = [];
  for (const id of await poolIds(service)) {
    const pool = await callCognito(service, 'DescribeIdentityPool', { IdentityPoolId: id });
    const tags = (pool.IdentityPoolTags ?? {}) as Record<string, string>;
    listed.push({ kind: 'pool', id, name: textOf(pool, 'IdentityPoolName'), tags });
  }
  for (const item of await listIam(service, 'ListRoles', 'Roles')) {
    const id = textOf(item, 'RoleName');
    const { Role } = await callIam(service, 'GetRole', { RoleName: id });
    listed.push({ kind: 'role', id, name: id, tags: tagsOf(Reflect.get(Object(Role), 'Tags')) });
  }
  for (const item of await listIam(service, 'ListPolicies', 'Policies', { Scope: 'Local' })) {
    const id = textOf(item, 'Arn');
    const { Policy } = await callIam(service, 'GetPolicy', { PolicyArn: id });
    listed.push({
      kind: 'policy',
      id,
      name: afterSlash(id),
      tags: tagsOf(Reflect.get(Object(Policy), 'Tags')),
    });
  }
  for (const item of await listIam(service, 'ListOpenIDConnectProviders', 'OpenIDConnectProviderList')) {
    const id = textOf(item, 'Arn');
    const { Tags } = await callIam(service, 'GetOpenIDConnectProvider', { OpenIDConnectProviderArn: id });
    listed.push({ kind: 'oidc-provider', id, name: afterSlash(id), tags: tagsOf(Tags) });
  }
  for (const item of await listIam(service, 'ListSAMLProviders', 'SAMLProviderList')) {
    const id = textOf(item, 'Arn');
    const { Tags } = await callIam(service, 'GetSAMLProvider', { SAMLProviderArn: id });
    listed.push({ kind: 'saml-provider', id, name: afterSlash(id), tags: tagsOf(Tags) });
  }
  return listed;
}

/** The ids of all identity pools. */
export async function poolIds(service: Endpoint): Promise<string[]> {
  const ids: string[] = [];
  let NextToken: unknown;
  do {
    const page = await callCognito(service, 'ListIdentityPools', {
      MaxResults: 60,
      ...(NextToken !== undefined && { NextToken }),
    });
    ids.push(
      ...(page.IdentityPools as { IdentityPoolId: string }[]).map(({ IdentityPoolId }) => IdentityPoolId),
    );
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return ids;
}

function afterSlash(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
