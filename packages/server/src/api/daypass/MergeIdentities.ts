import { mergeIdentities } from '../../federation/administer.ts';
import type { IdentityId, PoolId } from '../../ids.ts';
import { identityId, identityPoolId } from '../cognito-identity/shapes.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { endSessions } from './end-sessions.ts';
import { daypassPool } from './resources.ts';
import type { DaypassServices } from './services.ts';

/**
 * Merges one identity into another on an administrator's word: the destination gets all logins, the source is disabled for
 * good and its sessions end.
 */
export const MergeIdentities = operation({
  name: 'MergeIdentities',
  access: { action: 'daypass:MergeIdentities', resource: daypassPool },
  input: structure({
    IdentityPoolId: required(identityPoolId),
    SourceIdentityId: required(identityId),
    DestinationIdentityId: required(identityId),
  }),
  async handle(services: DaypassServices, { IdentityPoolId, SourceIdentityId, DestinationIdentityId }) {
    const source = SourceIdentityId as IdentityId;
    const destination = DestinationIdentityId as IdentityId;
    await mergeIdentities(services.federation, IdentityPoolId as PoolId, { source, destination });
    await endSessions(services, source);
    return { IdentityId: destination };
  },
});
