/** Values of condition keys, under the key's name in lower case. */
export type ConditionContext = ReadonlyMap<string, string | readonly string[]>;

/** One permission a request needs; a request is allowed when every one of its demands is. */
export interface Demand {
  /** `s3:GetObject` */
  readonly action: string;
  readonly resource: string;
  readonly context: ConditionContext;
  /**
   * Condition keys, in lower case, that have a value for this request which the gateway cannot know; a name that
   * ends in `/` or `:` stands for all keys below it. They are not absent: `ForAllValues` holds for an absent key, so a
   * decision that would read one of these is refused.
   */
  readonly unknown: readonly string[];
  /**
   * Whether `resource` only stands for one that is not known: then every Deny is about it, whatever it names, and an
   * Allow only if it is for all resources.
   */
  readonly resourceIsUnknown?: boolean;
}
