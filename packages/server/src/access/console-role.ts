import type { Clock } from '../clock.ts';
import { uniqueId } from '../ids.ts';
import type { Store } from '../store/store.ts';

export const consoleRoleName = 'DaypassConsole';

/**
 * Makes the role of those who sign in to the console with an account, unless it is there: whatever an administrator has
 * made of it stays. It may do everything, and its trust policy lets nobody in by STS.
 */
export async function makeConsoleRole({ store, clock }: { store: Store; clock: Clock }): Promise<void> {
  await store.collection('roles').insert(consoleRoleName.toLowerCase(), {
    roleName: consoleRoleName,
    roleId: uniqueId('AROA'),
    path: '/',
    description: 'Administrators who sign in to the console with an account of its OpenID provider',
    trustPolicy: policy({ Effect: 'Deny', Principal: { AWS: '*' }, Action: assumptions }),
    inlinePolicies: { administrator: policy({ Effect: 'Allow', Action: '*', Resource: '*' }) },
    attachedPolicyArns: [],
    maxSessionDuration: 43_200,
    tags: {},
    createdAt: clock.now(),
  });
}

const assumptions = ['sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'];

function policy(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}
