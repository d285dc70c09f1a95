import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { embeddedCredentials } from '../credentials/embedded.ts';
import { type MasterKey, openMasterKey } from '../keys/master.ts';
import { openSealingKeys } from '../keys/sealing.ts';
import type { ManagedPolicyDocument, RoleDocument, UserDocument } from '../store/documents.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { type AccessKeys, openAccessKeys } from './access-keys.ts';
import type { SessionCaller } from './caller.ts';
import { credentialOpener, type OpenCredentials } from './credentials.ts';
import { type ManagedPolicies, openManagedPolicies } from './managed-policies.ts';
import { openRevocations } from './revocations.ts';
import { openRoles, type Roles } from './roles.ts';
import { openUsers, type Users } from './users.ts';

export const place = { account: '000000000000', region: 'us-east-1' };

/** The floor of access over a real store in memory, for tests. */
export interface AccessFloor {
  readonly store: Store;
  readonly clock: Clock & { advance(milliseconds: number): void };
  readonly master: MasterKey;
  readonly roles: Roles;
  readonly users: Users;
  readonly managedPolicies: ManagedPolicies;
  readonly accessKeys: AccessKeys;
  readonly sessions: ReturnType<typeof embeddedCredentials>;
  readonly openCredentials: OpenCredentials;
}

export async function accessFloor(): Promise<AccessFloor> {
  let now = Date.UTC(2026, 0, 1);
  const clock = {
    now: () => now,
    advance(milliseconds: number) {
      now += milliseconds;
    },
  };
  const store = await openSqliteStore({ path: ':memory:' });
  const master = await openMasterKey({ fromEnvironment: randomBytes(32).toString('base64') });
  const roles = openRoles({ store, clock, place });
  const users = openUsers({ store, clock, place });
  const managedPolicies = openManagedPolicies({ store, clock, place });
  const accessKeys = openAccessKeys({ store, master, clock });
  const sessions = embeddedCredentials({ keys: await openSealingKeys({ store, master, clock }), clock });
  const revocations = openRevocations({ store, clock });
  const openCredentials = credentialOpener({
    clock,
    place,
    accessKeys,
    users,
    roles,
    sessions,
    revocations,
  });
  return { store, clock, master, roles, users, managedPolicies, accessKeys, sessions, openCredentials };
}

/** A policy of one statement. */
export function policy(effect: 'Allow' | 'Deny', action: string, resource = '*', condition?: object): string {
  const statement = { Effect: effect, Action: action, Resource: resource };
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: condition === undefined ? statement : { ...statement, Condition: condition },
  });
}

export const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Federated: 'cognito-identity.amazonaws.com' },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: { 'cognito-identity.amazonaws.com:aud': 'us-east-1:pool' } },
  },
});

export function roleDocument(more: Partial<RoleDocument> = {}): RoleDocument {
  return {
    roleName: 'Players',
    roleId: 'AROAPLAYERS',
    path: '/',
    trustPolicy: trust,
    inlinePolicies: {},
    attachedPolicyArns: [],
    maxSessionDuration: 3600,
    tags: {},
    createdAt: 0,
    ...more,
  };
}

export function userDocument(more: Partial<UserDocument> = {}): UserDocument {
  return {
    userName: 'backend',
    userId: 'AIDABACKEND',
    path: '/',
    inlinePolicies: {},
    attachedPolicyArns: [],
    accessKeyIds: [],
    tags: {},
    createdAt: 0,
    ...more,
  };
}

export function policyDocument(policyName: string, ...documents: readonly string[]): ManagedPolicyDocument {
  return {
    policyName,
    policyId: 'ANPAPOLICY',
    path: '/',
    defaultVersionId: 'v1',
    versions: documents.map((document, index) => ({ versionId: `v${index + 1}`, document, createdAt: 0 })),
    nextVersion: documents.length + 1,
    tags: {},
    createdAt: 0,
    updatedAt: 0,
  };
}

export function sessionCaller(more: Partial<SessionCaller> = {}): SessionCaller {
  return {
    kind: 'session',
    accessKeyId: 'ASIAPLAYER',
    arn: 'arn:aws:sts::000000000000:assumed-role/Players/alice',
    userId: 'AROAPLAYERS:alice',
    account: place.account,
    roleArn: 'arn:aws:iam::000000000000:role/Players',
    roleName: 'Players',
    sessionName: 'alice',
    issuedAt: 0,
    expiresAt: 0,
    tags: {},
    ...more,
  };
}
