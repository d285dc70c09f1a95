import type { IdentityId } from '../../ids.ts';
import type { IdentityWithLogins } from '../../store/store.ts';
import {
  identityPoolId,
  identityProviderName,
  paginationKey,
  queryLimit,
} from '../cognito-identity/shapes.ts';
import { type Output, operation } from '../protocol/operation.ts';
import { page } from '../protocol/pagination.ts';
import { boolean, required, string, structure } from '../protocol/shape.ts';
import { period } from './period.ts';
import { daypassPool } from './resources.ts';
import type { DaypassServices } from './services.ts';

/** Whose identity is this, and which identity has this user: the identities of a pool that meet every condition given. */
export const FindIdentities = operation({
  name: 'FindIdentities',
  access: { action: 'daypass:FindIdentities', resource: daypassPool },
  input: structure({
    IdentityPoolId: required(identityPoolId),
    Provider: identityProviderName,
    Subject: string({ min: 1, max: 1024 }),
    SubjectPrefix: string({ min: 1, max: 1024 }),
    IdentityIdPrefix: string({ min: 1, max: 55 }),
    Enabled: boolean(),
    Created: period,
    LastSeen: period,
    MaxResults: required(queryLimit),
    NextToken: paginationKey,
  }),
  async handle({ store, federation }: DaypassServices, input) {
    const { document: pool } = await federation.pools.get(input.IdentityPoolId);
    const { items, nextToken } = await page(
      'FindIdentities',
      input.MaxResults,
      input.NextToken,
      async (after, limit) => {
        const found = await store.findIdentities({
          poolId: pool.poolId,
          limit,
          ...(input.Provider !== undefined && { provider: input.Provider }),
          ...(input.Subject !== undefined && { subject: input.Subject }),
          ...(input.SubjectPrefix !== undefined && { subjectPrefix: input.SubjectPrefix }),
          ...(input.IdentityIdPrefix !== undefined && { identityIdPrefix: input.IdentityIdPrefix }),
          ...(input.Enabled !== undefined && { enabled: input.Enabled }),
          ...(input.Created && { created: milliseconds(input.Created) }),
          ...(input.LastSeen && { lastSeen: milliseconds(input.LastSeen) }),
          ...(after !== undefined && { after: after as IdentityId }),
        });
        return found.map((identity) => ({ key: identity.identityId, item: describe(identity) }));
      },
    );
    return { IdentityPoolId: pool.poolId, Identities: items, NextToken: nextToken };
  },
});

function milliseconds({ From, To }: { From?: number; To?: number }): { from?: number; to?: number } {
  return { ...(From !== undefined && { from: From * 1000 }), ...(To !== undefined && { to: To * 1000 }) };
}

/** Beside what DescribeIdentity shows: the subjects, whether it is enabled, and when it was last used. */
function describe(identity: IdentityWithLogins): Output {
  return {
    IdentityId: identity.identityId,
    Logins: identity.logins.map(({ provider, subject }) => ({ Provider: provider, Subject: subject })),
    Enabled: identity.enabled,
    CreationDate: new Date(identity.createdAt),
    LastModifiedDate: new Date(identity.modifiedAt),
    LastSeenDate: new Date(identity.lastSeenAt),
  };
}
