import type { Condition, Operand } from './expressions.ts';
import { ExpressionError } from './tokens.ts';

/**
 * The `:value` that a key condition fixes the partition key to. Only a conjunction fixes it: with `OR` or `NOT` the
 * condition is none (DynamoDB refuses it too), and when the key is named twice a reader could take either.
 * Throws `ExpressionError` for operators that a key condition must not have.
 */
export function partitionKeyReference(condition: Condition, partitionKey: string): string | undefined {
  const naming = conjuncts(condition).filter((conjunct) => names(conjunct, partitionKey));
  const [equality] = naming;
  if (naming.length !== 1 || equality?.kind !== 'compare' || equality.operator !== '=') return undefined;
  const { left, right } = equality;
  return left.kind === 'path' && !left.nested && right.kind === 'value' ? right.reference : undefined;
}

type Conjunct = Exclude<Condition, { kind: 'and' | 'or' | 'not' }>;

function conjuncts(condition: Condition): readonly Conjunct[] {
  switch (condition.kind) {
    case 'and':
      return condition.conditions.flatMap(conjuncts);
    case 'or':
    case 'not':
      throw new ExpressionError(
        `Invalid operator used in KeyConditionExpression: ${condition.kind.toUpperCase()}`,
      );
    default:
      return [condition];
  }
}

function names(conjunct: Conjunct, attribute: string): boolean {
  const operands: readonly Operand[] =
    conjunct.kind === 'compare' ? [conjunct.left, conjunct.right] : conjunct.operands;
  // What stands inside size(…) is not kept, so it may be the key.
  return operands.some(
    (operand) => operand.kind === 'function' || (operand.kind === 'path' && operand.attribute === attribute),
  );
}
