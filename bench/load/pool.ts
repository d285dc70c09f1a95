import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  CognitoIdentityClient,
  CreateIdentityPoolCommand,
  SetIdentityPoolRolesCommand,
} from '@aws-sdk/client-cognito-identity';
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { type ServerProcess, startServer } from './process.ts';

export const region = 'us-east-1';
/** The login key of the provider. */
export const issuer = 'login.bench.test';
const clientId = 'bench';

/** An OpenID provider whose tokens are made here as fast as a key can sign. */
export interface Provider {
  /** The value of `--provider-override`. */
  readonly override: string;
  readonly jwk: object;
  /** An ID token; another `jti` makes another token of the same user. */
  mint(subject: string, jti: string): string;
  close(): void;
}

export async function startProvider(): Promise<Provider> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'RS256', use: 'sig' };
  const server = createServer((request, response) => {
    const isDiscovery = request.url?.endsWith('/.well-known/openid-configuration');
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify(
        isDiscovery ? { issuer: `https://${issuer}`, jwks_uri: `https://${issuer}/jwks` } : { keys: [jwk] },
      ),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    override: `${issuer}=http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    jwk,
    mint(sub, jti) {
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        iss: `https://${issuer}`,
        aud: clientId,
        sub,
        jti,
        iat: now,
        exp: now + 7200,
        name: 'A Player',
      };
      const signed = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
      return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
    },
    close: () => server.close(),
  };
}

const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'bench', typ: 'JWT' })).toString('base64url');

const launcher = new URL('../../packages/cli/bin/daypass.js', import.meta.url).pathname;

/** `daypass start` with a data directory, believing the provider. */
export function startDaypass(
  provider: Provider,
  data: string,
  options: readonly string[] = [],
  cores: { readonly everyCore?: boolean } = {},
): Promise<ServerProcess> {
  const args = ['--port', '0', '--data', data, '--provider-override', provider.override, ...options];
  return startServer(launcher, ['start', ...args], { DAYPASS_LOG_LEVEL: 'warn' }, cores);
}

/** Makes a pool for users of the provider, with a role that they get; its id is returned. */
export async function makePool(endpoint: string, data: string): Promise<string> {
  const file = readFileSync(join(data, 'credentials'), 'utf8');
  const value = (name: string) => new RegExp(`${name} = (\\S+)`).exec(file)?.[1] ?? '';
  const credentials = {
    accessKeyId: value('aws_access_key_id'),
    secretAccessKey: value('aws_secret_access_key'),
  };
  const iam = new IAMClient({ endpoint, region, credentials });
  const cognito = new CognitoIdentityClient({ endpoint, region, credentials });
  const { OpenIDConnectProviderArn = '' } = await iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: `https://${issuer}`, ClientIDList: [clientId] }),
  );
  const { IdentityPoolId = '' } = await cognito.send(
    new CreateIdentityPoolCommand({
      IdentityPoolName: 'bench',
      AllowUnauthenticatedIdentities: false,
      OpenIdConnectProviderARNs: [OpenIDConnectProviderArn],
    }),
  );
  const trust = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: 'cognito-identity.amazonaws.com' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { 'cognito-identity.amazonaws.com:aud': IdentityPoolId },
        'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' },
      },
    },
  };
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: 'Bench', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  await cognito.send(
    new SetIdentityPoolRolesCommand({ IdentityPoolId, Roles: { authenticated: Role?.Arn ?? '' } }),
  );
  return IdentityPoolId;
}

/** The headers of a request for an operation of Cognito Identity. */
export function headersOf(operation: string): Readonly<Record<string, string>> {
  return {
    'Content-Type': 'application/x-amz-json-1.1',
    'X-Amz-Target': `AWSCognitoIdentityService.${operation}`,
  };
}
