import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { checkTags } from './pool.ts';
import type { CognitoIdentityServices } from './services.ts';
import { arn, identityPoolTags } from './shapes.ts';
import { changePool } from './stored-pool.ts';
import { poolIdOf, taggedResource } from './tagged-pool.ts';

export const TagResource = operation({
  name: 'TagResource',
  access: { action: 'cognito-identity:TagResource', resource: taggedResource },
  input: structure({ ResourceArn: required(arn), Tags: required(identityPoolTags) }),
  async handle(services: CognitoIdentityServices, { ResourceArn, Tags }) {
    await changePool(services, poolIdOf(services, ResourceArn), (pool) => {
      const tags = { ...pool.tags, ...Tags };
      checkTags(tags);
      return { ...pool, tags };
    });
    return {};
  },
});
