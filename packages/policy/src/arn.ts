import { compileTemplate, type Matcher } from './pattern.ts';
import { ANY_CHARACTER, type Atom, type Template } from './template.ts';

/** `arn:partition:service:region:account:resource`; the resource may have colons of its own. */
const ARN_PARTS = 6;

/** Cuts a template at its first colons, into at most `limit` templates; colons inside `${…}` do not count. */
function splitAtColons(template: Template, limit: number): Template[] {
  const parts: Template[] = [];
  let chunks: Atom[][] = [];
  let chunk: Atom[] = [];
  for (const [i, atoms] of template.entries()) {
    if (i > 0) {
      chunks.push(chunk);
      chunk = [];
    }
    for (const atom of atoms) {
      let rest = atom;
      while (typeof rest === 'string' && parts.length < limit - 1 && rest.includes(':')) {
        const colon: number = rest.indexOf(':');
        if (colon > 0) chunk.push(rest.slice(0, colon));
        chunks.push(chunk);
        parts.push(chunks);
        chunks = [];
        chunk = [];
        rest = rest.slice(colon + 1);
      }
      if (rest !== '') chunk.push(rest);
    }
  }
  chunks.push(chunk);
  parts.push(chunks);
  return parts;
}

/** Matches part by part: each of the first parts against the text up to the next colon, the last against the rest. */
function matchParts(parts: readonly Matcher[]): Matcher {
  const last = parts.length - 1;
  return (text, context) => {
    let from = 0;
    for (const [i, part] of parts.entries()) {
      if (i === last) return part(text.slice(from), context);
      const colon = text.indexOf(':', from);
      if (colon === -1 || !part(text.slice(from, colon), context)) return false;
      from = colon + 1;
    }
    return false;
  };
}

/** Whether a text has the six parts of an ARN. */
export function isArn(text: string): boolean {
  return text.startsWith('arn:') && text.split(':', ARN_PARTS).length === ARN_PARTS;
}

/**
 * The matcher of ArnEquals and ArnLike: each of the six parts on its own. Undefined when the pattern is not an ARN;
 * `*` alone and a variable alone stand for a whole ARN.
 * Source: IAM User Guide, "Amazon Resource Name (ARN) condition operators".
 */
export function compileArnPattern(template: Template): Matcher | undefined {
  const whole = template.flat();
  const anyArn = template.length === 2 && whole.length === 0;
  const oneVariable = template.length === 1 && whole.length === 1 && typeof whole[0] === 'object';
  if (anyArn || oneVariable) return compileTemplate(template);
  const parts = splitAtColons(template, ARN_PARTS);
  return parts.length === ARN_PARTS ? matchParts(parts.map(compileTemplate)) : undefined;
}

/** Whether a variable stands before the fifth colon, where Resource does not allow one. */
export function hasVariableBeforeResourcePart(template: Template): boolean {
  return splitAtColons(template, ARN_PARTS)
    .slice(0, ARN_PARTS - 1)
    .some((part) => part.some((chunk) => chunk.some((atom) => typeof atom === 'object')));
}

/**
 * The matcher of Resource and NotResource.
 *
 * A `*` that ends an ARN part may run on past the colon, other wildcards stay within their part (IAM User Guide,
 * "IAM JSON policy elements: Resource"). Only patterns such as `arn:aws:sqs:us-*-1:…` can tell the difference; for them
 * `narrow` takes the smaller reading (parts on their own) and otherwise the larger one (the whole text at once). Callers
 * choose the reading that grants less.
 */
export function compileResourcePattern(template: Template, narrow: boolean): Matcher {
  const whole = compileTemplate(template);
  if (!narrow) return whole;
  const parts = splitAtColons(template, ARN_PARTS);
  const hasWildcardInside = ([, ...afterStar]: Template): boolean =>
    afterStar.some((chunk) => chunk.length > 0);
  const ambiguous = parts
    .slice(0, -1)
    .some((part) => hasWildcardInside(part) || part.flat().includes(ANY_CHARACTER));
  return ambiguous ? matchParts(parts.map(compileTemplate)) : whole;
}
