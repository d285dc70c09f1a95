import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { describePool, invalid, poolConfiguration, poolResource } from './pool.ts';
import type { CognitoIdentityServices } from './services.ts';
import { identityPoolId, poolMembers } from './shapes.ts';
import { changePool } from './stored-pool.ts';

/**
 * Replaces a pool's configuration whole: what is left out goes back to its default. The developer provider name alone
 * stays, as it cannot be changed: AWS keeps it when an update leaves it out (hashicorp/terraform-provider-aws#49985).
 */
export const UpdateIdentityPool = operation({
  name: 'UpdateIdentityPool',
  access: { action: 'cognito-identity:UpdateIdentityPool', resource: poolResource },
  input: structure({ IdentityPoolId: required(identityPoolId), ...poolMembers }),
  async handle(services: CognitoIdentityServices, input) {
    const configuration = poolConfiguration(input);
    const changed = await changePool(services, input.IdentityPoolId, (pool) => {
      const { developerProviderName = configuration.developerProviderName } = pool;
      const isChanged =
        configuration.developerProviderName !== undefined &&
        configuration.developerProviderName !== developerProviderName;
      if (isChanged)
        throw invalid('The developer provider name of an identity pool cannot be changed once it is set.');
      const { poolId, roles, roleMappings, principalTags, settings, createdAt } = pool;
      return {
        poolId,
        roles,
        roleMappings,
        principalTags,
        createdAt,
        ...(settings && { settings }),
        ...configuration,
        ...(developerProviderName !== undefined && { developerProviderName }),
      };
    });
    return describePool(changed);
  },
});
