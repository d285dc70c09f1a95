/** `?`: exactly one character (UTF-16 code unit). */
export const ANY_CHARACTER = Symbol('?');

/** `${key, 'fallback'}`; the key is in lower case. */
export interface Variable {
  readonly key: string;
  readonly fallback?: string;
}

export type Atom = string | typeof ANY_CHARACTER | Variable;

/** A text of a policy cut at its `*`: n chunks stand for n - 1 stars; an empty chunk is the empty text. */
export type Template = readonly (readonly Atom[])[];

export interface TemplateSyntax {
  /** Whether `*` and `?` are wildcards or themselves. */
  readonly wildcards: boolean;
  /** Whether `${…}` is a variable (Version 2012-10-17) or itself. */
  readonly variables: boolean;
}

/**
 * Reads wildcards, `${key}`, `${key, 'default'}` and the escapes `${*}`, `${?}`, `${$}` of a policy text.
 * Source: IAM User Guide, "IAM policy elements: Variables and tags".
 *
 * @returns the template, or a sentence that says what is wrong with a variable
 */
export function parseTemplate(text: string, syntax: TemplateSyntax): Template | string {
  const chunks: Atom[][] = [];
  let chunk: Atom[] = [];
  let literal = '';
  const endLiteral = (): void => {
    if (literal !== '') chunk.push(literal);
    literal = '';
  };

  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (syntax.wildcards && character === '*') {
      endLiteral();
      chunks.push(chunk);
      chunk = [];
    } else if (syntax.wildcards && character === '?') {
      endLiteral();
      chunk.push(ANY_CHARACTER);
    } else if (syntax.variables && text.startsWith('${', at)) {
      const end = endOfVariable(text, at + 2);
      if (end === -1) return 'a variable has no closing brace';
      const content = text.slice(at + 2, end);
      if (content === '*' || content === '?' || content === '$') literal += content;
      else {
        const variable = parseVariable(content);
        if (variable === undefined)
          return `'\${${content}}' is not a variable: write \${key} or \${key, 'default'}`;
        endLiteral();
        chunk.push(variable);
      }
      at = end;
    } else literal += character;
  }
  endLiteral();
  chunks.push(chunk);
  return chunks;
}

/** The offset of the `}` that closes a variable, looking past a quoted default; -1 when there is none. */
function endOfVariable(text: string, from: number): number {
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === "'") quoted = !quoted;
    else if (character === '}' && !quoted) return at;
  }
  return -1;
}

function parseVariable(content: string): Variable | undefined {
  const comma = content.indexOf(',');
  const key = (comma === -1 ? content : content.slice(0, comma)).trim().toLowerCase();
  if (key === '' || key.includes("'") || key.includes('$') || key.includes('{')) return undefined;
  if (comma === -1) return { key };
  const quoted = content.slice(comma + 1).trim();
  if (quoted.length < 2 || !quoted.startsWith("'") || !quoted.endsWith("'")) return undefined;
  const fallback = quoted.slice(1, -1);
  return fallback.includes("'") ? undefined : { key, fallback };
}

/** Whether a template needs the request's context. */
export function hasVariables(template: Template): boolean {
  return template.some((chunk) => chunk.some((atom) => typeof atom === 'object'));
}
