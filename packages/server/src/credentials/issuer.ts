import type { OwnerSession, SessionCaller } from './session.ts';

/** What a session will be allowed to be, decided before any credentials exist: a caller without its key. */
export type SessionGrant = Omit<SessionCaller, 'kind' | 'accessKeyId' | 'issuedAt'>;

/** The owner of a long-term key, and until when he may go without it. */
export type OwnerGrant = Pick<OwnerSession, 'owner' | 'expiresAt'>;

/** Temporary credentials, as AWS hands them out. */
export interface TemporaryCredentials {
  /** `ASIA…` */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Makes temporary credentials of a role: our own, or those of a foreign STS. */
export interface CredentialIssuer {
  issue(grant: SessionGrant): Promise<TemporaryCredentials>;
}

/** Makes temporary credentials of root or of a user. They are always our own: a foreign STS knows neither. */
export interface OwnerCredentialIssuer {
  issueToOwner(grant: OwnerGrant): Promise<TemporaryCredentials>;
}
