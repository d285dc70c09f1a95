import { type CollectionTag, Pair, parseDocument, type ScalarTag, YAMLMap, type YAMLSeq } from 'yaml';
import type { Json } from './json.ts';
import { TemplateError } from './template-error.ts';

/** Characters; CloudFormation takes a megabyte. */
const longest = 1_000_000;

/**
 * A template's text as plain values, CloudFormation's short tags (`!Sub x`) in their long form (`Fn::Sub: x`). JSON is
 * read as the YAML it is. Throws a `TemplateError` with line and column.
 */
export function readTemplateText(text: string): Json {
  if (text.length > longest) throw new TemplateError('', 'a template has at most a million characters.');
  const document = parseDocument(text, { customTags: shortTags, prettyErrors: false, stringKeys: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const before = text.slice(0, problem.pos[0]).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    throw new TemplateError(`line ${before.length}, column ${column}`, problem.message);
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new TemplateError('', error instanceof Error ? error.message : String(error));
  }
}

/** Source: CloudFormation User Guide, "Intrinsic function reference". */
const functions = [
  'And',
  'Base64',
  'Cidr',
  'Equals',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
  'Transform',
] as const;

const shortTags: (ScalarTag | CollectionTag)[] = [
  ...['Ref', 'Condition'].map((name) => scalar(`!${name}`, (text) => ({ [name]: text }))),
  ...functions.flatMap((name) => [
    scalar(`!${name}`, (text) => ({ [`Fn::${name}`]: name === 'GetAtt' ? nameAndAttribute(text) : text })),
    collection(`!${name}`, `Fn::${name}`, 'seq'),
    collection(`!${name}`, `Fn::${name}`, 'map'),
  ]),
];

function scalar(tag: string, resolve: (text: string) => Json): ScalarTag {
  return { tag, resolve };
}

function collection(tag: string, name: string, kind: 'seq' | 'map'): CollectionTag {
  return {
    tag,
    collection: kind,
    resolve(node: YAMLMap.Parsed | YAMLSeq.Parsed) {
      const map = new YAMLMap();
      map.items.push(new Pair(name, node));
      return map;
    },
  };
}

/** `Role.Arn` as the list that `Fn::GetAtt` takes. */
export function nameAndAttribute(text: string): readonly string[] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}
