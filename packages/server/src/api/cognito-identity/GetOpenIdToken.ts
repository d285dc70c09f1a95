import { openIdToken } from '../../federation/open-id-token.ts';
import type { IdentityId } from '../../ids.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import type { CognitoIdentityServices } from './services.ts';
import { identityId, logins } from './shapes.ts';

/** A token of the pool for the basic flow, valid for ten minutes. */
export const GetOpenIdToken = operation({
  name: 'GetOpenIdToken',
  access: 'public',
  input: structure({ IdentityId: required(identityId), Logins: logins }),
  async handle({ federation }: CognitoIdentityServices, { IdentityId, Logins = {} }) {
    const { identityId, token } = await openIdToken(federation, IdentityId as IdentityId, Logins);
    return { IdentityId: identityId, Token: token };
  },
});
