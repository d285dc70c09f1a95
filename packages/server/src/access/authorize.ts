import { denialMessage, evaluate, type PolicySet } from '@daypass/policy';
import type { Caller } from './caller.ts';
import { contextOf } from './policies.ts';
import { timeKeys } from './time-keys.ts';

export interface AuthorizationServices {
  policiesOf(caller: Caller): Promise<PolicySet | undefined>;
}

/** AWS's text for why a caller may not do this, or undefined when he may. */
export async function refusalOf(
  { policiesOf }: AuthorizationServices,
  caller: Caller,
  asked: {
    readonly action: string;
    readonly resource: string;
    readonly sourceIp: string;
    readonly now: number;
  },
): Promise<string | undefined> {
  const policies = await policiesOf(caller);
  if (policies === undefined) return undefined;
  const { action, resource } = asked;
  const context = new Map([
    ...contextOf(caller),
    ['aws:sourceip', asked.sourceIp],
    ...timeKeys(asked.now),
  ] as const);
  const decision = evaluate(policies, { action, resource, context });
  return decision.allowed ? undefined : denialMessage(decision, { userArn: caller.arn, action, resource });
}
