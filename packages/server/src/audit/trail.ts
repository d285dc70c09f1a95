import { AsyncLocalStorage } from 'node:async_hooks';
import type { Place } from '../access/arn.ts';
import type { Caller } from '../access/caller.ts';
import type { Clock } from '../clock.ts';
import type { ServiceError } from '../errors.ts';
import type { PoolId } from '../ids.ts';
import type { IdentityChange } from '../store/store.ts';
import { type AuditEvent, auditEvent, callEvent, isReadOnly } from './event.ts';
import type { Call, DeletedIdentity, RequestRecord } from './request.ts';

/** A request to the data plane that was refused. */
export interface GatewayDenial {
  readonly requestId: string;
  readonly caller: Caller | undefined;
  readonly action: string | undefined;
  readonly resource: string | undefined;
  readonly reason: string;
}

/** Where events go: everything to the sinks, and what administrators did and who was refused to the store as well. */
export interface Recorder {
  /** False when there is no sink: events that are not to be kept then need not be made. */
  readonly forwards: boolean;
  record(event: AuditEvent, options: { readonly keep: boolean }): void;
}

/** Follows requests through the service and records what they came to. */
export interface Trail {
  /** Runs the serving of one request; what it does on the way is noted for it. */
  follow<T>(requestId: string, sourceIp: string, serve: () => T): T;
  /** Notes something about the request that is being served, if one is. */
  note(change: (record: RequestRecord) => void): void;
  /** Whether anybody is told what happens to identities. */
  readonly forwards: boolean;
  /** Identities are gone: by the request that is being served, or by themselves. */
  deleted(identities: readonly DeletedIdentity[]): void;
  /** A call of the API has its answer; called within `follow`. */
  answered(call: Call, error: ServiceError | undefined): void;
  /** `service` by its signing name. */
  denied(service: string, denial: GatewayDenial): void;
}

export function openTrail(options: {
  readonly place: Place;
  readonly clock: Clock;
  readonly recorder: Recorder;
}): Trail {
  const { place, clock, recorder } = options;
  const requests = new AsyncLocalStorage<RequestRecord>();

  /** What a request brought about. */
  function tell(at: number, record: RequestRecord): void {
    const { changes, deleted = [] } = record;
    for (const told of [...changes.flatMap(tellingsOf), ...deleted.map(tellingOfDeletion)]) {
      const event = auditEvent(place, at, record, { ...told, eventType: 'AwsServiceEvent' });
      recorder.record(event, { keep: false });
    }
  }

  return {
    forwards: recorder.forwards,

    follow: (requestId, sourceIp, serve) => requests.run({ requestId, sourceIp, changes: [] }, serve),

    note(change) {
      const record = requests.getStore();
      if (record !== undefined) change(record);
    },

    deleted(identities) {
      if (!recorder.forwards) return;
      const record = requests.getStore();
      if (record === undefined) {
        tell(clock.now(), { requestId: '', sourceIp: 'daypass', changes: [], deleted: identities });
      } else record.deleted = [...(record.deleted ?? []), ...identities];
    },

    answered(call, error) {
      const record = requests.getStore();
      if (record === undefined) return;
      const at = clock.now();
      const { operation } = call;
      const handsOut = record.grant !== undefined || tokenOperations.has(operation);
      const isChange = record.caller !== undefined && !handsOut && !isReadOnly(operation);
      const keep = error !== undefined || isChange || operation === consoleSignIn;
      if (keep || (handsOut && recorder.forwards)) {
        recorder.record(callEvent(place, at, record, call, error), { keep });
      }
      if (recorder.forwards) tell(at, record);
    },

    denied(service, { requestId, caller, action, resource, reason }) {
      const record = {
        requestId,
        sourceIp: requests.getStore()?.sourceIp ?? '',
        changes: [],
        ...(caller && { caller }),
      };
      const event = auditEvent(place, clock.now(), record, {
        eventSource: `${service}.amazonaws.com`,
        eventName: action?.slice(action.indexOf(':') + 1) ?? 'Unknown',
        errorCode: 'AccessDenied',
        requestParameters: resource === undefined ? null : { resource },
        additionalEventData: { reason },
        managementEvent: false,
        eventCategory: 'Data',
      });
      recorder.record(event, { keep: true });
    },
  };
}

/** Who came in as an administrator is kept like what administrators do. */
const consoleSignIn = 'SignInToConsole';

/** Operations that hand out one of the pools' own tokens. */
const tokenOperations = new Set(['GetOpenIdToken', 'GetOpenIdTokenForDeveloperIdentity']);

type Telling = Pick<AuditEvent, 'eventSource' | 'eventName' | 'additionalEventData'>;

function telling(poolId: PoolId, eventName: string, data: object): Telling {
  return {
    eventSource: 'cognito-identity.amazonaws.com',
    eventName,
    additionalEventData: { identityPoolId: poolId, ...data },
  };
}

function tellingOfDeletion({ poolId, identityId }: DeletedIdentity): Telling {
  return telling(poolId, 'IdentityDeleted', { identityId });
}

/** What a change of identities means, in the words of federation. */
function tellingsOf(change: IdentityChange): readonly Telling[] {
  const { poolId, create = [], update = [], addLogins = [], moveLogins = [], removeLogins = [] } = change;
  const about = (eventName: string, data: object) => telling(poolId, eventName, data);
  // Whom a merge disables it disables for the sake of another; a guest has no logins that would move.
  const survivor = update.find(({ enabled }) => enabled)?.identityId;
  const disabled = update.filter(({ enabled }) => !enabled);
  const isOnlyEnabled = [...create, ...disabled, ...addLogins, ...moveLogins, ...removeLogins].length === 0;
  return [
    ...create.map((identityId) => about('IdentityCreated', { identityId })),
    ...addLogins.map((login) => about('LoginLinked', login)),
    ...removeLogins.map((login) => about('LoginUnlinked', login)),
    ...disabled.map(({ identityId }) =>
      survivor === undefined
        ? about('IdentityDisabled', { identityId })
        : about('IdentityMerged', { identityId, into: survivor }),
    ),
    ...(survivor !== undefined && isOnlyEnabled ? [about('IdentityEnabled', { identityId: survivor })] : []),
  ];
}
