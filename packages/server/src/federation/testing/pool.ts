import { newPoolId } from '../../ids.ts';
import type { PoolDocument } from '../../store/documents.ts';
import type { Pool } from '../pools.ts';

/** A pool's document as a test wants it. */
export function poolDocument(changes: Partial<PoolDocument> = {}): PoolDocument {
  return {
    poolId: newPoolId('us-east-1'),
    name: 'test',
    allowUnauthenticatedIdentities: true,
    supportedLoginProviders: {},
    openIdConnectProviderArns: [],
    cognitoIdentityProviders: [],
    samlProviderArns: [],
    tags: {},
    roles: {},
    roleMappings: {},
    principalTags: {},
    createdAt: 0,
    ...changes,
  };
}

/** The pool of a document whose providers play no part. */
export function poolWithout(document: PoolDocument): Pool {
  const { supportedLoginProviders, cognitoIdentityProviders } = document;
  return {
    document,
    providers: {
      supportedLoginProviders,
      cognitoIdentityProviders,
      openIdConnectProviders: [],
      samlProviders: [],
    },
  };
}
