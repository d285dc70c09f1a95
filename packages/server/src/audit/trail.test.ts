import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CognitoIdentityClient,
  CreateIdentityPoolCommand,
  GetCredentialsForIdentityCommand,
  GetIdCommand,
  SetIdentityPoolRolesCommand,
} from '@aws-sdk/client-cognito-identity';
import { CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Daypass } from '../config.ts';
import { startDaypass } from '../main.ts';
import type { AuditEvent } from './event.ts';

const region = 'us-east-1';

describe('the audit trail of a service', () => {
  let data: string;
  let daypass: Daypass;
  let events: readonly AuditEvent[];
  let lines: string;
  const secrets: string[] = [];
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'daypass-trail-'));
    const file = join(data, 'audit.jsonl');
    daypass = await startDaypass({
      port: 0,
      data,
      logLevel: 'silent',
      audit: [`file:${file}`],
      s3Backend: { url: 'http://127.0.0.1:9', accessKeyId: 'a', secretAccessKey: 'b' },
    });
    try {
      await live();
    } finally {
      await daypass.close();
    }
    lines = readFileSync(file, 'utf8');
    events = lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  });

  afterAll(() => rmSync(data, { recursive: true, force: true }));

  /** An administrator makes a pool and a user; a guest gets credentials, is refused, and reads what is not his. */
  async function live(): Promise<void> {
    const config = { endpoint: daypass.url, region, maxAttempts: 1 };
    const root = { ...config, credentials: daypass.rootCredentials };
    const cognito = new CognitoIdentityClient(root);
    const iam = new IAMClient(root);
    const { IdentityPoolId = '' } = await cognito.send(
      new CreateIdentityPoolCommand({
        IdentityPoolName: 'game',
        AllowUnauthenticatedIdentities: true,
        SupportedLoginProviders: { 'api.twitter.com': 'consumer;twitter-secret' },
      }),
    );
    secrets.push('twitter-secret');
    const statement = {
      Effect: 'Allow',
      Principal: { Federated: 'cognito-identity.amazonaws.com' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { 'cognito-identity.amazonaws.com:aud': IdentityPoolId } },
    };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'Guests', AssumeRolePolicyDocument }));
    await cognito.send(
      new SetIdentityPoolRolesCommand({ IdentityPoolId, Roles: { unauthenticated: Role?.Arn ?? '' } }),
    );
    await iam.send(new CreateUserCommand({ UserName: 'ada' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ada' }));
    secrets.push(AccessKey?.SecretAccessKey ?? '');

    const anyone = new CognitoIdentityClient(config);
    const { IdentityId = '' } = await anyone.send(new GetIdCommand({ IdentityPoolId }));
    const { Credentials } = await anyone.send(new GetCredentialsForIdentityCommand({ IdentityId }));
    const { AccessKeyId = '', SecretKey = '', SessionToken = '' } = Credentials ?? {};
    secrets.push(SecretKey, SessionToken);
    const forged = new GetIdCommand({ IdentityPoolId, Logins: { 'login.test': 'forged-token' } });
    secrets.push('forged-token');
    await anyone.send(forged).catch(() => {});
    const s3 = new S3Client({
      ...config,
      forcePathStyle: true,
      credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretKey, sessionToken: SessionToken },
    });
    await s3.send(new GetObjectCommand({ Bucket: 'saves', Key: 'ada/1' })).catch(() => {});
    Object.assign(ids, { IdentityPoolId, IdentityId, AccessKeyId, role: Role?.Arn });
  }

  const named = (eventName: string) => events.filter((event) => event.eventName === eventName);

  it('says which role was given to which identity, and on what grounds', () => {
    expect(named('GetCredentialsForIdentity')).toEqual([
      expect.objectContaining({
        eventVersion: '1.11',
        eventSource: 'cognito-identity.amazonaws.com',
        awsRegion: region,
        sourceIPAddress: '127.0.0.1',
        userIdentity: { type: 'Unknown' },
        requestParameters: { IdentityId: ids.IdentityId },
        responseElements: {
          IdentityId: ids.IdentityId,
          Credentials: { AccessKeyId: ids.AccessKeyId, Expiration: expect.any(String) },
        },
        additionalEventData: expect.objectContaining({
          roleArn: ids.role,
          identityPoolId: ids.IdentityPoolId,
          identityId: ids.IdentityId,
          federation: expect.objectContaining({ amr: ['unauthenticated'] }),
        }),
        readOnly: false,
        eventType: 'AwsApiCall',
      }),
    ]);
  });

  it('says that an identity came to be, by the request that made it', () => {
    const [created, ...others] = named('IdentityCreated');
    expect(others).toEqual([]);
    expect(created).toMatchObject({
      eventType: 'AwsServiceEvent',
      additionalEventData: { identityPoolId: ids.IdentityPoolId, identityId: ids.IdentityId },
    });
    expect(created?.requestID).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('says what administrators changed, and who', () => {
    expect(named('SetIdentityPoolRoles')).toEqual([
      expect.objectContaining({
        userIdentity: expect.objectContaining({
          type: 'Root',
          accessKeyId: daypass.rootCredentials.accessKeyId,
        }),
        requestParameters: { IdentityPoolId: ids.IdentityPoolId, Roles: { unauthenticated: ids.role } },
      }),
    ]);
    expect(named('CreateRole')[0]).toMatchObject({ eventSource: 'iam.amazonaws.com' });
  });

  it('says who was refused, with the reason that the client was not told', () => {
    expect(named('GetId')).toEqual([
      expect.objectContaining({
        errorCode: 'NotAuthorizedException',
        additionalEventData: { reason: expect.any(String) },
        requestParameters: { IdentityPoolId: ids.IdentityPoolId, Logins: ['login.test'] },
      }),
    ]);
  });

  it('says what the gateway denied', () => {
    expect(named('GetObject')).toEqual([
      expect.objectContaining({
        eventSource: 's3.amazonaws.com',
        errorCode: 'AccessDenied',
        eventCategory: 'Data',
        sourceIPAddress: '127.0.0.1',
        requestParameters: { resource: 'arn:aws:s3:::saves/ada/1' },
        userIdentity: expect.objectContaining({
          type: 'AssumedRole',
          sessionContext: expect.objectContaining({
            sessionIssuer: expect.objectContaining({ arn: ids.role }),
          }),
        }),
      }),
    ]);
  });

  it('never holds a token or a secret', () => {
    expect(secrets.filter((secret) => secret.length < 10)).toEqual([]);
    for (const secret of [...secrets, daypass.rootCredentials.secretAccessKey])
      expect(lines).not.toContain(secret);
  });
});
