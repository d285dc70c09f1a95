import { assumptionRefused } from '../../access/assume.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { findRole, lifetimeOf, notAuthorized, openSession } from './role-session.ts';
import { proveSaml } from './saml-identity.ts';
import type { StsServices } from './services.ts';
import { readSessionPolicies } from './session-policies.ts';
import { sessionTags } from './session-tags.ts';
import { arn, roleDuration, samlAssertion, sessionPolicies } from './shapes.ts';
import { rejectSaml } from './token-refusals.ts';

const action = 'sts:AssumeRoleWithSAML';

/** Credentials of a role that a SAML provider offers to one of its users, once for each assertion. */
export const AssumeRoleWithSAML = operation({
  name: 'AssumeRoleWithSAML',
  access: 'public',
  input: structure({
    RoleArn: required(arn),
    PrincipalArn: required(arn),
    SAMLAssertion: required(samlAssertion),
    ...sessionPolicies,
    DurationSeconds: roleDuration,
  }),
  async handle(services: StsServices, input, { sourceIp }) {
    const role = await findRole(services, input.RoleArn);
    const identity = await proveSaml(services, {
      response: input.SAMLAssertion,
      principalArn: input.PrincipalArn,
      roleArn: input.RoleArn,
    });
    const session = {
      name: identity.sessionName,
      ...sessionTags(identity.tags, identity.transitiveTagKeys),
      sourceIdentity: identity.sourceIdentity,
    };
    if (role === undefined) throw notAuthorized(action, `there is no role ${input.RoleArn}`);
    const refused = assumptionRefused(role, {
      action,
      principal: { federated: input.PrincipalArn },
      session,
      context: new Map([...identity.context, ['aws:sourceip', sourceIp]]),
      now: services.clock.now(),
    });
    if (refused !== undefined) {
      throw notAuthorized(refused.action, `the trust policy of ${role.arn} does not allow it`);
    }
    const { nameQualifier, subjectType } = identity;
    const { issuer, recipient, subject } = identity.assertion;
    const opened = await openSession(services, {
      role,
      session,
      policies: await readSessionPolicies(services, input),
      lifetime: lifetimeOf(role, shorterOf(input.DurationSeconds, identity.sessionDuration)),
      origin: {
        federation: {
          provider: input.PrincipalArn,
          audience: recipient,
          subject,
          amr: [],
          saml: { nameQualifier, ...(subjectType !== undefined && { subjectType }) },
        },
      },
      admit: () => services.tokens.spendSaml(identity.assertion).catch(rejectSaml),
    });
    return {
      ...opened,
      Subject: subject,
      SubjectType: subjectType,
      Issuer: issuer,
      Audience: recipient,
      NameQualifier: nameQualifier,
    };
  },
});

function shorterOf(asked: number | undefined, offered: number | undefined): number | undefined {
  if (asked === undefined) return offered;
  return offered === undefined ? asked : Math.min(asked, offered);
}
