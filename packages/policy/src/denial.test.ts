import { expect, it } from 'vitest';
import { denialMessage } from './denial.ts';
import type { Decision } from './evaluate.ts';

const WHO = {
  userArn: 'arn:aws:sts::111122223333:assumed-role/Players/CognitoIdentityCredentials',
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::b/k',
};
const START = `User: ${WHO.userArn} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k`;

it.each<[Decision['effect'], Decision['layer'], string]>([
  ['ImplicitDeny', 'identity', 'because no identity-based policy allows the s3:GetObject action'],
  ['ImplicitDeny', 'resource', 'because no resource-based policy allows the s3:GetObject action'],
  ['ImplicitDeny', 'boundary', 'because no permissions boundary allows the s3:GetObject action'],
  ['ImplicitDeny', 'session', 'because no session policy allows the s3:GetObject action'],
  ['ImplicitDeny', 'trust', 'because no role trust policy allows the s3:GetObject action'],
  ['ExplicitDeny', 'identity', 'with an explicit deny in an identity-based policy'],
  ['ExplicitDeny', 'resource', 'with an explicit deny in a resource-based policy'],
  ['ExplicitDeny', 'boundary', 'with an explicit deny in a permissions boundary'],
  ['ExplicitDeny', 'session', 'with an explicit deny in a session policy'],
  ['ExplicitDeny', 'trust', 'with an explicit deny in the role trust policy'],
])('%s by %s: %s', (effect, layer, ending) => {
  expect(denialMessage({ allowed: false, effect, layer }, WHO)).toBe(`${START} ${ending}`);
});
