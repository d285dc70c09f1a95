import type { Pool, PoolRoles, RoleMapping } from '../api/pools.ts';
import type { TagMap } from '../api/tag-maps.ts';
import { type Block, hcl } from './hcl.ts';
import { type Value, yaml } from './yaml.ts';

/** A pool, who gets which role in it, and what of their claims becomes tags. */
export interface Described {
  readonly pool: Pool;
  readonly roles: PoolRoles;
  readonly tagMaps: readonly TagMap[];
}

/** The pool as a CloudFormation template. Source: CloudFormation template reference, AWS::Cognito::IdentityPool. */
export function cloudFormation({ pool, roles, tagMaps }: Described): string {
  const { IdentityPoolId, IdentityPoolTags, SupportedLoginProviders, CognitoIdentityProviders, ...plain } =
    pool;
  const mappings = Object.entries(roles.RoleMappings ?? {});
  const tags = Object.entries(ownTags(IdentityPoolTags)).map(([Key, Value]) => ({ Key, Value }));
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Resources: {
      IdentityPool: {
        Type: 'AWS::Cognito::IdentityPool',
        Properties: {
          ...plain,
          SupportedLoginProviders,
          CognitoIdentityProviders: CognitoIdentityProviders?.map((provider) => ({ ...provider })),
          IdentityPoolTags: tags.length === 0 ? undefined : tags,
        },
      },
      ...(hasRoles(roles) && {
        IdentityPoolRoles: {
          Type: 'AWS::Cognito::IdentityPoolRoleAttachment',
          Properties: {
            IdentityPoolId: { Ref: 'IdentityPool' },
            Roles: { ...roles.Roles },
            RoleMappings:
              mappings.length === 0
                ? undefined
                : Object.fromEntries(
                    mappings.map(([provider, mapping], at) => [
                      `Mapping${at + 1}`,
                      { IdentityProvider: provider, ...describedMapping(mapping) },
                    ]),
                  ),
          },
        },
      }),
      ...Object.fromEntries(
        tagMaps.map(({ provider, useDefaults, tags }, at) => [
          `PrincipalTags${at + 1}`,
          {
            Type: 'AWS::Cognito::IdentityPoolPrincipalTag',
            Properties: {
              IdentityPoolId: { Ref: 'IdentityPool' },
              IdentityProviderName: provider,
              ...(useDefaults ? { UseDefaults: true } : { PrincipalTags: tags }),
            },
          },
        ]),
      ),
    },
  };
  return `${yaml(template)}\n`;
}

/** The pool as a Terraform file. Source: Terraform registry, aws_cognito_identity_pool. */
export function terraform({ pool, roles, tagMaps }: Described): string {
  const tags = ownTags(pool.IdentityPoolTags);
  const resources: Block[] = [
    {
      head: 'resource "aws_cognito_identity_pool" "pool"',
      attributes: {
        identity_pool_name: pool.IdentityPoolName,
        allow_unauthenticated_identities: pool.AllowUnauthenticatedIdentities,
        allow_classic_flow: pool.AllowClassicFlow,
        developer_provider_name: pool.DeveloperProviderName,
        openid_connect_provider_arns: pool.OpenIdConnectProviderARNs,
        saml_provider_arns: pool.SamlProviderARNs,
        supported_login_providers: pool.SupportedLoginProviders,
        tags: Object.keys(tags).length === 0 ? undefined : tags,
      },
      blocks: (pool.CognitoIdentityProviders ?? []).map(
        ({ ProviderName, ClientId, ServerSideTokenCheck }) => ({
          head: 'cognito_identity_providers',
          attributes: {
            provider_name: ProviderName,
            client_id: ClientId,
            server_side_token_check: ServerSideTokenCheck,
          },
        }),
      ),
    },
  ];
  if (hasRoles(roles)) {
    resources.push({
      head: 'resource "aws_cognito_identity_pool_roles_attachment" "pool"',
      attributes: {
        identity_pool_id: { expression: 'aws_cognito_identity_pool.pool.id' },
        roles: { ...roles.Roles },
      },
      blocks: Object.entries(roles.RoleMappings ?? {}).map(([provider, mapping]) => ({
        head: 'role_mapping',
        attributes: {
          identity_provider: provider,
          type: mapping.Type,
          ambiguous_role_resolution: mapping.AmbiguousRoleResolution,
        },
        blocks: (mapping.RulesConfiguration?.Rules ?? []).map(({ Claim, MatchType, Value, RoleARN }) => ({
          head: 'mapping_rule',
          attributes: { claim: Claim, match_type: MatchType, value: Value, role_arn: RoleARN },
        })),
      })),
    });
  }
  for (const [at, { provider, useDefaults, tags }] of tagMaps.entries()) {
    resources.push({
      head: `resource "aws_cognito_identity_pool_provider_principal_tag" "provider${at + 1}"`,
      attributes: {
        identity_pool_id: { expression: 'aws_cognito_identity_pool.pool.id' },
        identity_provider_name: provider,
        use_defaults: useDefaults,
        principal_tags: useDefaults ? undefined : tags,
      },
    });
  }
  return `${resources.map((block) => hcl(block)).join('\n\n')}\n`;
}

/** The pool as commands of the AWS CLI against this service. */
export function awsCli({ pool, roles, tagMaps }: Described, endpoint: string): string {
  const { IdentityPoolId, IdentityPoolTags, ...plain } = pool;
  const tags = ownTags(IdentityPoolTags);
  const input = { ...plain, ...(Object.keys(tags).length > 0 && { IdentityPoolTags: tags }) };
  const create = [
    `export AWS_ENDPOINT_URL=${endpoint}`,
    '',
    'POOL=$(aws cognito-identity create-identity-pool \\',
    `  --cli-input-json ${shellQuoted(input)} \\`,
    '  --query IdentityPoolId --output text)',
  ];
  const attach = [
    '',
    'aws cognito-identity set-identity-pool-roles --identity-pool-id "$POOL" \\',
    `  --cli-input-json ${shellQuoted({ Roles: roles.Roles, RoleMappings: roles.RoleMappings })}`,
  ];
  const tag = tagMaps.flatMap(({ provider, useDefaults, tags }) => [
    '',
    'aws cognito-identity set-principal-tag-attribute-map --identity-pool-id "$POOL" \\',
    `  --cli-input-json ${shellQuoted({
      IdentityProviderName: provider,
      ...(useDefaults ? { UseDefaults: true } : { UseDefaults: false, PrincipalTags: tags }),
    })}`,
  ]);
  return `${[...create, ...(hasRoles(roles) ? attach : []), ...tag].join('\n')}\n`;
}

/** Without those by which `daypass apply` knows what belongs to a stack. */
function ownTags(tags: Pool['IdentityPoolTags'] = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('daypass:')));
}

function hasRoles({ Roles, RoleMappings = {} }: PoolRoles): boolean {
  return Object.keys(Roles).length > 0 || Object.keys(RoleMappings).length > 0;
}

function describedMapping({ Type, AmbiguousRoleResolution, RulesConfiguration }: RoleMapping): {
  readonly [name: string]: Value;
} {
  const rules = RulesConfiguration?.Rules.map((rule) => ({ ...rule }));
  return { Type, AmbiguousRoleResolution, RulesConfiguration: rules && { Rules: rules } };
}

function shellQuoted(input: object): string {
  return `'${JSON.stringify(input, undefined, 2).replaceAll("'", `'\\''`)}'`;
}
