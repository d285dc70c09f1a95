import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CognitoIdentityClient,
  CreateIdentityPoolCommand,
  GetIdCommand,
  SetIdentityPoolRolesCommand,
} from '@aws-sdk/client-cognito-identity';
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { type ServerProcess, startServer } from './load/process.ts';
import { load, type Measured } from './load/wrk.ts';

const issuer = 'login.bench.test';
const clientId = 'bench';
/** More than any token cache holds, so that walking through them in a circle never meets a known one. */
const distinctTokens = 24_000;
const identities = 500;
const connections = 32;
const seconds = 4;
const rounds = 3;

/**
 * GetCredentialsForIdentity with tokens never seen before (cold) and with one token (warm), beside a bare node:http
 * server that does one RS256 verification a request, and one that does nothing: each in a process of its own, loaded
 * in turn on the same machine. The figures are the medians of several rounds.
 */
export async function run(): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'RS256', use: 'sig' };
  const provider = await startProvider(jwk);
  const data = mkdtempSync(join(tmpdir(), 'daypass-bench-'));
  const running: ServerProcess[] = [];
  try {
    const main = new URL('../packages/cli/bin/daypass.js', import.meta.url).pathname;
    const override = `${issuer}=http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    const daypass = await startServer(
      main,
      ['start', '--port', '0', '--data', data, '--provider-override', override],
      {
        DAYPASS_LOG_LEVEL: 'warn',
      },
    );
    running.push(daypass);
    const bare = await startServer(new URL('./load/bare.ts', import.meta.url).pathname, []);
    running.push(bare);
    const bareVerify = await startServer(new URL('./load/bare.ts', import.meta.url).pathname, [], {
      BARE_VERIFY_KEY: JSON.stringify(jwk),
    });
    running.push(bareVerify);

    const poolId = await configure(daypass.url, data);
    console.log(`signing ${distinctTokens} tokens …`);
    const cold = await requests(daypass.url, poolId, privateKey);
    const warm = cold.slice(0, 1);
    const contenders: readonly (readonly [string, ServerProcess, readonly string[]])[] = [
      ['bare node:http + RS256 verify', bareVerify, cold],
      ['Daypass, cold tokens', daypass, cold],
      ['bare node:http', bare, warm],
      ['Daypass, warm token', daypass, warm],
    ];
    const results = new Map<string, Result[]>();
    for (let round = 0; round <= rounds; round++) {
      for (const [name, server, bodies] of contenders) {
        const before = server.processorTime();
        const measured = await load({
          url: server.url,
          headers,
          bodies,
          connections,
          seconds: round === 0 ? 2 : seconds,
        });
        const processor = (server.processorTime() - before) / measured.requests;
        if (measured.errors > 0) throw new Error(`${name}: ${measured.errors} answers were errors`);
        // The first round warms up every server and is not counted.
        if (round > 0) results.set(name, [...(results.get(name) ?? []), { ...measured, processor }]);
      }
    }
    report(results, new Map(contenders.map(([name, server]) => [name, server.memory()])));
  } finally {
    for (const server of running) await server.stop();
    provider.close();
    rmSync(data, { recursive: true, force: true });
  }
}

const headers = {
  'Content-Type': 'application/x-amz-json-1.1',
  'X-Amz-Target': 'AWSCognitoIdentityService.GetCredentialsForIdentity',
};

function startProvider(jwk: object): Promise<Server> {
  const server = createServer((request, response) => {
    const isDiscovery = request.url?.endsWith('/.well-known/openid-configuration');
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify(
        isDiscovery ? { issuer: `https://${issuer}`, jwks_uri: `https://${issuer}/jwks` } : { keys: [jwk] },
      ),
    );
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

async function configure(endpoint: string, data: string): Promise<string> {
  const file = readFileSync(join(data, 'credentials'), 'utf8');
  const value = (name: string) => new RegExp(`${name} = (\\S+)`).exec(file)?.[1] ?? '';
  const credentials = {
    accessKeyId: value('aws_access_key_id'),
    secretAccessKey: value('aws_secret_access_key'),
  };
  const iam = new IAMClient({ endpoint, region: 'us-east-1', credentials });
  const cognito = new CognitoIdentityClient({ endpoint, region: 'us-east-1', credentials });
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

/** Request bodies, each with a token of its own; the subjects take turns. */
async function requests(endpoint: string, poolId: string, key: KeyObject): Promise<readonly string[]> {
  const cognito = new CognitoIdentityClient({ endpoint, region: 'us-east-1' });
  const identityIds: string[] = [];
  for (let subject = 0; subject < identities; subject++) {
    const token = mint(key, `user-${subject}`, `first-${subject}`);
    const { IdentityId = '' } = await cognito.send(
      new GetIdCommand({ IdentityPoolId: poolId, Logins: { [issuer]: token } }),
    );
    identityIds.push(IdentityId);
  }
  return Array.from({ length: distinctTokens }, (_, index) => {
    const subject = index % identities;
    return JSON.stringify({
      IdentityId: identityIds[subject],
      Logins: { [issuer]: mint(key, `user-${subject}`, String(index)) },
    });
  });
}

const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'bench', typ: 'JWT' })).toString('base64url');

function mint(key: KeyObject, subject: string, jti: string): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: `https://${issuer}`,
    aud: clientId,
    sub: subject,
    jti,
    iat: now,
    exp: now + 7200,
    name: 'A Player',
  };
  const signed = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

/** With the processor time of one request in microseconds, which other work on the machine disturbs least. */
type Result = Measured & { readonly processor: number };

function report(results: ReadonlyMap<string, readonly Result[]>, memory: ReadonlyMap<string, number>): void {
  const median = (name: string): Result => {
    const sorted = [...(results.get(name) ?? [])].sort((a, b) => a.requestsPerSecond - b.requestsPerSecond);
    const middle = sorted[Math.floor(sorted.length / 2)];
    if (middle === undefined) throw new Error(`${name} was not measured`);
    return middle;
  };
  const ratio = (a: string, b: string) =>
    (median(a).requestsPerSecond / median(b).requestsPerSecond).toFixed(2);
  console.log(
    `\ncold: ${ratio('Daypass, cold tokens', 'bare node:http + RS256 verify')} of bare node:http + RS256 verify (goal 0.80)`,
  );
  console.log(`warm: ${ratio('Daypass, warm token', 'bare node:http')} of bare node:http (goal 0.60)\n`);
  for (const name of results.keys()) {
    const { requestsPerSecond, p50, p99, processor } = median(name);
    const megabytes = Math.round((memory.get(name) ?? 0) / 1e6);
    console.log(
      `${name.padEnd(32)} ${String(requestsPerSecond).padStart(7)} req/s   p50 ${p50.toFixed(2)} ms   p99 ${p99.toFixed(2)} ms   ${processor.toFixed(1)} µs processor   ${megabytes} MB`,
    );
  }
}
