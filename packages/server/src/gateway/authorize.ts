import {
  type CompiledPolicy,
  type Decision,
  denialMessage,
  evaluate,
  type PolicySet,
  type PrincipalSet,
} from '@daypass/policy';
import type { Caller } from '../access/caller.ts';
import type { ConditionContext, Demand } from './demand.ts';

/** A demand that is not granted: the text for the client, and which statement decided for the operator. */
export interface Refusal {
  readonly demand: Demand;
  readonly message: string;
  readonly reason: string;
}

/** What a decision needs besides the demand; the same for all demands of one request. */
export interface Asking {
  readonly caller: Caller;
  /** Undefined for root, who may do everything that is recognised. */
  readonly policies: PolicySet | undefined;
  readonly context: ConditionContext;
}

/** Why the demand is refused; undefined when it is granted. */
export function refusalOf(demand: Demand, { caller, policies, context }: Asking): Refusal | undefined {
  if (policies === undefined) return undefined;
  const lookedUp = new KnownContext(context, demand);
  const { action, resource } = demand;
  const known = withoutUnknown(policies, demand.unknown);
  const decision = evaluate(demand.resourceIsUnknown === true ? forAnyResource(known) : known, {
    action,
    resource,
    context: lookedUp,
    principal: principalOf(caller),
  });
  if (decision.allowed && !lookedUp.wasAskedForUnknown) return undefined;
  const denial: Decision = decision.allowed
    ? { allowed: false, effect: 'ImplicitDeny', layer: 'identity' }
    : decision;
  return {
    demand,
    message: messageOf(denial, caller, demand),
    reason: reasonOf(decision),
  };
}

/** AWS's text; S3 alone quotes the resource, and leaves it out where the action has none. */
function messageOf(denial: Decision, { arn: userArn }: Caller, { action, resource }: Demand): string {
  if (!action.startsWith('s3:')) return denialMessage(denial, { userArn, action, resource });
  const message = denialMessage(denial, { userArn, action, resource: `"${resource}"` });
  return action === 's3:ListAllMyBuckets' ? message.replace(` on resource: "${resource}"`, '') : message;
}

function reasonOf({ allowed, effect, layer, statement }: Decision): string {
  if (statement === undefined) return `${effect}: no ${layer} policy allows it`;
  const place = `${statement.source}, statement ${statement.sid ?? statement.index}`;
  return allowed
    ? `a policy variable cannot be known, and might deny what is allowed by ${place}`
    : `${effect}: ${place}`;
}

/** The first demand that is not granted. */
export function firstRefusal(demands: readonly Demand[], asking: Asking): Refusal | undefined {
  for (const demand of demands) {
    const refusal = refusalOf(demand, asking);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Whether any statement of the policies has a condition on one of the keys, or below one that ends in `/` or `:`. */
export function mentions(policies: PolicySet, keys: readonly string[]): boolean {
  return policiesIn(policies).some(({ statements }) =>
    statements.some(({ conditions }) => conditions.some(({ key }) => covers(keys, key))),
  );
}

/**
 * The policies as they hold when some condition keys have a value nobody here knows: a statement that allows because
 * of such a key allows nothing, and one that denies because of it denies. An absent key would not do, since
 * `ForAllValues` and negated operators hold for it.
 */
function withoutUnknown(policies: PolicySet, unknown: readonly string[]): PolicySet {
  if (!mentions(policies, unknown)) return policies;
  return withStatements(policies, (statement) => {
    const conditions = statement.conditions.filter((condition) => !covers(unknown, condition.key));
    if (conditions.length === statement.conditions.length) return [statement];
    return statement.effect === 'Allow' ? [] : [{ ...statement, conditions }];
  });
}

/** The policies as they hold for a resource that nobody here knows; `*` is matched by what is for all of them. */
function forAnyResource(policies: PolicySet): PolicySet {
  return withStatements(policies, (statement) => {
    if (statement.effect === 'Allow') return statement.resource?.negated === true ? [] : [statement];
    const { resource: _, ...denial } = statement;
    return [denial];
  });
}

function withStatements(
  policies: PolicySet,
  change: (statement: CompiledPolicy['statements'][number]) => CompiledPolicy['statements'],
): PolicySet {
  const narrow = (policy: CompiledPolicy): CompiledPolicy => ({
    ...policy,
    statements: policy.statements.flatMap(change),
  });
  const { identity, boundary, session, resource } = policies;
  return {
    identity: identity.map(narrow),
    ...(boundary === undefined ? {} : { boundary: narrow(boundary) }),
    ...(session === undefined ? {} : { session: session.map(narrow) }),
    ...(resource === undefined ? {} : { resource: narrow(resource) }),
  };
}

function policiesIn({ identity, boundary, session = [], resource }: PolicySet): readonly CompiledPolicy[] {
  return [
    ...identity,
    ...session,
    ...(boundary === undefined ? [] : [boundary]),
    ...(resource === undefined ? [] : [resource]),
  ];
}

function covers(keys: readonly string[], name: string): boolean {
  return keys.some((key) => (/[/:]$/.test(key) ? name.startsWith(key) : name === key));
}

/** The names a bucket policy may give a caller. */
function principalOf(caller: Caller): PrincipalSet {
  const { account, arn } = caller;
  return caller.kind === 'session' ? { account, arn, issuerArn: caller.roleArn } : { account, arn };
}

/**
 * The context of one demand, the keys of the request below its own. It notices when a policy variable, which no
 * condition shows, asks for an unknown key. Only looked up in, never walked through.
 */
class KnownContext extends Map<string, string | readonly string[]> {
  readonly #request: ConditionContext;
  readonly #demand: Demand;
  wasAskedForUnknown = false;

  constructor(request: ConditionContext, demand: Demand) {
    super();
    this.#request = request;
    this.#demand = demand;
  }

  override get(name: string): string | readonly string[] | undefined {
    const value = this.#demand.context.get(name) ?? this.#request.get(name);
    if (value === undefined && covers(this.#demand.unknown, name)) this.wasAskedForUnknown = true;
    return value;
  }

  override has(name: string): boolean {
    return this.get(name) !== undefined;
  }
}
