import type { StatementName } from '@daypass/policy';
import { poolArn } from '../../access/arn.ts';
import { ServiceError } from '../../errors.ts';
import { type AccessQuestion, explainAccess, type SessionAccess } from '../../federation/explain-access.ts';
import type { IdentityId, PoolId } from '../../ids.ts';
import { arn, identityId, identityPoolId } from '../cognito-identity/shapes.ts';
import { type Output, operation } from '../protocol/operation.ts';
import { type Infer, list, map, required, string, structure } from '../protocol/shape.ts';
import { describeStatement } from './explanation.ts';
import type { DaypassServices } from './services.ts';

const input = structure({
  IdentityPoolId: identityPoolId,
  IdentityId: identityId,
  RoleArn: arn,
  Action: required(string({ min: 3, max: 128, pattern: '[\\w-]+:\\w+' })),
  Resource: required(string({ min: 1, max: 2048 })),
  /** What the tokens would bring; of the others those are known that follow from the user's subject. */
  PrincipalTags: map(string({ min: 1, max: 128 }), string({ max: 256 }), { max: 50 }),
  /** Condition keys of the request, each with its values. */
  Context: map(string({ min: 1, max: 256 }), list(string({ max: 2048 }), { min: 1, max: 100 }), { max: 50 }),
});

/**
 * Whether an identity, or whoever has a role, may do something: one answer for every session that can come about, with
 * the statement that decides and what kept the others from applying.
 */
export const ExplainAccess = operation({
  name: 'ExplainAccess',
  access: {
    action: 'daypass:ExplainAccess',
    // What is told of a role to those who may ask about a pool is told only if the role lets the pool's identity in.
    resource: ({ place }: DaypassServices, { IdentityPoolId, RoleArn }) =>
      IdentityPoolId === undefined ? (RoleArn ?? '*') : poolArn(place, IdentityPoolId),
  },
  input,
  async handle(services: DaypassServices, given) {
    const { enabled, sessions, undetermined } = await explainAccess(services.explain, questionOf(given));
    return { Enabled: enabled, Sessions: sessions.map(describeSession), Undetermined: undetermined };
  },
});

function questionOf(given: Infer<typeof input>): AccessQuestion {
  const { Action, Resource, PrincipalTags = {}, Context = {} } = given;
  return {
    who: whoOf(given),
    action: Action,
    resource: Resource,
    tags: PrincipalTags,
    context: new Map(
      Object.entries(Context).map(([key, values]) => {
        const [only = '', ...more] = values;
        return [key.toLowerCase(), more.length === 0 ? only : values];
      }),
    ),
  };
}

function whoOf({ IdentityPoolId, IdentityId, RoleArn }: Infer<typeof input>): AccessQuestion['who'] {
  if (IdentityPoolId !== undefined && IdentityId !== undefined) {
    return { poolId: IdentityPoolId as PoolId, identityId: IdentityId as IdentityId, roleArn: RoleArn };
  }
  if (IdentityPoolId === undefined && IdentityId === undefined && RoleArn !== undefined)
    return { roleArn: RoleArn };
  throw new ServiceError(
    'InvalidParameterException',
    'Please provide an IdentityId with its IdentityPoolId, or a RoleArn.',
  );
}

function describeSession(session: SessionAccess): Output {
  const { roleArn, because } = session;
  if ('refused' in session) return { RoleArn: roleArn, Because: because, Refused: session.refused };
  const { grant, verdict } = session;
  const { decision, statements } = verdict;
  const deciding = (name: StatementName): boolean =>
    name.source === decision.statement?.source && name.index === decision.statement.index;
  return {
    RoleArn: roleArn,
    Because: because,
    Arn: grant.arn,
    PrincipalTags: grant.tags,
    SessionPolicy: grant.sessionPolicy,
    SessionPolicyArns: grant.sessionPolicyArns,
    Allowed: decision.allowed,
    Effect: decision.effect,
    Layer: decision.layer,
    Denial: verdict.denial,
    Statements: statements.map((statement) => ({
      ...describeStatement(statement),
      Index: statement.index,
      Layer: statement.layer,
      Decides: statement.layer === decision.layer && deciding(statement),
      Text: verdict.textOf(statement),
    })),
  };
}
