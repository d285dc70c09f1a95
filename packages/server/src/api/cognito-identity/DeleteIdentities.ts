import type { IdentityId } from '../../ids.ts';
import { operation } from '../protocol/operation.ts';
import { list, required, structure } from '../protocol/shape.ts';
import { everyPool } from './identity.ts';
import type { CognitoIdentityServices } from './services.ts';
import { identityId } from './shapes.ts';

/** Deletes up to 60 identities; one that does not exist is as good as deleted. */
export const DeleteIdentities = operation({
  name: 'DeleteIdentities',
  access: { action: 'cognito-identity:DeleteIdentities', resource: everyPool },
  input: structure({ IdentityIdsToDelete: required(list(identityId, { min: 1, max: 60 })) }),
  async handle({ store, federation }: CognitoIdentityServices, { IdentityIdsToDelete }) {
    const ids = IdentityIdsToDelete.map((id) => id as IdentityId);
    await store.deleteIdentities(ids);
    for (const id of ids) federation.poolsOfIdentities.delete(id);
    return { UnprocessedIdentityIds: [] };
  },
});
