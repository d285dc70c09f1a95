import { type Login, type LoginFields, proveLogin } from '../../tokens/login.ts';

/** The login of a user of an OpenID Connect provider, as a test wants it. */
export function loginOf(fields: Partial<LoginFields> = {}): Login {
  const { provider = 'login.example.test', subject = 'ada' } = fields;
  const roleMappingKey = `arn:aws:iam::000000000000:oidc-provider/${provider}`;
  return proveLogin({
    provider,
    subject,
    audience: 'game',
    issuer: `https://${provider}`,
    expiresAt: 0,
    roleMappingKey,
    amr: `${roleMappingKey}:OIDC:${subject}`,
    ...fields,
    claims: Object.freeze(Object.assign(Object.create(null), fields.claims)),
  });
}
