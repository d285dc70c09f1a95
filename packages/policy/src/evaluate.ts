import type { CompiledList, CompiledPolicy, CompiledStatement, StatementName } from './compile.ts';
import { holds } from './condition.ts';
import type { Context } from './context.ts';
import { matchesAny } from './pattern.ts';
import { matchPrincipal, type PrincipalMatch, type PrincipalSet } from './principal.ts';

/** The policies that bear on a request within one account. */
export interface PolicySet {
  readonly identity: readonly CompiledPolicy[];
  readonly boundary?: CompiledPolicy;
  /** Together they are one session policy. Absent: the session has none. Empty: it allows nothing. */
  readonly session?: readonly CompiledPolicy[];
  readonly resource?: CompiledPolicy;
}

export interface PolicyRequest {
  /** `s3:GetObject`, in any case. */
  readonly action: string;
  /** An ARN, taken literally, or `*` for an action that has no resource. */
  readonly resource: string;
  /** For resource and trust policies; absent for an anonymous request. */
  readonly principal?: PrincipalSet;
  readonly context: Context;
}

export type PolicyLayer = 'identity' | 'boundary' | 'session' | 'resource' | 'trust';

export interface Decision {
  readonly allowed: boolean;
  readonly effect: 'Allow' | 'ExplicitDeny' | 'ImplicitDeny';
  /** Whose policies decided; for an implicit deny, whose permission was missing. */
  readonly layer: PolicyLayer;
  /** The statement that allowed or denied; an implicit deny has none. */
  readonly statement?: StatementName;
}

const ANONYMOUS: PrincipalSet = {};

/**
 * Decides a request as AWS does within one account: an explicit deny anywhere wins; then the resource policy may allow
 * the principal himself; then identity policies, permissions boundary and session policies must each allow, where a
 * resource policy that names the role behind the session replaces the identity policies only.
 *
 * Never throws, whatever the context holds. Source: IAM User Guide, "Policy evaluation logic".
 */
export function evaluate(policies: PolicySet, request: PolicyRequest): Decision {
  return decide(policies, request, 'resource');
}

/**
 * Decides whether a role's trust policy lets the principal do `sts:AssumeRole…`, `sts:TagSession` or `sts:SetSourceIdentity`.
 *
 * A trust policy that names only the caller's account leaves the decision to the caller's own policies: pass them as
 * `caller` for AssumeRole. Web identities and SAML users have none.
 */
export function evaluateTrust(
  trust: CompiledPolicy,
  request: PolicyRequest,
  caller: Omit<PolicySet, 'resource'> = { identity: [] },
): Decision {
  return decide({ ...caller, resource: trust }, request, 'trust');
}

/** A policy layer's verdict, deny first. */
interface Verdict {
  readonly denied?: CompiledStatement;
  readonly allowed?: CompiledStatement;
  /** How closely the allowing statement names the principal, in policies that name principals. */
  readonly match: PrincipalMatch;
}

function decide(policies: PolicySet, request: PolicyRequest, resourceLayer: 'resource' | 'trust'): Decision {
  const action = request.action.toLowerCase();
  const bounded = policies.boundary !== undefined;
  const judge = (layer: readonly CompiledPolicy[]): Verdict => judgeAll(layer, request, action, bounded);
  const identity = judge(policies.identity);
  const resource = policies.resource && judge([policies.resource]);
  const boundary = policies.boundary && judge([policies.boundary]);
  const session = policies.session && judge(policies.session);

  if (identity.denied) return decided('ExplicitDeny', 'identity', identity.denied);
  if (resource?.denied) return decided('ExplicitDeny', resourceLayer, resource.denied);
  if (boundary?.denied) return decided('ExplicitDeny', 'boundary', boundary.denied);
  if (session?.denied) return decided('ExplicitDeny', 'session', session.denied);

  if (resourceLayer === 'trust' && resource?.allowed === undefined) return decided('ImplicitDeny', 'trust');
  if (resource?.allowed && resource.match === 'self')
    return decided('Allow', resourceLayer, resource.allowed);
  const grant = resource?.allowed && resource.match === 'issuer' ? resource.allowed : identity.allowed;
  if (grant === undefined) {
    const anonymous = Object.keys(request.principal ?? ANONYMOUS).length === 0;
    return decided('ImplicitDeny', anonymous && resource !== undefined ? resourceLayer : 'identity');
  }
  if (boundary && boundary.allowed === undefined) return decided('ImplicitDeny', 'boundary');
  if (session && session.allowed === undefined) return decided('ImplicitDeny', 'session');
  return decided('Allow', grant === identity.allowed ? 'identity' : resourceLayer, grant);
}

function decided(effect: Decision['effect'], layer: PolicyLayer, statement?: CompiledStatement): Decision {
  const allowed = effect === 'Allow';
  return statement === undefined
    ? { allowed, effect, layer }
    : { allowed, effect, layer, statement: statement.name };
}

const CLOSENESS: Readonly<Record<PrincipalMatch, number>> = { none: 0, account: 1, issuer: 2, self: 3 };

function judgeAll(
  policies: readonly CompiledPolicy[],
  request: PolicyRequest,
  action: string,
  bounded: boolean,
): Verdict {
  let allowed: CompiledStatement | undefined;
  let match: PrincipalMatch = 'none';
  for (const policy of policies) {
    for (const statement of policy.statements) {
      if (statement.effect === 'Allow' && match === 'self') continue;
      const statementMatch = applies(statement, request, action, bounded);
      if (statementMatch === 'none') continue;
      if (statement.effect === 'Deny') return { denied: statement, match: statementMatch };
      if (CLOSENESS[statementMatch] > CLOSENESS[match]) {
        allowed = statement;
        match = statementMatch;
      }
    }
  }
  return allowed === undefined ? { match } : { allowed, match };
}

/**
 * Whether a statement applies to a request, and how closely it names the principal (`self` when it names none).
 *
 * @param action in lower case
 * @param bounded whether the principal has a permissions boundary
 */
export function applies(
  statement: CompiledStatement,
  request: PolicyRequest,
  action: string,
  bounded: boolean,
): PrincipalMatch {
  const { context } = request;
  if (!listMatches(statement.action, action, context)) return 'none';
  if (statement.resource && !listMatches(statement.resource, request.resource, context)) return 'none';
  const match = statement.principal
    ? matchPrincipal(statement.principal, request.principal ?? ANONYMOUS, statement.effect, bounded)
    : 'self';
  if (match === 'none') return 'none';
  for (const condition of statement.conditions) {
    if (!holds(condition, context, statement.effect)) return 'none';
  }
  return match;
}

export function listMatches(list: CompiledList, text: string, context: Context): boolean {
  return matchesAny(list.matchers, text, context) !== list.negated;
}
