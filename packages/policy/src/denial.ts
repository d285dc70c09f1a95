import type { Decision, PolicyLayer } from './evaluate.ts';

const POLICY_OF: Readonly<Record<PolicyLayer, { readonly implicit: string; readonly explicit: string }>> = {
  identity: { implicit: 'no identity-based policy allows', explicit: 'an identity-based policy' },
  resource: { implicit: 'no resource-based policy allows', explicit: 'a resource-based policy' },
  boundary: { implicit: 'no permissions boundary allows', explicit: 'a permissions boundary' },
  session: { implicit: 'no session policy allows', explicit: 'a session policy' },
  trust: { implicit: 'no role trust policy allows', explicit: 'the role trust policy' },
};

/** AWS's text for a refused request. Source: IAM User Guide, "Troubleshoot access denied error messages". */
export function denialMessage(
  decision: Decision,
  who: { readonly userArn: string; readonly action: string; readonly resource: string },
): string {
  const policy = POLICY_OF[decision.layer];
  const reason =
    decision.effect === 'ExplicitDeny'
      ? `with an explicit deny in ${policy.explicit}`
      : `because ${policy.implicit} the ${who.action} action`;
  return `User: ${who.userArn} is not authorized to perform: ${who.action} on resource: ${who.resource} ${reason}`;
}
