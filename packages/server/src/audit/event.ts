import type { Place } from '../access/arn.ts';
import type { Caller } from '../access/caller.ts';
import type { ServiceError } from '../errors.ts';
import { requestParameters, responseElements } from './redact.ts';
import type { Call, RequestRecord } from './request.ts';
import { uuid7 } from './uuid7.ts';

/** An event in the shape of CloudTrail's records. Source: CloudTrail User Guide, "CloudTrail record contents". */
export interface AuditEvent {
  readonly eventVersion: '1.11';
  readonly userIdentity: Readonly<Record<string, unknown>>;
  /** ISO 8601. */
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: unknown;
  readonly responseElements: unknown;
  /** Why: the role and the grounds it was given on, the precise reason of a refusal. */
  readonly additionalEventData?: Readonly<Record<string, unknown>>;
  readonly requestID: string;
  /** A UUID version 7. */
  readonly eventID: string;
  readonly readOnly: boolean;
  /** `AwsServiceEvent`: not a call, but what a call brought about. */
  readonly eventType: 'AwsApiCall' | 'AwsServiceEvent';
  readonly managementEvent: boolean;
  readonly recipientAccountId: string;
  readonly eventCategory: 'Management' | 'Data';
}

type Told = Pick<AuditEvent, 'eventSource' | 'eventName'> & Partial<AuditEvent>;

/** Completes an event with what every one has; `at` in milliseconds since the epoch. */
export function auditEvent(place: Place, at: number, record: RequestRecord, told: Told): AuditEvent {
  return {
    eventVersion: '1.11',
    userIdentity: userIdentity(record.caller),
    eventTime: new Date(at).toISOString(),
    awsRegion: place.region,
    sourceIPAddress: record.sourceIp,
    requestParameters: null,
    responseElements: null,
    requestID: record.requestId,
    eventID: uuid7(at),
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: place.account,
    eventCategory: 'Management',
    ...told,
  };
}

/** A call of the API, as far as it came. */
export function callEvent(
  place: Place,
  at: number,
  record: RequestRecord,
  { service, operation }: Call,
  error: ServiceError | undefined,
): AuditEvent {
  const { input, output, grant } = record;
  const data = {
    ...(grant && {
      roleArn: grant.roleArn,
      sessionName: grant.sessionName,
      expiration: new Date(grant.expiresAt).toISOString(),
      ...(grant.poolId !== undefined && { identityPoolId: grant.poolId, identityId: grant.identityId }),
      ...(grant.federation && { federation: grant.federation }),
      ...(Object.keys(grant.tags).length > 0 && { principalTags: grant.tags }),
      ...(grant.sessionPolicyArns && { sessionPolicyArns: grant.sessionPolicyArns }),
    }),
    ...(error?.reason !== undefined && { reason: error.reason }),
  };
  return auditEvent(place, at, record, {
    eventSource: ofAws.has(service) ? `${service}.amazonaws.com` : 'daypass',
    eventName: operation,
    readOnly: isReadOnly(operation),
    requestParameters: input === undefined ? null : requestParameters(input),
    responseElements: error === undefined ? responseElements(output) : null,
    ...(error && { errorCode: error.code, errorMessage: error.message }),
    ...(Object.keys(data).length > 0 && { additionalEventData: data }),
  });
}

/** Services that are AWS's own; the others are ours. */
const ofAws = new Set(['cognito-identity', 'iam', 'sts']);

/** Operations that begin like a question and change something or hand something out nevertheless. */
const notReadOnly = new Set([
  'GetCredentialsForIdentity',
  'GetId',
  'GetOpenIdToken',
  'GetOpenIdTokenForDeveloperIdentity',
]);

export function isReadOnly(operation: string): boolean {
  return /^(?:Get|List|Describe|Lookup|Find|Explain|Simulate)/.test(operation) && !notReadOnly.has(operation);
}

function userIdentity(caller: Caller | undefined): AuditEvent['userIdentity'] {
  if (caller === undefined) return { type: 'Unknown' };
  const { arn, account: accountId, accessKeyId, userId: principalId } = caller;
  const common = { principalId, arn, accountId, accessKeyId };
  switch (caller.kind) {
    case 'root':
      return { type: 'Root', ...common };
    case 'user':
      return { type: 'IAMUser', ...common, userName: caller.userName };
    case 'session':
      return {
        type: 'AssumedRole',
        ...common,
        sessionContext: {
          sessionIssuer: { type: 'Role', arn: caller.roleArn, userName: caller.roleName, accountId },
          attributes: { creationDate: new Date(caller.issuedAt).toISOString() },
          ...(caller.federation && {
            webIdFederationData: {
              federatedProvider: caller.federation.provider,
              attributes: { aud: caller.federation.audience, sub: caller.federation.subject },
            },
          }),
        },
      };
  }
}
