import type { Owned, ResourceType } from '../resources/resource.ts';
import { resourceType, resourceTypes } from '../resources/types.ts';
import { evaluateValue, noValue } from '../template/functions.ts';
import { isSame, type Json, type JsonObject } from '../template/json.ts';
import { parameterValues } from '../template/parameters.ts';
import { inOrder, referencesIn } from '../template/references.ts';
import type { Template, TemplateResource } from '../template/template.ts';
import { TemplateError } from '../template/template-error.ts';
import { type Elsewhere, NotYetKnown, type StackScope, stackScope } from './scope.ts';
import { readStack } from './state.ts';
import { partKey, type StackContext } from './tags.ts';

/** What happens to one resource; `release` leaves it where it is and forgets that it was made from a template. */
export type Action = 'create' | 'change' | 'replace' | 'keep' | 'delete' | 'release' | 'skip';

export interface Change {
  readonly action: Action;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string;
  /** The properties that change. */
  readonly properties?: readonly string[];
}

export interface Choices {
  readonly parameters: Readonly<Record<string, string>>;
  readonly elsewhere: Elsewhere;
  readonly skipUnknown: boolean;
}

/** A template against what is there. */
export interface Comparison {
  readonly template: Template;
  readonly scope: StackScope;
  /** Logical ids of what is made, each after what it needs. */
  readonly order: readonly string[];
  readonly skipped: readonly Change[];
  readonly owned: readonly Owned[];
}

/**
 * Lays a template beside what an earlier one made. Throws a `TemplateError` for what cannot be done, before anything is.
 */
export async function compare(
  context: StackContext,
  template: Template,
  choices: Choices,
): Promise<Comparison> {
  const parameters = parameterValues(template.parameters, choices.parameters);
  const scope = stackScope(context, template, parameters, choices.elsewhere);
  const wanted = [...template.resources].filter(([logicalId]) => scope.isWanted(logicalId));
  const unknown = wanted.filter(([, { type }]) => resourceType(type) === undefined && !emptyTypes.has(type));
  if (unknown.length > 0 && !choices.skipUnknown) {
    const names = unknown.map(([logicalId, { type }]) => `${logicalId} (${type})`).join(', ');
    throw new TemplateError(
      '',
      `these types are not known here: ${names}; pass them over with --skip-unknown.`,
    );
  }
  const made = wanted.filter(([, { type }]) => resourceType(type) !== undefined);
  for (const [logicalId, resource] of made) check(context, logicalId, resource);
  const needs = made.map(([logicalId, { properties, dependsOn }]): [string, ReadonlySet<string>] => [
    logicalId,
    new Set([...dependsOn, ...referencesIn(properties, scope, `Resources.${logicalId}`)]),
  ]);
  return {
    template,
    scope,
    order: inOrder(new Map(needs)),
    skipped: unknown.map(([logicalId, { type }]) => ({ action: 'skip', logicalId, type })),
    owned: await readStack(context),
  };
}

/** Types that make nothing, wherever they are applied. */
const emptyTypes: ReadonlySet<string> = new Set(['AWS::CDK::Metadata']);

function check(context: StackContext, logicalId: string, resource: TemplateResource): void {
  const type = resourceType(resource.type);
  const at = `Resources.${logicalId}`;
  for (const name of Object.keys(resource.properties)) {
    if (!type?.properties.includes(name))
      throw new TemplateError(
        `${at}.Properties.${name}`,
        `this property of ${resource.type} is not known here.`,
      );
  }
  for (const name of type?.required ?? []) {
    if (resource.properties[name] === undefined)
      throw new TemplateError(`${at}.Properties`, `${name} is missing.`);
  }
  if (resource.retain && type?.tagged === undefined) {
    throw new TemplateError(`${at}.DeletionPolicy`, `${resource.type} cannot be retained.`);
  }
  // The longest key that a tag can have.
  if (partKey(context.stack, logicalId).length > 128) {
    throw new TemplateError(at, 'the names of stack and resource are longer than a tag can hold.');
  }
}

