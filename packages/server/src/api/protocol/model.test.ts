import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cognitoIdentityOperations } from '../cognito-identity/operations.ts';
import { memberShape, type StructureShape } from './shape.ts';
import { violations } from './validate.ts';

/** AWS's own model of the API, in the form that botocore publishes. */
interface Model {
  readonly operations: Readonly<
    Record<string, { readonly input: { readonly shape: string }; readonly authtype?: string }>
  >;
  readonly shapes: Readonly<Record<string, ModelShape>>;
}

interface ModelShape {
  readonly type: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly sensitive?: boolean;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly key?: { readonly shape: string };
  readonly value?: { readonly shape: string };
}

/** Where AWS's service is stricter than its model. Source: developer guide, quotas: rules for role-based access control. */
const stricter: Readonly<Record<string, Partial<ModelShape>>> = { MappingRulesList: { max: 25 } };

const folder =
  process.env.DAYPASS_MODELS ?? fileURLToPath(new URL('../../../../../../shared/spec', import.meta.url));
const model = readModel(join(folder, 'cognito-identity.service-2.json'));

function readModel(file: string): Model | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    console.log(
      'The API model is not here, and nothing is compared with it: DAYPASS_MODELS names its folder.',
    );
    return undefined;
  }
}

/** A value just inside a constraint, one just outside, and the words for that. */
interface Sides {
  readonly name: string;
  /** Undefined where other constraints leave no room for one. */
  readonly inside: unknown;
  readonly outside: unknown;
  readonly words: string;
  readonly isSensitive?: boolean;
}

const none = undefined;

function shapeOf({ shapes }: Model, name: string): ModelShape {
  const shape = shapes[name];
  if (shape === undefined) throw new Error(`the model has no shape ${name}`);
  return { ...shape, ...stricter[name] };
}

/** Texts that some pattern of the model allows; a longer one repeats the last character. */
const seeds = ['a', '1', 'a:0', 'authenticated'];

function text({ pattern }: ModelShape, length: number): string | undefined {
  const whole = new RegExp(`^(?:${pattern ?? '[^]*'})$`, 'u');
  return seeds
    .map((seed) => seed + seed.slice(-1).repeat(Math.max(0, length - seed.length)))
    .find((candidate) => candidate.length === length && whole.test(candidate));
}

/** Some value that satisfies every constraint. */
function sample(given: Model, name: string): unknown {
  const shape = shapeOf(given, name);
  switch (shape.type) {
    case 'structure':
      return Object.fromEntries(
        (shape.required ?? []).map((member) => [member, sample(given, shape.members?.[member]?.shape ?? '')]),
      );
    case 'list':
      return Array.from({ length: shape.min ?? 0 }, () => sample(given, shape.member?.shape ?? ''));
    case 'map':
      return {};
    case 'boolean':
      return false;
    case 'integer':
    case 'long':
      return shape.min ?? 0;
    default:
      return (
        shape.enum?.[0] ??
        seeds.map((seed) => text(shape, Math.max(seed.length, shape.min ?? 0))).find(Boolean)
      );
  }
}

