import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { describePool, poolResource } from './pool.ts';
import type { CognitoIdentityServices } from './services.ts';
import { identityPoolId } from './shapes.ts';
import { storedPool } from './stored-pool.ts';

export const DescribeIdentityPool = operation({
  name: 'DescribeIdentityPool',
  access: { action: 'cognito-identity:DescribeIdentityPool', resource: poolResource },
  input: structure({ IdentityPoolId: required(identityPoolId) }),
  async handle(services: CognitoIdentityServices, input) {
    return describePool((await storedPool(services, input.IdentityPoolId)).value);
  },
});