/** Everything that applying the template would do. */
export async function plan(context: StackContext, comparison: Comparison): Promise<Change[]> {
  const { template, scope, order, skipped } = comparison;
  const changes: Change[] = [];
  for (const logicalId of order) {
    const judgement = await judge(context, comparison, logicalId);
    const { action, owned, properties } = judgement;
    if (owned && action !== 'replace') await scope.know(owned);
    changes.push({
      action,
      logicalId,
      type: typeOf(template, logicalId).type,
      ...(owned && { physicalId: owned.physicalId }),
      ...(properties && { properties }),
    });
  }
  return [...changes, ...orphans(comparison).map(departure), ...skipped];
}

export interface Judgement {
  readonly action: 'create' | 'change' | 'replace' | 'keep';
  readonly owned?: Owned;
  readonly properties?: readonly string[];
  readonly before?: JsonObject;
  /** As far as they are known yet. */
  readonly wanted: JsonObject;
}

/** What one resource needs. */
export async function judge(
  context: StackContext,
  { template, scope, owned: all }: Comparison,
  logicalId: string,
): Promise<Judgement> {
  const resource = template.resources.get(logicalId);
  const type = typeOf(template, logicalId);
  const at = `Resources.${logicalId}.Properties`;
  const owned = all.find((item) => item.logicalId === logicalId && item.type === type.type);
  const { values, pending } = evaluateProperties(resource?.properties ?? {}, scope, at);
  const wanted = type.normalise(values, at);
  const before = owned && (await type.read(context, owned));
  if (owned === undefined || before === undefined) return { action: 'create', wanted };

  const differing = type.properties.filter(
    (name) => pending.has(name) || (wanted[name] !== undefined && !isSame(wanted[name], before[name])),
  );
  if (owned.retain !== (resource?.retain ?? false)) differing.push('DeletionPolicy');
  const judgement = { owned, before, wanted };
  if (differing.length === 0) return { ...judgement, action: 'keep' };
  const isReplaced = differing.some((name) => type.fixed.includes(name));
  if (isReplaced) refuseSameName(type, wanted, before, at);
  return { ...judgement, action: isReplaced ? 'replace' : 'change', properties: differing };
}

/** As CloudFormation does: two resources cannot have one name for the while that the one replaces the other. */
function refuseSameName(type: ResourceType, wanted: JsonObject, before: JsonObject, at: string): void {
  const name = type.fixed[0] ?? '';
  if (wanted[name] !== undefined && isSame(wanted[name], before[name])) {
    const others = type.fixed.slice(1).join(' or ');
    throw new TemplateError(at, `${others} cannot change while ${name} stays; change ${name} too.`);
  }
}

function evaluateProperties(
  properties: JsonObject,
  scope: StackScope,
  at: string,
): { values: JsonObject; pending: ReadonlySet<string> } {
  const values: Record<string, Json> = {};
  const pending = new Set<string>();
  for (const [name, property] of Object.entries(properties)) {
    try {
      const value = evaluateValue(property, scope, `${at}.${name}`);
      if (value !== noValue) values[name] = value;
    } catch (error) {
      if (!(error instanceof NotYetKnown)) throw error;
      pending.add(name);
    }
  }
  return { values, pending };
}

/** What an earlier template made and this one does not have, in the order in which it can be deleted. */
export function orphans({ template, order, owned }: Comparison): Owned[] {
  const isKept = ({ logicalId, type }: Owned): boolean =>
    order.includes(logicalId) && template.resources.get(logicalId)?.type === type;
  return owned.filter((item) => !isKept(item)).toSorted((a, b) => deletionRank(a) - deletionRank(b));
}

function deletionRank({ type }: Owned): number {
  return resourceTypes.findIndex((candidate) => candidate.type === type);
}

function departure({ type, logicalId, physicalId, retain }: Owned): Change {
  return { action: retain ? 'release' : 'delete', logicalId, type, physicalId };
}

export function typeOf(template: Template, logicalId: string): ResourceType {
  const type = resourceType(template.resources.get(logicalId)?.type ?? '');
  if (type === undefined) throw new Error(`${logicalId} has no known type`);
  return type;
}

/** Whether a change changes anything. */
export function isEffective({ action }: Change): boolean {
  return action !== 'keep' && action !== 'skip';
}
