import type { SessionCaller } from '../credentials/session.ts';

/** Who signed a request: the root key, an IAM user's key, or a session of temporary credentials. */
export type Caller = RootCaller | UserCaller | SessionCaller;

/** May do everything, as on AWS. */
export interface RootCaller {
  readonly kind: 'root';
  readonly accessKeyId: string;
  /** Milliseconds since the epoch; set for temporary credentials, those of GetSessionToken. */
  readonly issuedAt?: number;
  readonly arn: string;
  readonly userId: string;
  readonly account: string;
}

export interface UserCaller {
  readonly kind: 'user';
  readonly accessKeyId: string;
  /** As root's. */
  readonly issuedAt?: number;
  readonly arn: string;
  /** `AIDA…` */
  readonly userId: string;
  readonly account: string;
  readonly userName: string;
  readonly tags: Readonly<Record<string, string>>;
}

export type { SessionCaller };
