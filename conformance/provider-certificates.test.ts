import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDaypass } from '../packages/server/src/main.ts';
import { certify } from '../packages/server/src/tokens/testing/certificates.ts';
import { TestClock, TestIssuer } from '../packages/server/src/tokens/testing/issuer.ts';
import { administrator, refusal } from './rig/administrator.ts';

const key = 'login.example.test';
const url = `https://${key}`;
const root = certify('Root of the company', { isAuthority: true });
const own = certify('server', { issuer: root });
const nobody = '0'.repeat(40);

describe('a provider whose certificate is of its own authority', () => {
  let issuer: TestIssuer;
  let server: ReturnType<typeof createServer>;
  let daypass: Awaited<ReturnType<typeof startDaypass>>;

  beforeAll(async () => {
    issuer = await TestIssuer.start(key, new TestClock(Date.now()));
    server = createServer({ key: own.privateKey, cert: own.pem + root.pem }, (request, response) => {
      const isKeys = request.url === '/jwks';
      response.end(
        JSON.stringify(isKeys ? { keys: issuer.published } : { issuer: url, jwks_uri: `${url}/jwks` }),
      );
    });
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const override = `https://localhost:${(server.address() as AddressInfo).port}`;
    daypass = await startDaypass({ port: 0, logLevel: 'silent', providerOverrides: { [key]: override } });
  });
  afterAll(async () => {
    await daypass.close();
    await issuer.close();
    server.closeAllConnections();
    server.close();
  });

  it('is believed, in pools and by STS, exactly while the thumbprint of that authority is registered', async () => {
    const { iam, cognito, sts, createPool } = administrator(daypass);
    const { OpenIDConnectProviderArn = '' } = await iam.createOpenIDConnectProvider({
      Url: url,
      ClientIDList: ['game'],
      ThumbprintList: [root.thumbprint.toUpperCase()],
    });
    const IdentityPoolId = await createPool({ OpenIdConnectProviderARNs: [OpenIDConnectProviderArn] });
    const { Role } = await iam.createRole({
      RoleName: 'Player',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Federated: OpenIDConnectProviderArn },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringEquals: { [`${key}:aud`]: 'game' } },
        },
      }),
    });
    const token = await issuer.token();
    const signIn = () => cognito.getId({ IdentityPoolId, Logins: { [key]: token } });
    const assume = () =>
      sts.assumeRoleWithWebIdentity({
        RoleArn: Role?.Arn,
        RoleSessionName: 'ada',
        WebIdentityToken: token,
      });
    expect(await signIn()).toMatchObject({ IdentityId: expect.any(String) });
    expect(await assume()).toMatchObject({ Provider: url });

    await iam.updateOpenIDConnectProviderThumbprint({ OpenIDConnectProviderArn, ThumbprintList: [nobody] });
    expect(await refusal(signIn())).toMatchObject({ name: 'ExternalServiceException' });
    expect(await refusal(assume())).toMatchObject({ name: 'InvalidIdentityTokenException' });

    await iam.updateOpenIDConnectProviderThumbprint({
      OpenIDConnectProviderArn,
      ThumbprintList: [nobody, root.thumbprint],
    });
    expect(await signIn()).toMatchObject({ IdentityId: expect.any(String) });
    expect(await assume()).toMatchObject({ Provider: url });
  });
});
