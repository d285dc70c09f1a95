import type { IdentityId, PoolId } from '../ids.ts';

/** Who signed a request: the root key, an IAM user's key, or a session of temporary credentials. */
export type Caller = RootCaller | UserCaller | SessionCaller;

interface CallerBase {
  readonly accessKeyId: string;
  /** As GetCallerIdentity shows it and as denials name it. */
  readonly arn: string;
  /** `aws:userid`: the account number, `AIDA…`, or `AROA…:<session name>`. */
  readonly userId: string;
  readonly account: string;
}

/** May do everything, as on AWS. */
export interface RootCaller extends CallerBase {
  readonly kind: 'root';
}

export interface UserCaller extends CallerBase {
  readonly kind: 'user';
  readonly userName: string;
}

export interface SessionCaller extends CallerBase {
  readonly kind: 'session';
  readonly roleArn: string;
  readonly roleName: string;
  readonly sessionName: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Principal tags: role tags overlaid by session tags. */
  readonly tags: Readonly<Record<string, string>>;
  /** How the session came to be, for the condition keys that outlive the exchange. */
  readonly federation?: {
    /** `cognito-identity.amazonaws.com`, or an OIDC provider's login key. */
    readonly provider: string;
    readonly audience: string;
    readonly subject: string;
    readonly amr: readonly string[];
  };
  /** Set when the session belongs to an identity of a pool. */
  readonly identityId?: IdentityId;
  readonly poolId?: PoolId;
  /** The inline session policy's JSON text, if one was passed. */
  readonly sessionPolicy?: string;
  /** ARNs of managed session policies. */
  readonly sessionPolicyArns?: readonly string[];
  readonly sourceIdentity?: string;
  readonly transitiveTagKeys?: readonly string[];
}
