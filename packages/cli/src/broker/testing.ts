import { startDaypass } from '@daypass/server';
import { callCognito, callIam, type Endpoint } from '../service/aws-api.ts';

/** The account of the foreign STS, and the issuer of the pool's tokens without its scheme. */
export const account = '111122223333';
export const key = 'pools.example.test';

/** A pool with two roles, and another Daypass as the foreign STS; commands find both in the environment. */
export interface BrokerRig {
  readonly service: Endpoint;
  readonly target: Endpoint;
  readonly poolId: string;
  close(): Promise<void>;
}

export async function startBrokerRig(): Promise<BrokerRig> {
  const here = await startDaypass({ port: 0, logLevel: 'silent', publicUrl: `https://${key}` });
  const there = await startDaypass({
    port: 0,
    logLevel: 'silent',
    account,
    providerOverrides: { [key]: here.url },
  });
  const service = { url: here.url, region: 'us-east-1', ...here.rootCredentials };
  process.env.AWS_ENDPOINT_URL = here.url;
  process.env.AWS_ACCESS_KEY_ID = here.rootCredentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = here.rootCredentials.secretAccessKey;
  process.env.DAYPASS_TARGET_ACCESS_KEY_ID = there.rootCredentials.accessKeyId;
  process.env.DAYPASS_TARGET_SECRET_ACCESS_KEY = there.rootCredentials.secretAccessKey;
  const { IdentityPoolId } = await callCognito(service, 'CreateIdentityPool', {
    IdentityPoolName: 'game',
    AllowUnauthenticatedIdentities: true,
  });
  const poolId = String(IdentityPoolId);
  const Roles = {
    authenticated: await makeRole(service, 'Player', poolId, 'authenticated'),
    unauthenticated: await makeRole(service, 'Guest', poolId, 'unauthenticated'),
  };
  await callCognito(service, 'SetIdentityPoolRoles', { IdentityPoolId, Roles });
  return {
    service,
    target: { url: there.url, region: 'us-east-1', ...there.rootCredentials },
    poolId,
    async close() {
      await here.close();
      await there.close();
    },
  };
}

async function makeRole(service: Endpoint, RoleName: string, poolId: string, amr: string): Promise<string> {
  const provider = 'cognito-identity.amazonaws.com';
  const trust = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: provider },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { [`${provider}:aud`]: poolId },
        'ForAnyValue:StringLike': { [`${provider}:amr`]: amr },
      },
    },
  };
  await callIam(service, 'CreateRole', { RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) });
  return `arn:aws:iam::000000000000:role/${RoleName}`;
}
