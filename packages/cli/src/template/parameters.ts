import { isList, type Json, type JsonObject } from './json.ts';
import { TemplateError } from './template-error.ts';

/**
 * The value of every parameter: what was given, else its default. One that is neither is absent, and so is one whose
 * default is a name in the Systems Manager's parameter store; a template may have such and never use them.
 * Throws a `TemplateError` for values that a parameter does not allow and for parameters that are not declared.
 * Source: CloudFormation User Guide, "Parameters".
 */
export function parameterValues(
  declared: Readonly<Record<string, JsonObject>>,
  given: Readonly<Record<string, string>>,
): ReadonlyMap<string, Json> {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(declared, name)) throw new TemplateError(`Parameters.${name}`, 'it is not declared.');
  }
  const values = new Map<string, Json>();
  for (const [name, declaration] of Object.entries(declared)) {
    const { Type, Default } = declaration;
    if (typeof Type !== 'string') throw new TemplateError(`Parameters.${name}`, 'it has no Type.');
    const isStored = Type.startsWith('AWS::SSM::Parameter::');
    const text = Object.hasOwn(given, name) ? given[name] : isStored ? undefined : Default;
    if (text !== undefined) values.set(name, read(name, Type, String(text), declaration));
  }
  return values;
}

function read(name: string, type: string, text: string, declaration: JsonObject): Json {
  const isListed = type === 'CommaDelimitedList' || /^List<|Value<List/.test(type);
  const items = isListed ? text.split(',').map((item) => item.trim()) : [text];
  for (const item of items) {
    if (type.includes('Number') && (item === '' || !Number.isFinite(Number(item)))) {
      throw refusal(name, declaration, 'a number');
    }
    check(name, item, type === 'Number', declaration);
  }
  return isListed ? items : text;
}

function check(name: string, value: string, isNumber: boolean, declaration: JsonObject): void {
  const { AllowedValues, AllowedPattern, MinLength, MaxLength, MinValue, MaxValue } = declaration;
  if (isList(AllowedValues) && !AllowedValues.map(String).includes(value))
    throw refusal(name, declaration, `one of ${AllowedValues.join(', ')}`);
  if (typeof AllowedPattern === 'string' && !new RegExp(`^(?:${AllowedPattern})$`).test(value))
    throw refusal(name, declaration, `what ${AllowedPattern} matches`);
  const size = isNumber ? Number(value) : value.length;
  const least = isNumber ? MinValue : MinLength;
  const most = isNumber ? MaxValue : MaxLength;
  const unit = isNumber ? '' : ' characters';
  if (least !== undefined && size < Number(least))
    throw refusal(name, declaration, `at least ${least}${unit}`);
  if (most !== undefined && size > Number(most)) throw refusal(name, declaration, `at most ${most}${unit}`);
}

/** Never shows the value: it may be a secret. */
function refusal(name: string, { ConstraintDescription }: JsonObject, wanted: string): TemplateError {
  const why = typeof ConstraintDescription === 'string' ? ConstraintDescription : `it must be ${wanted}.`;
  return new TemplateError(`Parameters.${name}`, why);
}
