import { isList, isObject, type Json, type JsonObject } from './json.ts';
import { readTemplateText } from './read.ts';
import { TemplateError } from './template-error.ts';

export interface TemplateResource {
  readonly type: string;
  readonly properties: JsonObject;
  readonly condition?: string;
  readonly dependsOn: readonly string[];
  /** DeletionPolicy `Retain`: it stays when the template no longer has it. */
  readonly retain: boolean;
}

/** A template's sections, not yet evaluated. */
export interface Template {
  readonly parameters: Readonly<Record<string, JsonObject>>;
  readonly conditions: JsonObject;
  readonly resources: ReadonlyMap<string, TemplateResource>;
  readonly outputs: Readonly<Record<string, JsonObject>>;
}

/**
 * Reads a CloudFormation template, YAML or JSON. Throws a `TemplateError` for what is none and for sections that would
 * have to be obeyed and are not known. Source: CloudFormation User Guide, "Template anatomy".
 */
export function parseTemplate(text: string): Template {
  const template = readTemplateText(text);
  if (!isObject(template)) throw new TemplateError('', 'a template is an object with Resources.');
  for (const name of Object.keys(template)) {
    if (!sections.has(name)) throw new TemplateError(name, 'this section is not known here.');
  }
  // CDK's one rule asks for the bucket that CDK deploys from.
  for (const rule of Object.keys(section(template, 'Rules'))) {
    if (rule !== 'CheckBootstrapVersion')
      throw new TemplateError(`Rules.${rule}`, 'rules are not known here.');
  }
  const resources = Object.entries(objects(template, 'Resources'));
  if (resources.length === 0) throw new TemplateError('Resources', 'there are none.');
  return {
    parameters: objects(template, 'Parameters'),
    conditions: section(template, 'Conditions'),
    resources: new Map(resources.map(([name, resource]) => [name, readResource(name, resource)])),
    outputs: objects(template, 'Outputs'),
  };
}

const sections: ReadonlySet<string> = new Set([
  'AWSTemplateFormatVersion',
  'Conditions',
  'Description',
  'Mappings',
  'Metadata',
  'Outputs',
  'Parameters',
  'Resources',
  'Rules',
]);

const resourceMembers: ReadonlySet<string> = new Set([
  'Condition',
  'DeletionPolicy',
  'DependsOn',
  'Description',
  'Metadata',
  'Properties',
  'Type',
  'UpdateReplacePolicy',
]);

function readResource(name: string, resource: JsonObject): TemplateResource {
  const at = `Resources.${name}`;
  if (!/^[A-Za-z0-9]{1,255}$/.test(name)) throw new TemplateError(at, 'a logical id is letters and digits.');
  for (const member of Object.keys(resource)) {
    if (!resourceMembers.has(member)) throw new TemplateError(`${at}.${member}`, 'this is not known here.');
  }
  const { Type, Properties = {}, Condition, DependsOn = [], DeletionPolicy } = resource;
  if (typeof Type !== 'string') throw new TemplateError(at, 'it has no Type.');
  if (!isObject(Properties)) throw new TemplateError(`${at}.Properties`, 'it must be an object.');
  if (Condition !== undefined && typeof Condition !== 'string')
    throw new TemplateError(`${at}.Condition`, 'it must be the name of a condition.');
  const dependsOn = isList(DependsOn) ? DependsOn : [DependsOn];
  if (!dependsOn.every((item) => typeof item === 'string'))
    throw new TemplateError(`${at}.DependsOn`, 'it must be logical ids.');
  return {
    type: Type,
    properties: Properties,
    ...(Condition !== undefined && { condition: Condition }),
    dependsOn,
    retain: DeletionPolicy === 'Retain' || DeletionPolicy === 'RetainExceptOnCreate',
  };
}

function section(template: JsonObject, name: string): JsonObject {
  const value: Json = template[name] ?? {};
  if (!isObject(value)) throw new TemplateError(name, 'it must be an object.');
  return value;
}

function objects(template: JsonObject, name: string): Readonly<Record<string, JsonObject>> {
  const entries = Object.entries(section(template, name)).map(([key, value]): [string, JsonObject] => {
    if (!isObject(value)) throw new TemplateError(`${name}.${key}`, 'it must be an object.');
    return [key, value];
  });
  return Object.fromEntries(entries);
}
