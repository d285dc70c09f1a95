/** What ExplainFederation answers. */
export interface Explanation {
  readonly Steps?: readonly Step[];
  readonly IdentityId?: string;
  readonly RoleArn?: string;
  readonly PrincipalTags?: Readonly<Record<string, string>>;
  readonly Permissions?: readonly Permission[];
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
  readonly Actual: readonly string[];
  readonly Reason?: string;
}

export interface Permission {
  readonly Action: string;
  readonly Resource: string;
  readonly Allowed: boolean;
  readonly Effect: 'Allow' | 'ExplicitDeny' | 'ImplicitDeny';
  readonly Layer: string;
  readonly Statement?: { readonly Source: string; readonly Sid?: string };
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
