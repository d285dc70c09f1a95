import { type Place, poolArn } from '../access/arn.ts';
import type { AuditEvent } from './event.ts';

/**
 * What happened to an identity, as a CloudEvent. Source: CloudEvents 1.0, "Context Attributes" and "JSON Batch Format".
 * It is told to apps, so it says less than an audit event: no address, no caller.
 */
export interface LifecycleEvent {
  readonly specversion: '1.0';
  /** Unique, and the same however often the event is delivered. */
  readonly id: string;
  /** The pool's ARN. */
  readonly source: string;
  readonly type: `daypass.${string}`;
  /** The identity's id; of a pool's events the pool's. */
  readonly subject: string;
  /** ISO 8601. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: Readonly<Record<string, unknown>>;
}

/** Names of audit events → types of events for apps, and what these tell. */
const types: Readonly<
  Record<string, { readonly type: LifecycleEvent['type']; readonly tells: readonly string[] }>
> = {
  IdentityCreated: { type: 'daypass.identity.created', tells: [] },
  LoginLinked: { type: 'daypass.identity.linked', tells: ['provider', 'subject'] },
  LoginUnlinked: { type: 'daypass.identity.unlinked', tells: ['provider', 'subject'] },
  IdentityMerged: { type: 'daypass.identity.merged', tells: ['into'] },
  IdentityDisabled: { type: 'daypass.identity.disabled', tells: [] },
  IdentityEnabled: { type: 'daypass.identity.enabled', tells: [] },
  IdentityDeleted: { type: 'daypass.identity.deleted', tells: [] },
};

/** The event for apps that an audit event stands for, if it does for one. */
export function lifecycleEvent(place: Place, event: AuditEvent): LifecycleEvent | undefined {
  if (event.errorCode !== undefined) return undefined;
  const { eventName, eventType, additionalEventData: told = {}, requestParameters } = event;
  const about = (poolId: unknown, identityId: unknown, type: LifecycleEvent['type'], data: object) => ({
    specversion: '1.0' as const,
    id: event.eventID,
    source: poolArn(place, String(poolId)),
    type,
    subject: String(identityId),
    time: event.eventTime,
    datacontenttype: 'application/json' as const,
    data: {
      identityPoolId: poolId,
      ...(event.requestID !== '' && { requestId: event.requestID }),
      ...data,
    },
  });
  if (eventType === 'AwsServiceEvent') {
    const known = types[eventName];
    if (known === undefined) return undefined;
    const { identityPoolId, identityId } = told;
    const data = Object.fromEntries(known.tells.map((name) => [name, told[name]]));
    return about(identityPoolId, identityId, known.type, { identityId, ...data });
  }
  if (eventName === 'DeleteIdentityPool') {
    const { IdentityPoolId } = requestParameters as { IdentityPoolId: string };
    return about(IdentityPoolId, IdentityPoolId, 'daypass.pool.deleted', {});
  }
  // Sessions of roles that were assumed without an identity are nobody's in a pool.
  if (told.roleArn === undefined || told.identityPoolId === undefined) return undefined;
  const { identityPoolId, identityId, roleArn, expiration } = told;
  return about(identityPoolId, identityId, 'daypass.credentials.issued', { identityId, roleArn, expiration });
}
