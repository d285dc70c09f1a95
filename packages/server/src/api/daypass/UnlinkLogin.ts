import { unlinkLogin } from '../../federation/administer.ts';
import type { IdentityId, PoolId } from '../../ids.ts';
import { identityId, identityPoolId, identityProviderName } from '../cognito-identity/shapes.ts';
import { operation } from '../protocol/operation.ts';
import { required, string, structure } from '../protocol/shape.ts';
import { endSessions } from './end-sessions.ts';
import { daypassPool } from './resources.ts';
import type { DaypassServices } from './services.ts';

/**
 * Takes a login off an identity on an administrator's word, without that user's token, and ends the identity's sessions,
 * which that login may have opened. Without any login left the identity is disabled.
 */
export const UnlinkLogin = operation({
  name: 'UnlinkLogin',
  access: { action: 'daypass:UnlinkLogin', resource: daypassPool },
  input: structure({
    IdentityPoolId: required(identityPoolId),
    IdentityId: required(identityId),
    Provider: required(identityProviderName),
    Subject: required(string({ min: 1, max: 1024 })),
  }),
  async handle(services: DaypassServices, { IdentityPoolId, IdentityId, Provider, Subject }) {
    const login = { provider: Provider, subject: Subject };
    const identity = IdentityId as IdentityId;
    const enabled = await unlinkLogin(services.federation, IdentityPoolId as PoolId, identity, login);
    await endSessions(services, identity);
    return { IdentityId, Enabled: enabled };
  },
});
