import type { Owned } from '../resources/resource.ts';
import { resourceType } from '../resources/types.ts';
import { evaluateCondition, noValue, type Scope } from '../template/functions.ts';
import type { Json } from '../template/json.ts';
import type { Template } from '../template/template.ts';
import { TemplateError } from '../template/template-error.ts';
import type { StackContext } from './tags.ts';

/** Thrown where a value is asked for that is known only after something has been made. */
export class NotYetKnown extends Error {
  override readonly name = 'NotYetKnown';
}

/** What stands for resources that are passed over: `Id` for its `Ref`, `Id.Attribute` for `Fn::GetAtt`. */
export type Elsewhere = Readonly<Record<string, string>>;

/** What a template's references mean: parameters, pseudo parameters, conditions, and the resources that are there. */
export interface StackScope extends Scope {
  isWanted(logicalId: string): boolean;
  /** Makes a resource's `Ref` and attributes known. */
  know(owned: Pick<Owned, 'logicalId' | 'type' | 'physicalId'>): Promise<void>;
}

export function stackScope(
  context: StackContext,
  template: Template,
  parameters: ReadonlyMap<string, Json>,
  elsewhere: Elsewhere,
): StackScope {
  const { service, account, stack } = context;
  const pseudo: Readonly<Record<string, Json | typeof noValue>> = {
    'AWS::AccountId': account,
    'AWS::NoValue': noValue,
    'AWS::NotificationARNs': [],
    'AWS::Partition': 'aws',
    'AWS::Region': service.region,
    'AWS::StackId': `arn:aws:cloudformation:${service.region}:${account}:stack/${stack}/daypass`,
    'AWS::StackName': stack,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  const known = new Map<string, Readonly<Record<string, string>>>();
  const conditions = new Map<string, boolean | 'asked'>();

  function resourceValue(name: string, attribute: string, at: string): string | undefined {
    const resource = template.resources.get(name);
    if (resource === undefined) return undefined;
    const key = attribute === '' ? name : `${name}.${attribute}`;
    if (Object.hasOwn(elsewhere, key)) return elsewhere[key];
    const type = resourceType(resource.type);
    if (type === undefined) {
      throw new TemplateError(
        at,
        `${name} (${resource.type}) is not made here; give its value: --value ${key}=….`,
      );
    }
    if (!scope.isWanted(name)) throw new TemplateError(at, `${name} is not made: its condition is false.`);
    const values = known.get(name);
    if (values === undefined) throw new NotYetKnown();
    const value = Object.hasOwn(values, attribute) ? values[attribute] : undefined;
    if (value === undefined) throw new TemplateError(at, `${resource.type} has no attribute ${attribute}.`);
    return value;
  }

  const scope: StackScope = {
    isWanted(logicalId) {
      const condition = template.resources.get(logicalId)?.condition;
      return condition === undefined || scope.condition(condition, `Resources.${logicalId}`);
    },

    async know({ logicalId, type, physicalId }) {
      const attributes = await resourceType(type)?.attributes(context, physicalId);
      known.set(logicalId, { ...attributes, '': physicalId });
    },

    reference(name, at) {
      if (Object.hasOwn(pseudo, name)) return pseudo[name];
      const parameter = parameters.get(name);
      if (parameter !== undefined) return parameter;
      if (Object.hasOwn(template.parameters, name)) {
        throw new TemplateError(at, `the parameter ${name} has no value; give it: --parameter ${name}=….`);
      }
      return resourceValue(name, '', at);
    },

    attribute: resourceValue,

    condition(name, at) {
      const condition = Object.hasOwn(template.conditions, name) ? template.conditions[name] : undefined;
      if (condition === undefined) throw new TemplateError(at, `there is no condition ${name}.`);
      const answer = conditions.get(name);
      if (answer === 'asked') throw new TemplateError(`Conditions.${name}`, 'it needs itself.');
      if (answer !== undefined) return answer;
      conditions.set(name, 'asked');
      const truth = evaluateCondition(condition, scope, `Conditions.${name}`);
      conditions.set(name, truth);
      return truth;
    },
  };
  return scope;
}
