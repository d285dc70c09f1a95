import type { SessionCaller } from './session.ts';

/** What a session will be allowed to be, decided before any credentials exist: a caller without its key. */
export type SessionGrant = Omit<SessionCaller, 'kind' | 'accessKeyId' | 'issuedAt'>;

/** Temporary credentials, as AWS hands them out. */
export interface TemporaryCredentials {
  /** `ASIA…` */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Makes temporary credentials: our own, or those of a foreign STS. */
export interface CredentialIssuer {
  issue(grant: SessionGrant): Promise<TemporaryCredentials>;
}
