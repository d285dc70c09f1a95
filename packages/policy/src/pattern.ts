import { type Context, valueOfVariable } from './context.ts';
import { ANY_CHARACTER, type Atom, type Template } from './template.ts';

/** Whether a text of the request matches; the context is read only where the pattern has variables. */
export type Matcher = (text: string, context: Context) => boolean;

export function matchesAny(matchers: readonly Matcher[], text: string, context: Context): boolean {
  for (const matcher of matchers) if (matcher(text, context)) return true;
  return false;
}

/**
 * Makes the matcher of a template. Time is at most (length of text) × (length of pattern): stars are matched leftmost
 * without ever going back to an earlier one. A pattern with a variable that has no value matches nothing.
 */
export function compileTemplate(template: Template): Matcher {
  const plain = template.every((chunk) => chunk.every((atom) => typeof atom === 'string'));
  return plain && template.length <= 2
    ? compilePlain(template.map((chunk) => chunk.join('')))
    : (text, context) => matches(template, text, context);
}

/** A text without wildcards, or the texts before and behind its only star. */
function compilePlain([head = '', tail]: readonly string[]): Matcher {
  if (tail === undefined) return (text) => text === head;
  if (head === '' && tail === '') return () => true;
  if (tail === '') return (text) => text.startsWith(head);
  if (head === '') return (text) => text.endsWith(tail);
  const shortest = head.length + tail.length;
  return (text) => text.length >= shortest && text.startsWith(head) && text.endsWith(tail);
}

function matches(template: Template, text: string, context: Context): boolean {
  const last = template.length - 1;
  let at = matchAt(template[0] ?? [], text, 0, context);
  if (at === -1) return false;
  if (last === 0) return at === text.length;

  for (let i = 1; i < last; i++) {
    const chunk = resolve(template[i] ?? [], context);
    if (chunk === undefined) return false;
    at = find(chunk, text, at, context);
    if (at === -1) return false;
  }

  const tail = template[last] ?? [];
  const length = lengthOf(tail, context);
  if (length === -1 || text.length - length < at) return false;
  return matchAt(tail, text, text.length - length, context) === text.length;
}

/** The offset behind the chunk when it stands in the text at `at`, or -1. */
function matchAt(chunk: readonly Atom[], text: string, at: number, context: Context): number {
  let end = at;
  for (const atom of chunk) {
    if (atom === ANY_CHARACTER) {
      if (end >= text.length) return -1;
      end++;
      continue;
    }
    const literal = typeof atom === 'string' ? atom : valueOfVariable(atom, context);
    if (literal === undefined || !text.startsWith(literal, end)) return -1;
    end += literal.length;
  }
  return end;
}

/** The offset behind the first occurrence of the chunk at or after `from`, or -1. */
function find(chunk: readonly Atom[], text: string, from: number, context: Context): number {
  const length = lengthOf(chunk, context);
  const first = chunk[0];
  for (let at = from; at + length <= text.length; at++) {
    if (typeof first === 'string') {
      at = text.indexOf(first, at);
      if (at === -1) return -1;
    }
    const end = matchAt(chunk, text, at, context);
    if (end !== -1) return end;
  }
  return -1;
}

/** The chunk with its variables replaced; undefined when one has no value. */
function resolve(chunk: readonly Atom[], context: Context): readonly Atom[] | undefined {
  if (!chunk.some((atom) => typeof atom === 'object')) return chunk;
  const resolved: Atom[] = [];
  for (const atom of chunk) {
    const value = typeof atom === 'object' ? valueOfVariable(atom, context) : atom;
    if (value === undefined) return undefined;
    resolved.push(value);
  }
  return resolved;
}

/** How many characters the chunk takes, or -1 when a variable has no value. */
function lengthOf(chunk: readonly Atom[], context: Context): number {
  let length = 0;
  for (const atom of chunk) {
    if (atom === ANY_CHARACTER) length++;
    else {
      const literal = typeof atom === 'string' ? atom : valueOfVariable(atom, context);
      if (literal === undefined) return -1;
      length += literal.length;
    }
  }
  return length;
}

/** A template without wildcards as one text; undefined when a variable has no value. */
export function render(template: Template, context: Context): string | undefined {
  return resolve(template[0] ?? [], context)?.join('');
}
