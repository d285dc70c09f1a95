import { unlink } from '../../federation/unlink.ts';
import type { IdentityId } from '../../ids.ts';
import { operation } from '../protocol/operation.ts';
import { list, required, structure } from '../protocol/shape.ts';
import type { CognitoIdentityServices } from './services.ts';
import { identityId, identityProviderName, logins } from './shapes.ts';

/** Takes logins off an identity, on the strength of another or the same login of it. */
export const UnlinkIdentity = operation({
  name: 'UnlinkIdentity',
  access: 'public',
  input: structure({
    IdentityId: required(identityId),
    Logins: required(logins),
    LoginsToRemove: required(list(identityProviderName)),
  }),
  async handle({ federation }: CognitoIdentityServices, { IdentityId, Logins, LoginsToRemove }) {
    await unlink(federation, IdentityId as IdentityId, Logins, LoginsToRemove);
    return undefined;
  },
});
