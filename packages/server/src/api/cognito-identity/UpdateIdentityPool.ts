import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { describePool, invalid, poolConfiguration, poolResource } from './pool.ts';
import type { CognitoIdentityServices } from './services.ts';
import { identityPoolId, poolMembers } from './shapes.ts';
import { changePool } from './stored-pool.ts';

/**
 * Replaces a pool's configuration: a provider that is left out is taken away. What AWS keeps when an update leaves it
 * out is kept here too: the developer provider name, which cannot be changed (hashicorp/terraform-provider-aws#49985),
 * the switch of the basic flow (go-to-k/cdk-real-drift#402), and the tags, which Terraform never sends with an update.
 */
export const UpdateIdentityPool = operation({
  name: 'UpdateIdentityPool',
  access: { action: 'cognito-identity:UpdateIdentityPool', resource: poolResource },
  input: structure({ IdentityPoolId: required(identityPoolId), ...poolMembers }),
  async handle(services: CognitoIdentityServices, input) {
    const { tags, ...configuration } = poolConfiguration(input);
    const changed = await changePool(services, input.IdentityPoolId, (pool) => {
      const { developerProviderName: name = configuration.developerProviderName } = pool;
      if (configuration.developerProviderName !== undefined && configuration.developerProviderName !== name) {
        throw invalid('The developer provider name of an identity pool cannot be changed once it is set.');
      }
      return { ...pool, ...configuration, ...(input.IdentityPoolTags && { tags }) };
    });
    return describePool(changed);
  },
});
