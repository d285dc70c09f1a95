import { adopt } from '../../federation/adopt.ts';
import type { IdentityId, PoolId } from '../../ids.ts';
import { identityId, identityPoolId, identityProviderName } from '../cognito-identity/shapes.ts';
import { operation } from '../protocol/operation.ts';
import { required, string, structure } from '../protocol/shape.ts';
import { daypassPool } from './resources.ts';
import type { DaypassServices } from './services.ts';

/** Links a user of a provider to an identity on an administrator's word, without that user's token. */
export const LinkLogin = operation({
  name: 'LinkLogin',
  access: { action: 'daypass:LinkLogin', resource: daypassPool },
  input: structure({
    IdentityPoolId: required(identityPoolId),
    IdentityId: required(identityId),
    Provider: required(identityProviderName),
    Subject: required(string({ min: 1, max: 1024 })),
  }),
  async handle({ federation }: DaypassServices, { IdentityPoolId, IdentityId, Provider, Subject }) {
    const login = { provider: Provider, subject: Subject };
    await adopt(federation, IdentityPoolId as PoolId, IdentityId as IdentityId, login);
    return { IdentityId };
  },
});
