import { operation } from '../protocol/operation.ts';
import { list, required, string, structure } from '../protocol/shape.ts';
import type { CognitoIdentityServices } from './services.ts';
import { arn } from './shapes.ts';
import { changePool } from './stored-pool.ts';
import { poolIdOf, taggedResource } from './tagged-pool.ts';

export const UntagResource = operation({
  name: 'UntagResource',
  access: { action: 'cognito-identity:UntagResource', resource: taggedResource },
  input: structure({ ResourceArn: required(arn), TagKeys: required(list(string({ min: 1, max: 128 }))) }),
  async handle(services: CognitoIdentityServices, { ResourceArn, TagKeys }) {
    const removed = new Set(TagKeys);
    await changePool(services, poolIdOf(services, ResourceArn), (pool) => ({
      ...pool,
      tags: Object.fromEntries(Object.entries(pool.tags).filter(([key]) => !removed.has(key))),
    }));
    return {};
  },
});
