import { compileCondition } from './condition.ts';
import type { Condition } from './document.ts';
import { parseOperator } from './operators.ts';
import { elementsOf, fail, type Place, SYNTAX, valuesOf } from './place.ts';

/** Reads a Condition element; `variables` as the policy's Version has it. */
export function parseConditions(place: Place | undefined, variables: boolean): readonly Condition[] {
  if (place === undefined) return [];
  const conditions: Condition[] = [];
  for (const [name, keys] of elementsOf(place)) {
    const operator = parseOperator(name);
    if (operator === undefined) {
      return fail(keys, SYNTAX, `there is no condition operator ${JSON.stringify(name)}`);
    }
    for (const [key, value] of elementsOf(keys)) {
      if (!key.includes(':')) {
        fail(
          value,
          'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
          `a condition key is service:key, not ${JSON.stringify(key)}`,
        );
      }
      const values = valuesOf(value).map((item) => item.text);
      if (values.length === 0) fail(value, SYNTAX, 'a condition needs at least one value');
      const condition = { operator, key, values };
      const compiled = compileCondition(condition, variables);
      if (typeof compiled === 'string') fail(value, SYNTAX, compiled);
      conditions.push(condition);
    }
  }
  return conditions;
}
