import { setEnabled } from '../../federation/administer.ts';
import type { IdentityId, PoolId } from '../../ids.ts';
import { identityId, identityPoolId } from '../cognito-identity/shapes.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { daypassPool } from './resources.ts';
import type { DaypassServices } from './services.ts';

/** Lets an identity in again that was disabled while it had logins. */
export const EnableIdentity = operation({
  name: 'EnableIdentity',
  access: { action: 'daypass:EnableIdentity', resource: daypassPool },
  input: structure({ IdentityPoolId: required(identityPoolId), IdentityId: required(identityId) }),
  async handle({ federation }: DaypassServices, { IdentityPoolId, IdentityId }) {
    await setEnabled(federation, IdentityPoolId as PoolId, IdentityId as IdentityId, true);
    return { IdentityId, Enabled: true };
  },
});
