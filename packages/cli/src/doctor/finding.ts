/** What one look at an installation came to. */
export interface Finding {
  readonly what: string;
  readonly outcome: 'good' | 'doubtful' | 'bad';
  readonly detail: string;
  /** What to do about it. */
  readonly advice?: string;
}
