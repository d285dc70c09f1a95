import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { S3 } from '@aws-sdk/client-s3';
import { type Daypass, startDaypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account, administrator, region } from './rig/administrator.ts';
import { callDaypass } from './rig/daypass-api.ts';

const statements = [
  { Sid: 'Everything', Effect: 'Allow', Action: ['s3:*', 'dynamodb:*'], Resource: '*' },
  { Sid: 'NotTheVault', Effect: 'Deny', Action: 's3:GetObject', Resource: 'arn:aws:s3:::game/vault/*' },
  {
    Sid: 'NotTheLedger',
    Effect: 'Deny',
    Action: 'dynamodb:PutItem',
    Resource: `arn:aws:dynamodb:${region}:${account}:table/Ledger`,
  },
];

describe('what the gateway refuses', () => {
  const store = createServer((_request, response) => response.end('{}'));
  let daypass: Daypass;
  let identityId: string;
  let s3: S3;
  let dynamodb: DynamoDB;

  beforeAll(async () => {
    await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(store.address() as AddressInfo).port}`;
    const backend = { url, accessKeyId: 'store', secretAccessKey: 'store' };
    daypass = await startDaypass({
      port: 0,
      logLevel: 'silent',
      s3Backend: backend,
      dynamodbBackend: backend,
    });
    const admin = administrator(daypass);
    const poolId = await admin.createPool({ AllowUnauthenticatedIdentities: true });
    const guest = await admin.createRole('Guest', poolId, 'unauthenticated', statements);
    await admin.setRoles(poolId, { unauthenticated: guest });
    const { IdentityId } = await admin.cognito.getId({ IdentityPoolId: poolId });
    identityId = IdentityId ?? '';
    const { Credentials } = await admin.cognito.getCredentialsForIdentity({ IdentityId });
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    const config = { endpoint: daypass.url, region, credentials, maxAttempts: 1 };
    s3 = new S3({ ...config, forcePathStyle: true });
    dynamodb = new DynamoDB(config);
  });

  afterAll(async () => {
    await daypass.close();
    store.closeAllConnections();
    store.close();
  });

  it.each([
    {
      ask: () => s3.getObject({ Bucket: 'game', Key: 'vault/gold' }),
      service: 's3',
      action: 'GetObject',
      resource: 'arn:aws:s3:::game/vault/gold',
      sid: 'NotTheVault',
    },
    {
      ask: () => dynamodb.putItem({ TableName: 'Ledger', Item: { id: { S: 'ada' } } }),
      service: 'dynamodb',
      action: 'PutItem',
      resource: `arn:aws:dynamodb:${region}:${account}:table/Ledger`,
      sid: 'NotTheLedger',
    },
  ])('is told to operators: who, $action, on what, by which statement, in which request', async (denied) => {
    const error: unknown = await denied.ask().catch((error: unknown) => error);
    if (!(error instanceof Error && '$metadata' in error)) throw error;
    expect(error.name).toMatch(/^AccessDenied/);
    const { requestId } = error.$metadata as { requestId: string };
    const find = async () =>
      (await callDaypass(daypass, 'ListAuditEvents', { RequestId: requestId, MaxResults: 10 })).Events;
    await expect.poll(find, { timeout: 20_000 }).toEqual([
      expect.objectContaining({
        requestID: requestId,
        eventSource: `${denied.service}.amazonaws.com`,
        eventName: denied.action,
        errorCode: 'AccessDenied',
        requestParameters: { resource: denied.resource },
        additionalEventData: { reason: expect.stringMatching(`ExplicitDeny: .*statement ${denied.sid}$`) },
        userIdentity: expect.objectContaining({
          type: 'AssumedRole',
          arn: `arn:aws:sts::${account}:assumed-role/Guest/CognitoIdentityCredentials`,
        }),
      }),
    ]);
    expect(JSON.stringify(await find())).toContain(identityId);
    expect(await callDaypass(daypass, 'ExplainFederation', { RequestId: requestId })).toMatchObject({
      Refusal: { Operation: denied.action, Reason: expect.stringContaining(denied.sid) },
    });
  });
});