function* sides(given: Model, name: string): Generator<Sides> {
  const shape = shapeOf(given, name);
  const { min, max, pattern } = shape;
  const is = (word: string, number: number) => `Member must have ${word} than or equal to ${number}`;
  switch (shape.type) {
    case 'structure':
      for (const [member, { shape: of }] of Object.entries(shape.members ?? {})) {
        const others = Object.entries(sample(given, name) as object).filter(([key]) => key !== member);
        const wrap = (value: unknown) => Object.fromEntries([...others, [member, value]]);
        for (const one of sides(given, of)) {
          yield {
            ...one,
            name: `${member}.${one.name}`,
            inside: one.inside === none ? none : wrap(one.inside),
            outside: wrap(one.outside),
          };
        }
        if (shape.required?.includes(member)) {
          const words = 'Member must not be null';
          yield {
            name: `${member} required`,
            inside: wrap(sample(given, of)),
            outside: wrap(undefined),
            words,
          };
        }
      }
      return;
    case 'list': {
      const of = shape.member?.shape ?? '';
      const items = (length: number) => Array.from({ length }, () => sample(given, of));
      if (max !== undefined)
        yield { name: 'max', inside: items(max), outside: items(max + 1), words: is('length less', max) };
      if (min !== undefined && min > 0)
        yield { name: 'min', inside: items(min), outside: items(min - 1), words: is('length greater', min) };
      for (const one of sides(given, of)) {
        yield {
          ...one,
          name: `member.${one.name}`,
          inside: one.inside === none ? none : [one.inside],
          outside: [one.outside],
        };
      }
      return;
    }
    case 'map': {
      const [keyName = '', valueName = ''] = [shape.key?.shape, shape.value?.shape];
      const value = sample(given, valueName);
      const keyShape = shapeOf(given, keyName);
      const keys = keyShape.pattern === '(un)?authenticated' ? ['authenticated', 'unauthenticated'] : [];
      const entries = (length: number) =>
        Object.fromEntries(Array.from({ length }, (_, n) => [keys[n] ?? `key${n}`, value]));
      if (max !== undefined)
        yield { name: 'max', inside: entries(max), outside: entries(max + 1), words: is('length less', max) };
      for (const one of sides(given, keyName)) {
        yield {
          ...one,
          name: `key.${one.name}`,
          inside: one.inside === none ? none : { [String(one.inside)]: value },
          outside: { [String(one.outside)]: value },
        };
      }
      const [key = 'authenticated'] = [sample(given, keyName)];
      for (const one of sides(given, valueName)) {
        yield {
          ...one,
          name: `value.${one.name}`,
          inside: one.inside === none ? none : { [String(key)]: one.inside },
          outside: { [String(key)]: one.outside },
        };
      }
      return;
    }
    case 'integer':
    case 'long':
      if (max !== undefined)
        yield { name: 'max', inside: max, outside: max + 1, words: is('value less', max) };
      if (min !== undefined)
        yield { name: 'min', inside: min, outside: min - 1, words: is('value greater', min) };
      return;
    case 'string': {
      const isSensitive = shape.sensitive ?? false;
      if (shape.enum) {
        const words = `Member must satisfy enum value set: [${shape.enum.join(', ')}]`;
        for (const value of shape.enum)
          yield { name: `enum ${value}`, inside: value, outside: `${value}x`, words };
      }
      if (max !== undefined) {
        const outside = text(shape, max + 1) ?? 'x'.repeat(max + 1);
        yield { name: 'max', inside: text(shape, max), outside, words: is('length less', max), isSensitive };
      }
      if (min !== undefined && min > 0) {
        const outside = 'a'.repeat(min - 1);
        yield {
          name: 'min',
          inside: text(shape, min),
          outside,
          words: is('length greater', min),
          isSensitive,
        };
      }
      if (pattern !== undefined) {
        const words = `Member must satisfy regular expression pattern: ${pattern}`;
        yield { name: 'pattern', inside: sample(given, name), outside: ' \u0001', words, isSensitive };
      }
      return;
    }
    default:
      return;
  }
}

describe.skipIf(model === undefined)('the 23 operations, held against the API model', () => {
  const given: Model = model ?? { operations: {}, shapes: {} };
  const cases = cognitoIdentityOperations.flatMap((operation) => {
    const input = given.operations[operation.name]?.input.shape;
    return input === undefined
      ? []
      : [...sides(given, input)].map((side) => ({
          ...side,
          operation: operation.name,
          shape: operation.input,
        }));
  });

  it('are all there, with the same members, and public where the model says so', () => {
    const declared = cognitoIdentityOperations.map(({ name, input, isPublic }) => ({
      name,
      isPublic,
      members: membersOf(input),
    }));
    const modelled = Object.entries(given.operations).map(([name, { input, authtype }]) => {
      const { members = {}, required = [] } = shapeOf(given, input.shape);
      return {
        name,
        isPublic: authtype === 'none',
        members: Object.keys(members)
          .map((member) => (required.includes(member) ? `${member}*` : member))
          .sort(),
      };
    });
    expect(declared).toEqual(modelled.sort((a, b) => (a.name < b.name ? -1 : 1)));
  });

  it('have constraints to be tried', () => {
    expect(cases.length).toBeGreaterThan(150);
  });

  it.each(cases)('$operation: $name', ({ shape, inside, outside, words, isSensitive }) => {
    if (inside !== none)
      expect(violations(shape, inside as Readonly<Record<string, unknown>>)).toBeUndefined();
    const message = violations(shape, outside as Readonly<Record<string, unknown>>);
    expect(message).toContain(words);
    if (isSensitive) expect(message).not.toMatch(/a{100}/);
  });
});

function membersOf(shape: StructureShape): readonly string[] {
  return Object.entries(shape.members)
    .map(([name, member]) => (memberShape(member).isRequired ? `${name}*` : name))
    .sort();
}
