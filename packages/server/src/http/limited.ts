import type { DecodedInput } from '../api/protocol/operation.ts';
import type { BoundOperation, Service } from '../api/service.ts';
import { ServiceError } from '../errors.ts';
import type { IdentityId } from '../ids.ts';
import type { RateLimits } from './rate-limit.ts';

/**
 * Holds the public operations of a service to the rate of each pool, whether a request names the pool or one of its
 * identities. What throws for an identity nobody has is `poolOf`, as the operation itself would.
 */
export function limitPools(
  service: Service,
  limits: RateLimits,
  poolOf: (identityId: IdentityId) => Promise<string>,
): Service {
  async function poolNamed({ IdentityPoolId, IdentityId }: DecodedInput): Promise<string | undefined> {
    if (typeof IdentityPoolId === 'string') return IdentityPoolId;
    return typeof IdentityId === 'string' ? poolOf(IdentityId as IdentityId) : undefined;
  }

  function limited(operation: BoundOperation): BoundOperation {
    if (!operation.isPublic) return operation;
    return {
      ...operation,
      async handle(input, context) {
        const poolId = await poolNamed(input);
        if (poolId !== undefined && !limits.admitsPool(poolId, operation.name)) {
          throw new ServiceError('TooManyRequestsException', 'Rate exceeded', {
            reason: 'the limit of this pool for this operation',
          });
        }
        return operation.handle(input, context);
      },
    };
  }

  const operations = [...service.operations].map(([name, operation]) => [name, limited(operation)] as const);
  return { ...service, operations: new Map(operations) };
}
