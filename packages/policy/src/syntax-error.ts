/**
 * Thrown for a document that is not a policy of the requested kind.
 *
 * `message` is what IAM answers as MalformedPolicyDocument; `detail` says precisely what is wrong and what would be
 * allowed; `path` is where, as in `Statement[0].Condition.StringEquals` (empty for the document itself); `position` is
 * the offset in UTF-16 code units of the offending value in the source text.
 */
export class PolicySyntaxError extends Error {
  override readonly name = 'PolicySyntaxError';
  readonly path: string;
  readonly detail: string;
  readonly position?: number;

  constructor(message: string, path: string, detail: string, position?: number) {
    super(message);
    this.path = path;
    this.detail = detail;
    if (position !== undefined) this.position = position;
  }
}
