import { type CognitoIdentityProvider, type Login, type PoolProviders, proveLogin } from './login.ts';
import { type OidcVerifier, type ProvenClaims, presentedAudience } from './oidc.ts';
import { TokenRefused } from './refusal.ts';

/**
 * Asks a user pool whether a user is still signed in there. False when the user was signed out everywhere or
 * deleted.
 */
export type ServerSideTokenCheck = (login: {
  readonly providerName: string;
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
}) => Promise<boolean>;

/**
 * Verifies id tokens of Amazon Cognito user pools, login key `cognito-idp.<region>.amazonaws.com/<user pool id>`.
 * Undefined when the pool accepts no client of this user pool. Role mappings and tag maps may use every claim,
 * `cognito:groups`, `cognito:roles`, `cognito:preferred_role` and `custom:*` among them.
 * Source: Amazon Cognito Developer Guide, "Verifying JSON web tokens" (issuer, keys, `token_use`, `aud`).
 */
export function verifyUserPool(
  key: string,
  token: string,
  providers: PoolProviders,
  {
    oidc,
    serverSideTokenCheck,
  }: { oidc: OidcVerifier; serverSideTokenCheck?: ServerSideTokenCheck | undefined },
): Login | Promise<Login> | undefined {
  const clients = providers.cognitoIdentityProviders.filter(({ providerName }) => providerName === key);
  if (clients.length === 0) return undefined;
  const issuer = `https://${key}`;
  const source = { providerKey: key, issuer, jwksUri: `${issuer}/.well-known/jwks.json` };
  const proven = oidc.prove(token, source);
  const conclude = (proven: ProvenClaims): Login | Promise<Login> => {
    const client = clientOf(proven, clients);
    const login = userPoolLogin(key, proven, client);
    return client.serverSideTokenCheck ? checkAtServer(login, serverSideTokenCheck) : login;
  };
  return proven instanceof Promise ? proven.then(conclude) : conclude(proven);
}

function clientOf(
  { claims }: ProvenClaims,
  clients: readonly CognitoIdentityProvider[],
): CognitoIdentityProvider {
  // An access token has no `aud`, and Cognito answers exactly that.
  const [audience, ...others] = presentedAudience(claims);
  if (claims.token_use !== 'id') throw new TokenRefused({ kind: 'not-a-jwt' }, 'token_use is not id');
  const client = clients.find(({ clientId }) => clientId === audience);
  if (!client || others.length > 0) {
    throw new TokenRefused(
      { kind: 'unsupported-provider' },
      'the token is of another client of the user pool',
    );
  }
  return client;
}

function userPoolLogin(key: string, proven: ProvenClaims, { clientId }: CognitoIdentityProvider): Login {
  return proveLogin({
    provider: key,
    ...proven,
    audience: clientId,
    roleMappingKey: `${key}:${clientId}`,
    amr: `${key}:CognitoSignIn:${proven.subject}`,
  });
}

/** A check that was asked for and cannot be made is a check that failed. */
async function checkAtServer(login: Login, check: ServerSideTokenCheck | undefined): Promise<Login> {
  if (!check) {
    throw new TokenRefused(
      { kind: 'denied' },
      'the pool wants ServerSideTokenCheck, but no check of user pools is configured',
    );
  }
  const { provider: providerName, subject, claims } = login;
  const isSignedIn = await check({ providerName, subject, claims }).catch((cause: unknown) => {
    throw new TokenRefused({ kind: 'provider-unavailable' }, 'the user pool could not be asked', { cause });
  });
  if (!isSignedIn) {
    throw new TokenRefused({ kind: 'denied' }, 'the user was signed out of the user pool or deleted there');
  }
  return login;
}
