import type { IdentityId, PoolId } from '../ids.ts';

/** What the collections hold: one document per pool, role, provider or key. Times are milliseconds since the epoch. */
export interface Documents {
  pools: PoolDocument;
  roles: RoleDocument;
  policies: ManagedPolicyDocument;
  users: UserDocument;
  oidc_providers: OidcProviderDocument;
  saml_providers: SamlProviderDocument;
  access_keys: AccessKeyDocument;
  keys: KeyDocument;
  revocations: RevocationDocument;
  used_assertions: UsedAssertionDocument;
}

/** Key: the pool's id. */
export interface PoolDocument {
  readonly poolId: PoolId;
  readonly name: string;
  readonly allowUnauthenticatedIdentities: boolean;
  /** Absent when it was never said: GetOpenIdToken is allowed then. */
  readonly allowClassicFlow?: boolean;
  readonly supportedLoginProviders: Readonly<Record<string, string>>;
  readonly developerProviderName?: string;
  readonly openIdConnectProviderArns: readonly string[];
  readonly cognitoIdentityProviders: readonly CognitoIdentityProvider[];
  readonly samlProviderArns: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** `authenticated` and `unauthenticated`: role ARNs. */
  readonly roles: Readonly<Record<string, string>>;
  readonly roleMappings: Readonly<Record<string, RoleMapping>>;
  readonly principalTags: Readonly<Record<string, PrincipalTagMap>>;
  readonly settings?: PoolSettings;
  readonly createdAt: number;
}

/** What Daypass can do for a pool beyond Cognito; each absent by default. */
export interface PoolSettings {
  /** Seconds; at most the role's MaxSessionDuration. Default 3,600, as on AWS. */
  readonly credentialLifetime?: number;
  /** Further client ids per login provider, beside the one AWS's shape has room for. */
  readonly clientIds?: Readonly<Record<string, readonly string[]>>;
  /**
   * What ServerSideTokenCheck of a user pool means here. Only the user pool's own service can say whether a user has
   * signed out everywhere; a login that would need it is refused, unless it may be skipped.
   */
  readonly serverSideTokenCheck?: 'skip';
  /** Seconds after which a guest who was not seen is deleted. Default: guests stay. */
  readonly guestExpiry?: number;
  /** What guests may do at most: AWS's own scope-down (the default), a policy of one's own as JSON text, or none. */
  readonly guestScopeDown?: 'aws' | 'none' | { readonly policy: string };
  /** Roles whose credentials a foreign STS gives, by their ARNs; `*` is every role that is not named. */
  readonly brokers?: Readonly<Record<string, BrokerSettings>>;
}

/** A foreign STS, and what it is asked for. */
export interface BrokerSettings {
  /** Its URL: https, or http on loopback. */
  readonly endpoint: string;
  /** The role there; the same ARN by default. */
  readonly roleArn?: string;
  /** What every session is narrowed to: JSON text in which variables of the identity are filled in. */
  readonly sessionPolicy?: string;
  /** Sessions are named after the identity instead of all the same, as on AWS. */
  readonly sessionName?: 'identity';
  /** Each exchange asks for credentials of its own. */
  readonly cache?: false;
}

export interface CognitoIdentityProvider {
  /** `cognito-idp.<region>.amazonaws.com/<user pool id>` */
  readonly providerName: string;
  readonly clientId: string;
  readonly serverSideTokenCheck: boolean;
}

export interface RoleMapping {
  readonly type: 'Token' | 'Rules';
  readonly ambiguousRoleResolution?: 'AuthenticatedRole' | 'Deny';
  readonly rules?: readonly MappingRule[];
}

export interface MappingRule {
  readonly claim: string;
  readonly matchType: 'Equals' | 'Contains' | 'StartsWith' | 'NotEqual';
  readonly value: string;
  readonly roleArn: string;
}

export interface PrincipalTagMap {
  readonly useDefaults: boolean;
  /** Tag key → claim name. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Key: the role's name in lower case, which IAM keeps unique. */
export interface RoleDocument {
  readonly roleName: string;
  /** `AROA…` */
  readonly roleId: string;
  readonly path: string;
  readonly description?: string;
  /** JSON text, as it was given. */
  readonly trustPolicy: string;
  /** Inline policies: name → JSON text, as it was given. */
  readonly inlinePolicies: Readonly<Record<string, string>>;
  readonly attachedPolicyArns: readonly string[];
  readonly permissionsBoundaryArn?: string | undefined;
  /** Seconds, 3,600 to 43,200. */
  readonly maxSessionDuration: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/** Key: the policy's name in lower case, which IAM keeps unique whatever the path. */
export interface ManagedPolicyDocument {
  readonly policyName: string;
  /** `ANPA…` */
  readonly policyId: string;
  readonly path: string;
  readonly description?: string;
  readonly defaultVersionId: string;
  readonly versions: readonly {
    readonly versionId: string;
    readonly document: string;
    readonly createdAt: number;
  }[];
  /** The number of the next version: a deleted number is not used again. */
  readonly nextVersion: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Key: the user's name in lower case. */
export interface UserDocument {
  readonly userName: string;
  /** `AIDA…` */
  readonly userId: string;
  readonly path: string;
  readonly inlinePolicies: Readonly<Record<string, string>>;
  readonly attachedPolicyArns: readonly string[];
  readonly permissionsBoundaryArn?: string | undefined;
  /** At most two; a key that is not listed here is nobody's. */
  readonly accessKeyIds: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/** Key: the provider's ARN. */
export interface OidcProviderDocument {
  /** As registered, with `https://`. */
  readonly url: string;
  readonly clientIds: readonly string[];
  /** SHA-1 of the certificate, hex. */
  readonly thumbprints: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/** Key: the provider's ARN. */
export interface SamlProviderDocument {
  readonly name: string;
  /** Letters and digits, in capitals. */
  readonly uuid: string;
  /** XML text, as it was given. */
  readonly metadata: string;
  readonly validUntil: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/** Key: the access key id, `AKIA…`. */
export interface AccessKeyDocument {
  /** `root`, or an IAM user. */
  readonly owner: { readonly kind: 'root' } | { readonly kind: 'user'; readonly userName: string };
  /** The secret access key, wrapped with the master key. */
  readonly wrappedSecret: string;
  readonly active: boolean;
  readonly createdAt: number;
}

/** Key: `seal/<key id>` or `sign/<key id>`. */
export interface KeyDocument {
  /** Wrapped with the master key: 32 random bytes of a sealing key, PKCS #8 of a signing key. */
  readonly wrapped: string;
  /** A signing key's public half as a JWK. */
  readonly publicJwk?: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
  /** From when on it is used, and from when on it no longer opens or verifies anything. */
  readonly usedFrom: number;
  readonly retiredAt?: number;
}

/** Key: `identity/<identity id>`, `role/<role ARN>` or `pool/<pool id>`. */
export interface RevocationDocument {
  readonly target:
    | { readonly kind: 'identity'; readonly identityId: IdentityId }
    | { readonly kind: 'role'; readonly roleArn: string }
    | { readonly kind: 'pool'; readonly poolId: PoolId };
  /** Sessions issued before this moment are no longer accepted. */
  readonly notBefore: number;
}

/** Key: when the SAML assertion expires, then its name; see `federation/used-assertions.ts`. */
export interface UsedAssertionDocument {
  /** The pool that it signs in to, or that it has opened a role session. */
  readonly usedFor: string;
}
