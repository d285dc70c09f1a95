import { type CompiledPolicy, type Context, denialMessage, type PrincipalSet } from '@daypass/policy';
import { assumptionRefused } from '../../access/assume.ts';
import type { Caller } from '../../access/caller.ts';
import { contextOf } from '../../access/policies.ts';
import type { Role } from '../../access/roles.ts';
import { ServiceError } from '../../errors.ts';
import { operation } from '../protocol/operation.ts';
import { list, required, string, structure } from '../protocol/shape.ts';
import { callerOf } from './caller.ts';
import { mfa, refuseMfa } from './mfa.ts';
import { findRole, lifetimeOf, openSession } from './role-session.ts';
import type { StsServices } from './services.ts';
import { readSessionPolicies } from './session-policies.ts';
import { sessionTags } from './session-tags.ts';
import {
  arn,
  externalId,
  roleDuration,
  roleSessionName,
  sessionPolicies,
  sourceIdentity,
  tagKeys,
  tags,
} from './shapes.ts';

/** Credentials of a role for a user, or for a session of another role. */
export const AssumeRole = operation({
  name: 'AssumeRole',
  // The trust policy of the role has the first word, and may make the caller's own policies unnecessary.
  access: 'any-signed',
  input: structure({
    RoleArn: required(arn),
    RoleSessionName: required(roleSessionName),
    ...sessionPolicies,
    DurationSeconds: roleDuration,
    Tags: tags,
    TransitiveTagKeys: tagKeys,
    ExternalId: externalId,
    ...mfa,
    SourceIdentity: sourceIdentity,
    ProvidedContexts: list(structure({ ProviderArn: arn, ContextAssertion: string({ min: 4, max: 2048 }) }), {
      min: 1,
      max: 5,
    }),
  }),
  async handle(services: StsServices, input, requestContext) {
    const caller = callerOf(requestContext);
    const policies = await services.policiesOf(caller);
    if (policies === undefined) throw denied('Roles may not be assumed by root accounts.');
    refuseMfa(input);
    if (input.ProvidedContexts !== undefined) {
      throw new ServiceError('ValidationError', 'ProvidedContexts are not supported.');
    }
    const before = caller.kind === 'session' ? caller : undefined;
    const session = {
      name: input.RoleSessionName,
      ...sessionTags(input.Tags, input.TransitiveTagKeys, before),
      sourceIdentity: keptSourceIdentity(before?.sourceIdentity, input.SourceIdentity),
    };
    const role = await findRole(services, input.RoleArn);
    const refused = assumptionRefused(
      // A role that is not there answers like one that trusts nobody.
      role ?? { arn: input.RoleArn, trust: trustsNobody },
      {
        action: 'sts:AssumeRole',
        principal: principalOf(caller),
        session,
        context: new Map([
          ...contextOf(caller),
          ...resourceTags(role),
          ...(input.ExternalId === undefined ? [] : [['sts:externalid', input.ExternalId] as const]),
          ['aws:sourceip', requestContext.sourceIp],
        ]),
        now: services.clock.now(),
      },
      policies,
    );
    if (refused !== undefined) {
      const { action, decision } = refused;
      throw denied(denialMessage(decision, { userArn: caller.arn, action, resource: input.RoleArn }));
    }
    if (role === undefined) throw new TypeError('a role that is not there let somebody in');
    return openSession(services, {
      role,
      session,
      policies: await readSessionPolicies(services, input),
      lifetime: lifetimeOf(role, input.DurationSeconds, caller.issuedAt !== undefined),
      // What an identity was given on the way can be taken back together with its first session.
      origin: {
        ...(before?.identityId !== undefined && { identityId: before.identityId }),
        ...(before?.poolId !== undefined && { poolId: before.poolId }),
      },
    });
  },
});

const trustsNobody: CompiledPolicy = { kind: 'trust', source: 'no trust policy', statements: [] };

function principalOf(caller: Caller): PrincipalSet {
  const { account, arn } = caller;
  return caller.kind === 'session' ? { account, arn, issuerArn: caller.roleArn } : { account, arn };
}

function resourceTags(role: Role | undefined): Context {
  const context = new Map<string, string>();
  for (const [key, value] of Object.entries(role?.document.tags ?? {})) {
    context.set(`aws:resourcetag/${key.toLowerCase()}`, value);
    context.set(`iam:resourcetag/${key.toLowerCase()}`, value);
  }
  return context;
}

/** Once set it goes along unchanged. Source: IAM User Guide, "Monitor and control actions taken with assumed roles". */
function keptSourceIdentity(before: string | undefined, asked: string | undefined): string | undefined {
  if (before !== undefined && asked !== undefined && asked !== before) {
    throw new ServiceError('ValidationError', 'The source identity of a session cannot be changed.');
  }
  return before ?? asked;
}

function denied(message: string): ServiceError {
  return new ServiceError('AccessDenied', message);
}
