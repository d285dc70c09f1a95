import { poolArn } from '../../access/arn.ts';
import { ServiceError } from '../../errors.ts';
import type { IdentityId, PoolId } from '../../ids.ts';
import type { RevocationDocument } from '../../store/documents.ts';
import { arn, identityId, identityPoolId } from '../cognito-identity/shapes.ts';
import { operation } from '../protocol/operation.ts';
import { type Infer, structure } from '../protocol/shape.ts';
import type { DaypassServices } from './services.ts';

const target = structure({ IdentityId: identityId, RoleArn: arn, IdentityPoolId: identityPoolId });

/** Ends every session of an identity, a role or a pool that was issued until now; whoever is still entitled gets new ones. */
export const RevokeSessions = operation({
  name: 'RevokeSessions',
  access: {
    action: 'daypass:RevokeSessions',
    resource: ({ place }: DaypassServices, input) =>
      input.RoleArn ?? poolArn(place, input.IdentityPoolId ?? '*'),
  },
  input: target,
  async handle({ revocations, clock }: DaypassServices, input) {
    const notBefore = clock.now();
    await revocations.revoke(targetOf(input), notBefore);
    return { NotBefore: new Date(notBefore) };
  },
});

function targetOf({
  IdentityId,
  RoleArn,
  IdentityPoolId,
}: Infer<typeof target>): RevocationDocument['target'] {
  const given = [IdentityId, RoleArn, IdentityPoolId].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new ServiceError(
      'InvalidParameterException',
      'Please provide one of IdentityId, RoleArn and IdentityPoolId.',
    );
  }
  if (IdentityId !== undefined) return { kind: 'identity', identityId: IdentityId as IdentityId };
  if (RoleArn !== undefined) return { kind: 'role', roleArn: RoleArn };
  return { kind: 'pool', poolId: IdentityPoolId as PoolId };
}
