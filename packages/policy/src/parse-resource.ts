import { hasVariableBeforeResourcePart } from './arn.ts';
import type { ElementList, PolicyKind } from './document.ts';
import { fail, type Place, SYNTAX, stringsOf, type TextPlace } from './place.ts';
import { parseTemplate } from './template.ts';

const PARTITION = /^(?:aws(?:-[a-z]+)*|\*)$/;

/** Reads Resource or NotResource, which a trust policy must not have and every other policy must. */
export function parseResources(
  statement: Place,
  elements: ReadonlyMap<string, Place>,
  kind: PolicyKind,
  variables: boolean,
  missing: string,
): ElementList | undefined {
  const resource = elements.get('Resource');
  const notResource = elements.get('NotResource');
  if (kind === 'trust') {
    if (resource !== undefined)
      fail(resource, 'Has prohibited field Resource', 'a trust policy is about its own role');
    if (notResource !== undefined) {
      fail(
        notResource,
        'AssumeRole policy must not contain resources.',
        'a trust policy is about its own role',
      );
    }
    return undefined;
  }
  if (resource !== undefined && notResource !== undefined) {
    fail(notResource, SYNTAX, 'a statement has either Resource or NotResource');
  }
  const place = resource ?? notResource;
  if (place === undefined) return fail(statement, missing, 'a statement needs Resource or NotResource');
  const values = stringsOf(place);
  if (values.length === 0) fail(place, missing, 'the list is empty');
  for (const value of values) checkResource(value, variables);
  return { negated: resource === undefined, values: values.map((value) => value.text) };
}

function checkResource(value: TextPlace, variables: boolean): void {
  const { text } = value;
  if (text === '*') return;
  const [prefix, partition = '', service = ''] = text.split(':', 3);
  if (prefix !== 'arn' || !text.includes(':')) {
    fail(
      value,
      `Resource ${text} must be in ARN format or "*".`,
      'a resource is "*" or arn:partition:service:region:account:resource',
    );
  }
  if (!PARTITION.test(partition)) {
    fail(
      value,
      `Partition "${partition}" is not valid for resource "${text}".`,
      'the partition of an ARN is aws, aws-cn, aws-us-gov, … or "*"',
    );
  }
  const complete = text.split(':', 6).length === 6 || text.endsWith('*');
  if (!complete || service === '') {
    fail(
      value,
      'The policy failed legacy parsing',
      'an ARN has six parts, arn:partition:service:region:account:resource',
    );
  }
  const template = parseTemplate(text, { wildcards: true, variables });
  if (typeof template === 'string') fail(value, SYNTAX, template);
  if (hasVariableBeforeResourcePart(template)) {
    fail(value, SYNTAX, 'a variable can stand only after the fifth colon of an ARN');
  }
}
