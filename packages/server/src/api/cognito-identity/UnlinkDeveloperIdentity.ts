import { ServiceError } from '../../errors.ts';
import { developerProvider } from '../../federation/developer.ts';
import { removeLogins } from '../../federation/unlink.ts';
import type { IdentityId } from '../../ids.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { poolResource } from './pool.ts';
import type { CognitoIdentityServices } from './services.ts';
import { developerProviderName, developerUserIdentifier, identityId, identityPoolId } from './shapes.ts';

/** Takes a developer user off an identity: the next time that user comes he is a new one. */
export const UnlinkDeveloperIdentity = operation({
  name: 'UnlinkDeveloperIdentity',
  access: { action: 'cognito-identity:UnlinkDeveloperIdentity', resource: poolResource },
  input: structure({
    IdentityId: required(identityId),
    IdentityPoolId: required(identityPoolId),
    DeveloperProviderName: required(developerProviderName),
    DeveloperUserIdentifier: required(developerUserIdentifier),
  }),
  async handle({ federation }: CognitoIdentityServices, input) {
    const pool = await federation.pools.get(input.IdentityPoolId);
    const provider = developerProvider(pool, input.DeveloperProviderName);
    const user = input.DeveloperUserIdentifier;
    await removeLogins(federation, pool.document.poolId, input.IdentityId as IdentityId, ({ logins }) => {
      const removed = logins.filter((login) => login.provider === provider && login.subject === user);
      if (removed.length === 0) {
        throw new ServiceError('ResourceNotFoundException', `Developer user '${user}' not found.`, {
          reason: 'the user does not belong to this identity',
        });
      }
      return removed;
    });
    return undefined;
  },
});
