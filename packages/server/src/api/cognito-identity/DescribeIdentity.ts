import { notFound } from '../../federation/identities.ts';
import type { IdentityId } from '../../ids.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { describeIdentity, everyPool } from './identity.ts';
import type { CognitoIdentityServices } from './services.ts';
import { identityId } from './shapes.ts';

export const DescribeIdentity = operation({
  name: 'DescribeIdentity',
  access: { action: 'cognito-identity:DescribeIdentity', resource: everyPool },
  input: structure({ IdentityId: required(identityId) }),
  async handle({ store }: CognitoIdentityServices, { IdentityId }) {
    const identity = await store.getIdentityWithLogins(IdentityId as IdentityId);
    if (identity === undefined) throw notFound(IdentityId as IdentityId);
    return describeIdentity(identity);
  },
});
