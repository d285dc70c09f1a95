import type { Owned } from '../resources/resource.ts';
import { resourceTypes } from '../resources/types.ts';
import { inventory, type Listed } from '../service/inventory.ts';
import { ownerOf, type Part, partsOf, type StackContext, type Tagged } from './tags.ts';

/**
 * What an earlier `apply` made for a stack. It is remembered in tags alone: `daypass:stack` and `daypass:logical-id` on
 * what can be tagged, `daypass:part:<stack>/<logical id>` on the pool or role that something without tags is a part of.
 */
export async function readStack({ service, stack }: StackContext): Promise<Owned[]> {
  const listed = await inventory(service);
  const parts = listed.flatMap(({ kind, id, tags }) =>
    partsOf(tags)
      .filter((part) => part.stack === stack)
      .map((part) => ({ part, host: { kind, id } })),
  );
  const whole = listed.flatMap((item): Owned[] => {
    const owner = ownerOf(item.tags);
    const type = resourceTypes.find(({ tagged }) => tagged === item.kind)?.type;
    if (owner?.stack !== stack || type === undefined) return [];
    const { logicalId, retain } = owner;
    const hosts = parts
      .filter(({ part }) => part.kind === 'managed' && part.logicalId === logicalId)
      .map(({ host }) => host);
    return [{ type, logicalId, physicalId: item.id, retain, hosts }];
  });
  return [...whole, ...ownedParts(parts)];
}

/** The resources without tags of their own. */
export function ownedParts(parts: readonly { part: Part; host: Tagged }[]): Owned[] {
  const policies = Map.groupBy(
    parts.filter(({ part }) => part.kind === 'inline'),
    ({ part }) => `${part.logicalId} ${part.name}`,
  );
  const inline = [...policies.values()].flatMap((group): Owned[] => {
    const part = group[0]?.part;
    if (part === undefined) return [];
    const { logicalId, name } = part;
    const hosts = group.map(({ host }) => host);
    return [{ type: 'AWS::IAM::Policy', logicalId, physicalId: name, retain: false, hosts }];
  });
  const ofPools = parts.flatMap(({ part: { kind, logicalId, name }, host }): Owned[] => {
    const owned = { logicalId, retain: false, hosts: [host] };
    if (kind === 'roles') {
      return [{ ...owned, type: 'AWS::Cognito::IdentityPoolRoleAttachment', physicalId: host.id }];
    }
    if (kind === 'principal-tags') {
      return [{ ...owned, type: 'AWS::Cognito::IdentityPoolPrincipalTag', physicalId: `${host.id}|${name}` }];
    }
    return [];
  });
  return [...inline, ...ofPools];
}

/** Whether something on the service belongs to a stack, whole or by a part of it. */
export function belongsTo(stack: string, { tags }: Listed): boolean {
  return ownerOf(tags)?.stack === stack || partsOf(tags).some((part) => part.stack === stack);
}
