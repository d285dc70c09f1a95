import type { CompiledPolicy, Context, PolicySet } from '@daypass/policy';
import { accessTokenProviders, federatedProvider } from './assume.ts';
import type { Caller, SessionCaller } from './caller.ts';
import type { ManagedPolicies } from './managed-policies.ts';
import { isSessionOf, type Roles } from './roles.ts';
import type { Users } from './users.ts';
import { compileText } from './written-policy.ts';

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
    const policy = compileText(text, 'session', 'session policy');
    const oldest = compiled.keys().next();
    if (compiled.size >= compiledAtMost && !oldest.done) compiled.delete(oldest.value);
    compiled.set(text, policy);
    return policy;
  };
}

/**
 * The condition keys that follow from the caller alone, in lower case.
 * Source: IAM User Guide, "AWS global condition context keys".
 */
export function contextOf(caller: Caller): Context {
  const context = new Map<string, string | readonly string[]>([
    ['aws:principalarn', caller.kind === 'session' ? caller.roleArn : caller.arn],
    ['aws:principalaccount', caller.account],
    ['aws:principaltype', principalTypes[caller.kind]],
    ['aws:userid', caller.userId],
  ]);
  if (caller.issuedAt !== undefined)
    context.set('aws:tokenissuetime', new Date(caller.issuedAt).toISOString());
  if (caller.kind === 'user') context.set('aws:username', caller.userName);
  if (caller.kind !== 'root') {
    for (const [key, value] of Object.entries(caller.tags))
      context.set(`aws:principaltag/${key.toLowerCase()}`, value);
  }
  if (caller.kind === 'session') {
    if (caller.sourceIdentity !== undefined) context.set('aws:sourceidentity', caller.sourceIdentity);
    for (const [key, value] of federationKeys(caller)) context.set(key, value);
  }
  // Temporary credentials could have been asked for with MFA, unless somebody else has vouched for the user.
  const isFederated = caller.kind === 'session' && caller.federation !== undefined;
  if (caller.issuedAt !== undefined && !isFederated) context.set('aws:multifactorauthpresent', 'false');
  return context;
}

const principalTypes = { root: 'Account', user: 'User', session: 'AssumedRole' } as const;

/**
 * What outlives the exchange of the claims of a federated session.
 * Source: IAM User Guide, "IAM and AWS STS condition context keys", the keys of OIDC and SAML federation.
 */
function federationKeys({ account, federation }: SessionCaller): Context {
  const context = new Map<string, string | readonly string[]>();
  if (federation === undefined) return context;
  const { provider, audience, subject, amr, saml } = federation;
  if (provider.includes(':saml-provider/')) {
    context.set('saml:sub', subject);
    if (saml !== undefined) context.set('saml:namequalifier', saml.nameQualifier);
    if (saml?.subjectType !== undefined) context.set('saml:sub_type', saml.subjectType);
    return context;
  }
  const userKey = accessTokenProviders.get(provider);
  const prefix = provider.toLowerCase();
  context.set('aws:federatedprovider', federatedProvider({ account }, provider));
  context.set(`${prefix}:${userKey === undefined ? 'aud' : 'app_id'}`, audience);
  context.set(`${prefix}:${userKey ?? 'sub'}`, subject);
  if (amr.length > 0) context.set(`${prefix}:amr`, amr);
  return context;
}
