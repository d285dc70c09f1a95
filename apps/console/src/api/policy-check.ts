import { type PolicyKind, PolicySyntaxError, parsePolicy } from '@daypass/policy';

/** Whether a text is a policy of its kind; where it is not, what is wrong and on which line (from 1). */
export type PolicyCheck =
  | { readonly valid: true; readonly statements: number }
  | {
      readonly valid: false;
      readonly path: string;
      readonly detail: string;
      readonly line: number | undefined;
    };

export function checkPolicy(text: string, kind: PolicyKind): PolicyCheck {
  try {
    return { valid: true, statements: parsePolicy(text, kind).statements.length };
  } catch (error) {
    if (!(error instanceof PolicySyntaxError)) throw error;
    const { path, detail, position } = error;
    const line = position === undefined ? undefined : text.slice(0, position).split('\n').length;
    return { valid: false, path, detail, line };
  }
}

/** A policy with a member on each line; what is no JSON stays as it is. */
export function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
