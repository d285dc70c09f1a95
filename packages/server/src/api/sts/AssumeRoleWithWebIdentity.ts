import { assumptionRefused } from '../../access/assume.ts';
import type { Role } from '../../access/roles.ts';
import { operation } from '../protocol/operation.ts';
import { required, structure } from '../protocol/shape.ts';
import { findRole, lifetimeOf, notAuthorized, openSession } from './role-session.ts';
import type { StsServices } from './services.ts';
import { readSessionPolicies } from './session-policies.ts';
import { sessionTags } from './session-tags.ts';
import {
  arn,
  providerId,
  roleDuration,
  roleSessionName,
  sessionPolicies,
  webIdentityToken,
} from './shapes.ts';
import { webIdentityRefused } from './token-refusals.ts';
import { proveAccessToken, proveIdToken, type WebIdentity } from './web-identity.ts';

const action = 'sts:AssumeRoleWithWebIdentity';

/** Credentials of a role for whoever shows a token that the role trusts. */
export const AssumeRoleWithWebIdentity = operation({
  name: 'AssumeRoleWithWebIdentity',
  access: 'public',
  input: structure({
    RoleArn: required(arn),
    RoleSessionName: required(roleSessionName),
    WebIdentityToken: required(webIdentityToken),
    ProviderId: providerId,
    ...sessionPolicies,
    DurationSeconds: roleDuration,
  }),
  async handle(services: StsServices, input, { sourceIp }) {
    const role = await findRole(services, input.RoleArn);
    const identity = await prove(services, input.ProviderId, input.WebIdentityToken, role);
    const session = {
      name: input.RoleSessionName,
      ...sessionTags(identity.tags, identity.transitiveTagKeys),
      sourceIdentity: identity.sourceIdentity,
    };
    if (role === undefined) throw notAuthorized(action, `there is no role ${input.RoleArn}`);
    const refusals = identity.principals.map((federated) =>
      assumptionRefused(role, {
        action,
        principal: { federated },
        session,
        context: new Map([...identity.context, ['aws:sourceip', sourceIp]]),
        now: services.clock.now(),
      }),
    );
    // A provider of two names is let in under either, unless the role expressly denies one.
    const isDenied = refusals.some((refused) => refused?.decision.effect === 'ExplicitDeny');
    if (isDenied || !refusals.includes(undefined)) {
      const missing = refusals.find((refused) => refused !== undefined)?.action ?? action;
      throw notAuthorized(missing, `the trust policy of ${role.arn} does not allow it`);
    }
    const opened = await openSession(services, {
      role,
      session,
      policies: await readSessionPolicies(services, input),
      lifetime: lifetimeOf(role, input.DurationSeconds),
      origin: identity.origin,
    });
    return {
      ...opened,
      SubjectFromWebIdentityToken: identity.subject,
      Provider: identity.provider,
      Audience: identity.audience,
    };
  },
});

async function prove(
  services: StsServices,
  providerId: string | undefined,
  token: string,
  role: Role | undefined,
): Promise<WebIdentity> {
  try {
    return providerId === undefined
      ? await proveIdToken(services, token)
      : await proveAccessToken(services, providerId, token, role);
  } catch (error) {
    throw webIdentityRefused(error);
  }
}
