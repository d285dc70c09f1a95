import { type Context, denialMessage, evaluate, type PolicySet } from '@daypass/policy';
import { NotAuthenticated } from './authenticate.ts';
import type { Caller } from './caller.ts';
import { contextOf } from './policies.ts';
import type { FindResource } from './resources.ts';

export interface AuthorizationServices {
  policiesOf(caller: Caller): Promise<PolicySet | undefined>;
  readonly findResource: FindResource;
}

/** What a caller asks to do. */
export interface Asked {
  readonly action: string;
  /** An ARN, `*`, or a resource as IAM's operations name it (`role Players`). */
  readonly resource: string;
  /** Condition keys that follow from the request's input, in lower case. */
  readonly context?: Context;
  readonly sourceIp: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * AWS's text for why a caller may not do this, or undefined when he may. Throws `NotAuthenticated` when credentials of
 * GetSessionToken ask for an operation of IAM, which takes them only if they were made with MFA.
 * Source: STS API Reference, GetSessionToken.
 */
export async function refusalOf(
  { policiesOf, findResource }: AuthorizationServices,
  caller: Caller,
  asked: Asked,
): Promise<string | undefined> {
  const { action } = asked;
  if (caller.kind !== 'session' && caller.issuedAt !== undefined && isOfIam(action)) {
    throw new NotAuthenticated(
      'unknown-key',
      'The security token included in the request is invalid',
      'credentials of GetSessionToken without MFA',
    );
  }
  const policies = await policiesOf(caller);
  if (policies === undefined) return undefined;
  const resource = await findResource(asked.resource, caller);
  const context = new Map([
    ...contextOf(caller),
    ...resource.context,
    ...(asked.context ?? []),
    ['aws:sourceip', asked.sourceIp],
    ['aws:currenttime', new Date(asked.now).toISOString()],
    ['aws:epochtime', String(Math.floor(asked.now / 1000))],
  ] as const);
  const decision = evaluate(policies, { action, resource: resource.arn, context });
  return decision.allowed
    ? undefined
    : denialMessage(decision, { userArn: caller.arn, action, resource: resource.shown });
}

/** iam:PassRole is no operation of IAM, but what other services ask for. */
function isOfIam(action: string): boolean {
  return action.startsWith('iam:') && action !== 'iam:PassRole';
}

/**
 * AWS's text for why a caller may not give a role to a service (`cognito-identity.amazonaws.com`), or undefined when
 * he may. Source: IAM User Guide, "Grant a user permissions to pass a role to an AWS service".
 */
export function passRoleRefusal(
  services: AuthorizationServices,
  caller: Caller,
  passed: { readonly roleArn: string; readonly to: string; readonly sourceIp: string; readonly now: number },
): Promise<string | undefined> {
  const { roleArn, to, sourceIp, now } = passed;
  const context = new Map([['iam:passedtoservice', to]]);
  return refusalOf(services, caller, { action: 'iam:PassRole', resource: roleArn, context, sourceIp, now });
}
