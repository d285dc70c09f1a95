import type { BrokerTrial } from '../../credentials/sts.ts';
import { type BrokeredRole, describeTrial, explainBrokers } from '../../federation/explain-brokers.ts';
import type { PoolId } from '../../ids.ts';
import { identityPoolId } from '../cognito-identity/shapes.ts';
import { type Output, operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { daypassPool } from './resources.ts';
import type { DaypassServices } from './services.ts';

/**
 * Whether the foreign STSs of a pool's brokered roles give sessions: each is really asked for one, as an identity that nobody
 * has, and what it gives is thrown away.
 */
export const ExplainBrokers = operation({
  name: 'ExplainBrokers',
  access: { action: 'daypass:ExplainBrokers', resource: daypassPool },
  input: structure({ IdentityPoolId: required(identityPoolId) }),
  async handle(services: DaypassServices, { IdentityPoolId }) {
    const roles = await explainBrokers(services.federation, IdentityPoolId as PoolId);
    return { Roles: roles.map(describeRole) };
  },
});

/** `Outcome`: `ok`, `refused` by the STS or by the pool's settings, or `untried` because of the role here. */
function describeRole({ roleArn, isGuest, trial, refusal }: BrokeredRole): Output {
  return {
    RoleArn: roleArn,
    Guest: isGuest,
    Outcome: trial === undefined ? 'untried' : trial.refusal === undefined ? 'ok' : 'refused',
    Detail: trial === undefined ? refusal?.reason : describeTrial(trial),
    Broker: trial && describeBroker(trial),
  };
}

/** What a foreign STS was asked for; without a session name it was not asked. */
export function describeBroker({ endpoint, roleArn, asked }: BrokerTrial): Output {
  return {
    Endpoint: endpoint,
    RoleArn: roleArn,
    SessionName: asked?.roleSessionName,
    DurationSeconds: asked?.durationSeconds,
    SessionPolicy: asked?.policy,
    PolicyArns: asked?.policyArns,
  };
}
