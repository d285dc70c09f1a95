/** What ExplainFederation answers. */
export interface Explanation {
  readonly Steps?: readonly Step[];
  readonly IdentityId?: string;
  readonly RoleArn?: string;
  readonly PrincipalTags?: Readonly<Record<string, string>>;
}

export interface Step {
  readonly Step: 'Pool' | 'Token' | 'Identity' | 'Role' | 'Trust' | 'Session';
  readonly Outcome: 'ok' | 'refused';
  readonly Detail: string;
  readonly Error?: { readonly Code: string; readonly Message: string };
  readonly Statements?: readonly TrustStatement[];
}

export interface TrustStatement {
  readonly Source: string;
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Matched: boolean;
  readonly Mismatches: readonly Mismatch[];
}

export interface Mismatch {
  readonly Element: string;
  readonly Operator?: string;
  readonly Key?: string;
  readonly Wanted: readonly string[];
  /** `Wanted` with the values of its variables. */
  readonly Resolved?: readonly string[];
  readonly Actual: readonly string[];
  readonly Reason?: string;
}

/** What ExplainAccess answers. */
export interface AccessAnswer {
  /** Of an identity; that of a role has none. */
  readonly Enabled?: boolean;
  /** One for every role that the identity can get. */
  readonly Sessions: readonly SessionAccess[];
  /** What only a token or a foreign STS can say. */
  readonly Undetermined: readonly string[];
}

export type SessionAccess = { readonly RoleArn: string; readonly Because: string } & (
  | { readonly Refused: string }
  | Verdict
);

export interface Verdict {
  readonly PrincipalTags?: Readonly<Record<string, string>>;
  readonly Allowed: boolean;
  readonly Effect: 'Allow' | 'ExplicitDeny' | 'ImplicitDeny';
  readonly Layer: string;
  /** AWS's text. */
  readonly Denial?: string;
  readonly Statements: readonly JudgedStatement[];
}

export interface JudgedStatement extends TrustStatement {
  readonly Index: number;
  readonly Layer: string;
  readonly Decides: boolean;
  /** JSON, as the policy has it. */
  readonly Text?: string;
}

/** An earlier refusal, with what its caller was not told. */
export interface Refusal {
  readonly Operation: string;
  readonly Code: string;
  readonly Message: string;
  readonly Reason?: string;
  /** Seconds since the epoch. */
  readonly Date: number;
}
