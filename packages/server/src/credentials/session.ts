import type { IdentityId, PoolId } from '../ids.ts';

/** A caller with temporary credentials of a role: everything the session token carries. */
export interface SessionCaller {
  readonly kind: 'session';
  readonly accessKeyId: string;
  /** `arn:aws:sts::<account>:assumed-role/<role name>/<session name>`: as GetCallerIdentity shows it and as denials name it. */
  readonly arn: string;
  /** `AROA…:<session name>` */
  readonly userId: string;
  readonly account: string;
  readonly roleArn: string;
  readonly roleName: string;
  readonly sessionName: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Session tags; they come before the role's own tags of the same key. */
  readonly tags: Readonly<Record<string, string>>;
  /** How the session came to be, for the condition keys that outlive the exchange. */
  readonly federation?: {
    /** `cognito-identity.amazonaws.com`, an OIDC provider's login key, or a SAML provider's ARN. */
    readonly provider: string;
    readonly audience: string;
    readonly subject: string;
    readonly amr: readonly string[];
    readonly saml?: SamlName;
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

/** What, beside its text, a SAML subject's name is known by: `saml:namequalifier` and `saml:sub_type`. */
export interface SamlName {
  readonly nameQualifier: string;
  readonly subjectType?: string;
}

/** The owner of a long-term access key with temporary credentials of his own: what GetSessionToken puts into a token. */
export interface OwnerSession {
  readonly kind: 'owner';
  readonly accessKeyId: string;
  readonly owner:
    | { readonly kind: 'root' }
    | { readonly kind: 'user'; readonly userName: string; readonly userId: string };
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}
