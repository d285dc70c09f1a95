import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Listening, listen } from './listen.ts';

/**
 * An identity pool on loopback that answers in the wire shapes of AWS: `GetId` and `GetCredentialsForIdentity` in AWS
 * JSON 1.1, and the exchange of both in one round trip. It follows the AWS documentation on guests, linking, merging
 * and disabled identities; tokens are JWTs whose signature it does not look at.
 */
interface TestIdentityPool extends Listening {
  /** Forgets an identity, as `DeleteIdentities` does. */
  deleteIdentity(identityId: string): void;
}

interface Identity {
  readonly logins: Set<string>;
  disabled: boolean;
}

/** Seconds credentials live. */
const LIFETIME = 3600;

export async function startIdentityPool(
  pools: Record<string, { guests: boolean; providers: string[] }>,
): Promise<TestIdentityPool> {
  const identities = new Map<string, Identity>();
  const owners = new Map<string, string>();

  const poolOf = (input: Input) => {
    const pool = pools[input.IdentityPoolId ?? ''];
    if (!pool)
      throw new Refusal('ResourceNotFoundException', `IdentityPool '${input.IdentityPoolId}' not found.`);
    return pool;
  };

  const create = (poolId: string) => {
    const identityId = `${poolId.split(':')[0]}:${randomUUID()}`;
    identities.set(identityId, { logins: new Set(), disabled: false });
    return identityId;
  };

  const own = (identityId: string, logins: string[]) => {
    for (const login of logins) {
      identities.get(identityId)?.logins.add(login);
      owners.set(login, identityId);
    }
    return identityId;
  };

  const getId = (input: Input) => {
    const pool = poolOf(input);
    const logins = verify(input.Logins, pool.providers);
    if (logins.length === 0 && !pool.guests) {
      throw notAuthorized('Unauthenticated access is not supported for this identity pool.');
    }
    const owner = logins.map((login) => owners.get(login)).find((id) => id !== undefined);
    return own(owner ?? create(input.IdentityPoolId ?? ''), logins);
  };

  const getCredentials = (input: Input, providers: string[]) => {
    let identityId = input.IdentityId ?? '';
    const identity = identities.get(identityId);
    if (!identity) throw new Refusal('ResourceNotFoundException', `Identity '${identityId}' not found.`);
    const logins = verify(input.Logins, providers);
    const isGuest = identity.logins.size === 0;
    if (identity.disabled || (logins.length === 0 && !isGuest)) {
      throw notAuthorized(`Access to Identity '${identityId}' is forbidden.`);
    }
    if (logins.length > 0 && !isGuest && !logins.some((login) => identity.logins.has(login))) {
      throw notAuthorized(
        "Logins don't match. Please include at least one valid login for this identity or identity pool.",
      );
    }
    const owner = logins
      .map((login) => owners.get(login))
      .find((id) => id !== undefined && id !== identityId);
    if (owner !== undefined) {
      identity.disabled = true;
      identityId = owner;
    }
    own(identityId, logins);
    return {
      IdentityId: identityId,
      Credentials: {
        AccessKeyId: `ASIA${randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase()}`,
        SecretKey: 'secret',
        SessionToken: `session of ${identityId} as ${input.CustomRoleArn ?? 'the default role'}`,
        Expiration: Math.floor(Date.now() / 1000) + LIFETIME,
      },
    };
  };

  const allProviders = Object.values(pools).flatMap(({ providers }) => providers);
  const answer = (request: IncomingMessage, input: Input) => {
    if (request.url === '/_daypass/federate') {
      const identityId = input.IdentityId ?? getId(input);
      return getCredentials({ ...input, IdentityId: identityId }, poolOf(input).providers);
    }
    switch (request.headers['x-amz-target']) {
      case 'AWSCognitoIdentityService.GetId':
        return { IdentityId: getId(input) };
      case 'AWSCognitoIdentityService.GetCredentialsForIdentity':
        return getCredentials(input, allProviders);
      default:
        throw new Refusal('UnknownOperationException', '');
    }
  };

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method === 'OPTIONS') return preflight(response);
    try {
      send(response, 200, answer(request, JSON.parse(Buffer.concat(chunks).toString())));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      response
        .setHeader('x-amzn-errortype', `${error.type}:`)
        .setHeader('x-amzn-errormessage', error.message);
      send(response, 400, { __type: error.type, message: error.message });
    }
  });

  const listening = await listen(server);
  return { ...listening, deleteIdentity: (identityId: string) => void identities.delete(identityId) };
}

interface Input {
  readonly IdentityPoolId?: string;
  readonly IdentityId?: string;
  readonly Logins?: Record<string, string>;
  readonly CustomRoleArn?: string;
}

class Refusal extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

const notAuthorized = (message: string) => new Refusal('NotAuthorizedException', message);

/** The logins as `provider subject`, once every token is one of its provider and still valid. */
function verify(logins: Record<string, string> = {}, providers: string[]): string[] {
  return Object.entries(logins).map(([provider, token]) => {
    if (!providers.includes(provider)) {
      throw notAuthorized('Token is not from a supported provider of this identity pool.');
    }
    const { iss, sub, exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    if (iss !== `https://${provider}`)
      throw notAuthorized("Invalid login token. Issuer doesn't match providerName");
    const now = Math.floor(Date.now() / 1000);
    if (now >= exp) throw notAuthorized(`Invalid login token. Token expired: ${now} >= ${exp}`);
    return `${provider} ${sub}`;
  });
}

/** A token of `subject` at the provider with this login key, valid for `lifetime` seconds. */
export function tokenOf(provider: string, subject: string, lifetime = 86_400): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: `https://${provider}`,
    aud: 'game',
    sub: subject,
    iat: now,
    exp: now + lifetime,
    jti: randomUUID(),
  };
  return `${part({ alg: 'RS256', kid: 'one' })}.${part(claims)}.c2lnbmF0dXJl`;
}

function send(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': randomUUID(),
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date',
      date: new Date().toUTCString(),
    })
    .end(JSON.stringify(body));
}

function preflight(response: ServerResponse): void {
  response
    .writeHead(200, {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type,x-amz-target',
    })
    .end();
}
