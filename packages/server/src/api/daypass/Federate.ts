import { federate } from '../../federation/exchange.ts';
import type { IdentityId, PoolId } from '../../ids.ts';
import { describeExchange } from '../cognito-identity/GetCredentialsForIdentity.ts';
import { arn, identityId, identityPoolId, logins } from '../cognito-identity/shapes.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import type { DaypassServices } from './services.ts';

/** GetId and GetCredentialsForIdentity in one round trip. */
export const Federate = operation({
  name: 'Federate',
  access: 'public',
  input: structure({
    IdentityPoolId: required(identityPoolId),
    IdentityId: identityId,
    Logins: logins,
    CustomRoleArn: arn,
  }),
  async handle({ federation }: DaypassServices, { IdentityPoolId, IdentityId, Logins = {}, CustomRoleArn }) {
    return describeExchange(
      await federate(federation, {
        poolId: IdentityPoolId as PoolId,
        identityId: IdentityId as IdentityId | undefined,
        logins: Logins,
        customRoleArn: CustomRoleArn,
      }),
    );
  },
});
