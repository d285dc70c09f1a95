import {
  type CompiledPolicy,
  type Context,
  compilePolicy,
  type PolicySet,
  parsePolicy,
} from '@daypass/policy';
import type { Caller, SessionCaller } from './caller.ts';
import type { Roles } from './roles.ts';

/** Nothing is allowed: what binds a session whose role is gone. */
const nothing: PolicySet = { identity: [] };

/**
 * The policies that bind a caller now; undefined for root, who may all. A session is bound by its role as the role is
 * at this moment, so a change of the role acts on live credentials; a role made anew under an old name is another one.
 */
export function policiesOf(roles: Roles): (caller: Caller) => Promise<PolicySet | undefined> {
  const compiledSessionPolicies = new WeakMap<SessionCaller, readonly CompiledPolicy[]>();
  return async (caller) => {
    if (caller.kind === 'root') return undefined;
    if (caller.kind === 'user') return nothing;
    const role = await roles.byName(caller.roleName);
    if (role === undefined || !caller.userId.startsWith(`${role.document.roleId}:`)) return nothing;
    if (caller.sessionPolicy === undefined) return { identity: role.inline };
    let session = compiledSessionPolicies.get(caller);
    if (session === undefined) {
      session = [compilePolicy(parsePolicy(caller.sessionPolicy, 'session'), 'session policy')];
      compiledSessionPolicies.set(caller, session);
    }
    return { identity: role.inline, session };
  };
}

/**
 * The condition keys that follow from the caller alone, in lower case. Of the claims of a federated session only
 * these outlive the exchange. Source: IAM User Guide, "AWS global condition context keys" and "Available keys for AWS
 * web identity federation".
 */
export function contextOf(caller: Caller): Context {
  const context = new Map<string, string | readonly string[]>([
    ['aws:principalarn', caller.kind === 'session' ? caller.roleArn : caller.arn],
    ['aws:principalaccount', caller.account],
    ['aws:principaltype', principalTypes[caller.kind]],
    ['aws:userid', caller.userId],
  ]);
  if (caller.kind === 'user') context.set('aws:username', caller.userName);
  if (caller.kind === 'root') return context;
  for (const [key, value] of Object.entries(caller.tags))
    context.set(`aws:principaltag/${key.toLowerCase()}`, value);
  if (caller.kind === 'user') return context;
  context.set('aws:tokenissuetime', new Date(caller.issuedAt).toISOString());
  if (caller.sourceIdentity !== undefined) context.set('aws:sourceidentity', caller.sourceIdentity);
  const { federation } = caller;
  if (federation !== undefined) {
    context.set('aws:federatedprovider', federation.provider);
    context.set(`${federation.provider.toLowerCase()}:aud`, federation.audience);
    context.set(`${federation.provider.toLowerCase()}:sub`, federation.subject);
    if (federation.amr.length > 0) context.set(`${federation.provider.toLowerCase()}:amr`, federation.amr);
  }
  return context;
}

const principalTypes = { root: 'Account', user: 'User', session: 'AssumedRole' } as const;
