import { poolArn } from '../../access/arn.ts';
import type { AuditEvent } from '../../audit/event.ts';
import { ServiceError } from '../../errors.ts';
import { explainFederation, type Step } from '../../federation/explain.ts';
import type { IdentityId, PoolId } from '../../ids.ts';
import { arn, identityId, identityPoolId, logins } from '../cognito-identity/shapes.ts';
import { type Output, operation } from '../protocol/operation.ts';
import { list, required, string, structure } from '../protocol/shape.ts';
import { describeBroker } from './ExplainBrokers.ts';
import { describeStatement } from './explanation.ts';
import type { DaypassServices } from './services.ts';

/**
 * Why an exchange would go as it does: every step with its outcome, the role, the tags and what the session would be
 * allowed. Or, for the request id of an earlier refusal, the reason that its caller was not told.
 */
export const ExplainFederation = operation({
  name: 'ExplainFederation',
  access: {
    action: 'daypass:ExplainFederation',
    resource: ({ place }: DaypassServices, input) => poolArn(place, input.IdentityPoolId ?? '*'),
  },
  input: structure({
    IdentityPoolId: identityPoolId,
    IdentityId: identityId,
    Logins: logins,
    CustomRoleArn: arn,
    Actions: list(
      structure({
        Action: required(string({ min: 3, max: 128, pattern: '[\\w-]+:[\\w*]+' })),
        Resource: required(string({ min: 1, max: 2048 })),
      }),
      { max: 50 },
    ),
    RequestId: string({ min: 36, max: 36, pattern: '[0-9a-f-]+' }),
  }),
  async handle(services: DaypassServices, input) {
    if (input.RequestId !== undefined) return earlierRefusal(services, input.RequestId);
    if (input.IdentityPoolId === undefined) {
      throw new ServiceError('InvalidParameterException', 'Please provide an IdentityPoolId or a RequestId.');
    }
    const answer = await explainFederation(services.explain, {
      poolId: input.IdentityPoolId as PoolId,
      identityId: input.IdentityId as IdentityId | undefined,
      logins: input.Logins ?? {},
      customRoleArn: input.CustomRoleArn,
      asked: (input.Actions ?? []).map(({ Action, Resource }) => ({ action: Action, resource: Resource })),
    });
    return {
      Steps: answer.steps.map(describeStep),
      IdentityId: answer.identityId,
      RoleArn: answer.roleArn,
      PrincipalTags: answer.tags,
      Permissions: answer.permissions.map(({ action, resource, decision }) => ({
        Action: action,
        Resource: resource,
        Allowed: decision.allowed,
        Effect: decision.effect,
        Layer: decision.layer,
        Statement: decision.statement && { Source: decision.statement.source, Sid: decision.statement.sid },
      })),
    };
  },
});

/** From this process's memory, else from the audit log, where refusals of the other processes are kept too. */
async function earlierRefusal({ refusals, store }: DaypassServices, requestId: string): Promise<Output> {
  const refusal = refusals.find(requestId);
  if (refusal !== undefined) {
    const { operation, code, message, reason, at } = refusal;
    return {
      Refusal: { Operation: operation, Code: code, Message: message, Reason: reason, Date: new Date(at) },
    };
  }
  for (const { event, at } of await store.auditOfRequest(requestId)) {
    const { eventName, errorCode, errorMessage, additionalEventData } = event as AuditEvent;
    if (errorCode === undefined) continue;
    return {
      Refusal: {
        Operation: eventName,
        Code: errorCode,
        Message: errorMessage,
        Reason: additionalEventData?.reason,
        Date: new Date(at),
      },
    };
  }
  throw new ServiceError('ResourceNotFoundException', `No refusal of request '${requestId}' is remembered.`);
}

function describeStep({ name, outcome, detail, error, broker, statements }: Step): Output {
  return {
    Step: name,
    Outcome: outcome,
    Detail: detail,
    Error: error && { Code: error.code, Message: error.message },
    Broker: broker && describeBroker(broker),
    Statements: statements?.map(describeStatement),
  };
}
