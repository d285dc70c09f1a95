import {
  type CompiledPolicy,
  type Context,
  compilePolicy,
  type PolicySet,
  parsePolicy,
} from '@daypass/policy';
import type { Caller, SessionCaller } from './caller.ts';
import type { ManagedPolicies } from './managed-policies.ts';
import { isSessionOf, type Roles } from './roles.ts';
import type { Users } from './users.ts';

/** Nothing is allowed: what binds a caller whose role or user is gone. */
const nothing: PolicySet = { identity: [] };

/** A permissions boundary that is no longer there bounds everything. */
const lostBoundary: CompiledPolicy = {
  kind: 'identity',
  source: 'a permissions boundary that has been deleted',
  statements: [],
};

/**
 * The policies that bind a caller now; undefined for root, who may all. A user is bound by its inline and attached
 * policies, a session by those of its role as the role is at this moment, so a change acts on live credentials; a
 * permissions boundary and the session's own policies narrow them.
 */
export function policiesOf(services: {
  readonly roles: Roles;
  readonly users: Users;
  readonly managedPolicies: ManagedPolicies;
}): (caller: Caller) => Promise<PolicySet | undefined> {
  const { roles, users, managedPolicies } = services;
  const compileSession = sessionPolicyCompiler();

  async function managed(arns: readonly string[]): Promise<readonly CompiledPolicy[]> {
    const found = await Promise.all(arns.map((arn) => managedPolicies.byArn(arn)));
    return found.filter((policy) => policy !== undefined);
  }

  async function ofPrincipal({ document, inline }: Principal): Promise<PolicySet> {
    const { attachedPolicyArns, permissionsBoundaryArn } = document;
    const identity =
      attachedPolicyArns.length === 0 ? inline : [...inline, ...(await managed(attachedPolicyArns))];
    if (permissionsBoundaryArn === undefined) return { identity };
    return { identity, boundary: (await managedPolicies.byArn(permissionsBoundaryArn)) ?? lostBoundary };
  }

  async function ofSession(caller: SessionCaller): Promise<readonly CompiledPolicy[] | undefined> {
    const { sessionPolicy, sessionPolicyArns = [] } = caller;
    if (sessionPolicy === undefined && sessionPolicyArns.length === 0) return undefined;
    const attached = await managed(sessionPolicyArns);
    return sessionPolicy === undefined ? attached : [compileSession(sessionPolicy), ...attached];
  }

  return async (caller) => {
    if (caller.kind === 'root') return undefined;
    if (caller.kind === 'user') {
      const user = await users.byName(caller.userName);
      return user?.document.userId === caller.userId ? ofPrincipal(user) : nothing;
    }
    const role = await roles.byName(caller.roleName);
    if (role === undefined || !isSessionOf(caller, role)) return nothing;
    const policies = await ofPrincipal(role);
    const session = await ofSession(caller);
    return session === undefined ? policies : { ...policies, session };
  };
}

/** A role or a user, as far as its policies go. */
interface Principal {
  readonly document: {
    readonly attachedPolicyArns: readonly string[];
    readonly permissionsBoundaryArn?: string | undefined;
  };
  readonly inline: readonly CompiledPolicy[];
}

const compiledAtMost = 1000;

/** Compiles inline session policies; most sessions share a few texts, so the latest are kept. */
function sessionPolicyCompiler(): (text: string) => CompiledPolicy {
  const compiled = new Map<string, CompiledPolicy>();
  return (text) => {
    const known = compiled.get(text);
    if (known !== undefined) return known;
    const policy = compilePolicy(parsePolicy(text, 'session'), 'session policy');
    const oldest = compiled.keys().next();
    if (compiled.size >= compiledAtMost && !oldest.done) compiled.delete(oldest.value);
    compiled.set(text, policy);
    return policy;
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
