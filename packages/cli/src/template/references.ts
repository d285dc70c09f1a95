import {
  chosenBranch,
  type FunctionCall,
  functionCall,
  type Scope,
  substitution,
  substitutionParts,
} from './functions.ts';
import { isList, isObject, type Json } from './json.ts';
import { nameAndAttribute } from './read.ts';
import { TemplateError } from './template-error.ts';

/** The names a value refers to, in the branches that its conditions pick. */
export function referencesIn(value: Json, scope: Pick<Scope, 'condition'>, at: string): Set<string> {
  const names = new Set<string>();
  const visit = (inner: Json): void => {
    const call = isObject(inner) ? functionCall(inner) : undefined;
    if (call !== undefined) visitCall(call);
    else if (typeof inner === 'object' && inner !== null)
      for (const item of Object.values(inner)) visit(item);
  };
  const visitCall = ({ name, operand }: FunctionCall): void => {
    if (name === 'Ref') names.add(String(operand));
    else if (name === 'Fn::GetAtt') {
      names.add(String(isList(operand) ? operand[0] : nameAndAttribute(String(operand))[0]));
    } else if (name === 'Fn::If') visit(chosenBranch(operand, scope, at));
    else if (name === 'Fn::Sub') {
      const { text, variables } = substitutionParts(operand, at);
      for (const [, literal, variable = ''] of text.matchAll(substitution)) {
        if (literal !== '!' && !Object.hasOwn(variables, variable))
          names.add(nameAndAttribute(variable)[0] ?? '');
      }
      visit(Object.values(variables));
    } else visit(operand);
  };
  visit(value);
  return names;
}

/** The names so that each comes after those it needs. Throws a `TemplateError` that names a circle. */
export function inOrder(needs: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const ordered = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    if (ordered.has(name)) return;
    if (path.includes(name)) {
      const circle = [...path.slice(path.indexOf(name)), name].join(' → ');
      throw new TemplateError('Resources', `these need each other: ${circle}.`);
    }
    for (const need of needs.get(name) ?? []) if (needs.has(need)) visit(need, [...path, name]);
    ordered.add(name);
  };
  for (const name of needs.keys()) visit(name, []);
  return [...ordered];
}
