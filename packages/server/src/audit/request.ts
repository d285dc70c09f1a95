import type { Caller } from '../access/caller.ts';
import type { SessionGrant } from '../credentials/issuer.ts';
import type { IdentityId, PoolId } from '../ids.ts';
import type { IdentityChange } from '../store/store.ts';

/** What becomes known of a request while it is served. */
export interface RequestRecord {
  readonly requestId: string;
  readonly sourceIp: string;
  /** Known, like the two below, once the operation runs. */
  caller?: Caller;
  input?: Readonly<Record<string, unknown>>;
  output?: Readonly<Record<string, unknown>> | undefined;
  /** The session that was handed out. */
  grant?: SessionGrant;
  /** What was written about identities. */
  readonly changes: IdentityChange[];
  /** Identities that were deleted. */
  deleted?: readonly DeletedIdentity[];
}

export interface DeletedIdentity {
  readonly identityId: IdentityId;
  readonly poolId: PoolId;
}

/** Which operation of which service (by its signing name) was called; `unknown` is none of ours. */
export interface Call {
  readonly service: string;
  readonly operation: string;
}
