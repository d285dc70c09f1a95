import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { describePool, invalid, poolConfiguration, poolResource } from './pool.ts';
import type { CognitoIdentityServices } from './services.ts';
import { identityPoolId, poolMembers } from './shapes.ts';
import { changePool } from './stored-pool.ts';

/** Replaces a pool's configuration whole: what is left out goes back to its default. */
export const UpdateIdentityPool = operation({
  name: 'UpdateIdentityPool',
  access: { action: 'cognito-identity:UpdateIdentityPool', resource: poolResource },
  input: structure({ IdentityPoolId: required(identityPoolId), ...poolMembers }),
  async handle(services: CognitoIdentityServices, input) {
    const configuration = poolConfiguration(input);
    const changed = await changePool(services, input.IdentityPoolId, (pool) => {
      const { developerProviderName } = pool;
      if (
        developerProviderName !== undefined &&
        configuration.developerProviderName !== developerProviderName
      ) {
        throw invalid('The developer provider name of an identity pool cannot be changed once it is set.');
      }
      const { poolId, roles, roleMappings, principalTags, settings, createdAt } = pool;
      return {
        poolId,
        roles,
        roleMappings,
        principalTags,
        createdAt,
        ...(settings && { settings }),
        ...configuration,
      };
    });
    return describePool(changed);
  },
});
