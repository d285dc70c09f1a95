import { setEnabled } from '../../federation/administer.ts';
import type { IdentityId, PoolId } from '../../ids.ts';
import { identityId, identityPoolId } from '../cognito-identity/shapes.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { endSessions } from './end-sessions.ts';
import { daypassPool } from './resources.ts';
import type { DaypassServices } from './services.ts';

/** Refuses an identity from now on and ends its sessions. One without logins can never be enabled again. */
export const DisableIdentity = operation({
  name: 'DisableIdentity',
  access: { action: 'daypass:DisableIdentity', resource: daypassPool },
  input: structure({ IdentityPoolId: required(identityPoolId), IdentityId: required(identityId) }),
  async handle(services: DaypassServices, { IdentityPoolId, IdentityId }) {
    await setEnabled(services.federation, IdentityPoolId as PoolId, IdentityId as IdentityId, false);
    await endSessions(services, IdentityId as IdentityId);
    return { IdentityId, Enabled: false };
  },
});
