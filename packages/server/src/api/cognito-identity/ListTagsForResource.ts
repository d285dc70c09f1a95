import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import type { CognitoIdentityServices } from './services.ts';
import { arn } from './shapes.ts';
import { storedPool } from './stored-pool.ts';
import { poolIdOf, taggedResource } from './tagged-pool.ts';

export const ListTagsForResource = operation({
  name: 'ListTagsForResource',
  access: { action: 'cognito-identity:ListTagsForResource', resource: taggedResource },
  input: structure({ ResourceArn: required(arn) }),
  async handle(services: CognitoIdentityServices, { ResourceArn }) {
    return { Tags: (await storedPool(services, poolIdOf(services, ResourceArn))).value.tags };
  },
});
