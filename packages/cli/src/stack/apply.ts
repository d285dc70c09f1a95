import { Failure } from '../failure.ts';
import type { Owned } from '../resources/resource.ts';
import { resourceType } from '../resources/types.ts';
import { AwsError } from '../service/aws-api.ts';
import { evaluate } from '../template/functions.ts';
import type { Json } from '../template/json.ts';
import { TemplateError } from '../template/template-error.ts';
import { type Change, type Comparison, judge, orphans, typeOf } from './plan.ts';
import { readStack } from './state.ts';
import { addTags, disown, ownershipTags, type StackContext } from './tags.ts';

/**
 * Makes what is there what the template says, and tells every change when it is done. What breaks off half-way is
 * finished by applying again.
 */
export async function apply(
  context: StackContext,
  comparison: Comparison,
  done: (change: Change) => void,
): Promise<void> {
  const { template, scope, order } = comparison;
  const leaving = orphans(comparison);
  // Parts go first: under a new logical id they would be taken from what has just been made.
  for (const owned of leaving.filter(isPart)) done(await leave(context, owned));

  for (const logicalId of order) {
    const type = typeOf(template, logicalId);
    const {
      action,
      owned,
      before,
      wanted: properties,
      properties: changed,
    } = await judge(context, comparison, logicalId);
    const wanted = { logicalId, properties, retain: template.resources.get(logicalId)?.retain ?? false };
    if (action === 'replace' && owned) await setAside(context, owned);
    const physicalId = await named(logicalId, type.type, async () => {
      if (owned === undefined || before === undefined || action === 'replace')
        return type.create(context, wanted);
      return action === 'keep' ? owned.physicalId : type.update(context, owned, wanted, before);
    });
    await scope.know({ logicalId, type: type.type, physicalId });
    done({ action, logicalId, type: type.type, physicalId, ...(changed && { properties: changed }) });
  }

  // Read again: what has been replaced is there now under a name that no template can have.
  const rest = { ...comparison, owned: await readStack(context) };
  for (const owned of orphans(rest)) if (!isPart(owned)) done(await leave(context, owned));
}

/** The values of a template's outputs; those that lean on what is not made here are left out. */
export function outputs({ template, scope }: Comparison): Record<string, Json> {
  const values: Record<string, Json> = {};
  for (const [name, output] of Object.entries(template.outputs)) {
    const { Condition, Value } = output;
    const at = `Outputs.${name}`;
    if (typeof Condition === 'string' && !scope.condition(Condition, at)) continue;
    try {
      values[name] = evaluate(Value ?? null, scope, at);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
    }
  }
  return values;
}

function isPart({ type }: Owned): boolean {
  return resourceType(type)?.tagged === undefined;
}

/** Marks what is about to be replaced, so that it goes away even if the next step fails. */
async function setAside(
  context: StackContext,
  { type, logicalId, physicalId, retain }: Owned,
): Promise<void> {
  const kind = resourceType(type)?.tagged;
  if (kind === undefined) return;
  await addTags(
    context,
    { kind, id: physicalId },
    ownershipTags(context.stack, `${logicalId}:replaced`, retain),
  );
}

async function leave(context: StackContext, owned: Owned): Promise<Change> {
  const { type, logicalId, physicalId, retain } = owned;
  const known = resourceType(type);
  await named(logicalId, type, async () => {
    if (retain && known?.tagged) await disown(context, { kind: known.tagged, id: physicalId });
    else await known?.delete(context, owned);
  });
  return { action: retain ? 'release' : 'delete', logicalId, type, physicalId };
}

/** Says which resource an error is about. */
async function named<T>(logicalId: string, type: string, acting: () => Promise<T>): Promise<T> {
  try {
    return await acting();
  } catch (error) {
    if (error instanceof AwsError) throw new Failure(`${logicalId} (${type}): ${error.message}`);
    throw error;
  }
}
