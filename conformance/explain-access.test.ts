import { CognitoIdentityClient, GetIdCommand } from '@aws-sdk/client-cognito-identity';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
} from '@aws-sdk/client-iam';
import { type Daypass, startDaypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account, administrator, refusal, region } from './rig/administrator.ts';
import { callDaypass } from './rig/daypass-api.ts';

interface Statement {
  readonly Source: string;
  readonly Index: number;
  readonly Sid?: string;
  readonly Matched: boolean;
  readonly Decides: boolean;
  readonly Text?: string;
  readonly Mismatches: readonly object[];
}

interface Session {
  readonly RoleArn: string;
  readonly Allowed?: boolean;
  readonly Refused?: string;
  readonly Denial?: string;
  readonly Statements: readonly Statement[];
}

const player = `arn:aws:iam::${account}:role/Player`;
const own = 'arn:aws:s3:::saves/${cognito-identity.amazonaws.com:sub}/*';

describe('ExplainAccess', () => {
  let daypass: Daypass;
  let IdentityPoolId: string;
  let guest: string;
  let ada: string;

  beforeAll(async () => {
    daypass = await startDaypass({ port: 0, logLevel: 'silent' });
    const admin = administrator(daypass);
    IdentityPoolId = await admin.createPool({
      AllowUnauthenticatedIdentities: true,
      OpenIdConnectProviderARNs: [await admin.registerIssuer('login.example.test', ['game'])],
    });
    const statements = [
      { Sid: 'Own', Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: own },
      {
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::saves/team/*',
        Condition: { StringEquals: { 'aws:PrincipalTag/team': 'blue' } },
      },
      { Sid: 'Never', Effect: 'Deny', Action: 's3:DeleteObject', Resource: '*' },
      { Effect: 'Allow', Action: 'ssm:GetParameter', Resource: '*' },
    ];
    await admin.setRoles(IdentityPoolId, {
      authenticated: await admin.createRole('Player', IdentityPoolId, 'authenticated', statements),
      unauthenticated: await admin.createRole('Guest', IdentityPoolId, 'unauthenticated', statements),
    });
    const user = new CognitoIdentityClient({ endpoint: daypass.url, region, maxAttempts: 1 });
    const arrive = async () => (await user.send(new GetIdCommand({ IdentityPoolId }))).IdentityId ?? '';
    guest = await arrive();
    ada = await arrive();
    const login = { Provider: 'login.example.test', Subject: 'ada' };
    await callDaypass(daypass, 'LinkLogin', { IdentityPoolId, IdentityId: ada, ...login });
  });
  afterAll(() => daypass.close());

  const explain = async (
    input: object,
  ): Promise<{ Enabled?: boolean; session: Session; Undetermined: unknown }> => {
    const answer = await callDaypass(daypass, 'ExplainAccess', { IdentityPoolId, ...input });
    const [session, ...others] = answer.Sessions as Session[];
    if (session === undefined || others.length > 0) throw new Error('one session was expected');
    return { Enabled: answer.Enabled === true, session, Undetermined: answer.Undetermined };
  };
  const deciding = ({ Statements }: Session) => Statements.filter(({ Decides }) => Decides);

  it('tells the statement that allows, in the words it was written in', async () => {
    const { session, Enabled } = await explain({
      IdentityId: ada,
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::saves/${ada}/1`,
    });
    expect([Enabled, session]).toMatchObject([true, { RoleArn: player, Allowed: true, Effect: 'Allow' }]);
    const [statement, ...others] = deciding(session);
    expect(others).toEqual([]);
    expect(statement).toMatchObject({ Source: 'policy rights of role Player', Index: 0, Sid: 'Own' });
    expect(JSON.parse(statement?.Text ?? '')).toEqual({
      Sid: 'Own',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject'],
      Resource: own,
    });
    expect(session).not.toHaveProperty('Denial');
  });

  it('tells the statement that denies, in AWS’s text too', async () => {
    const { session } = await explain({
      IdentityId: ada,
      Action: 's3:DeleteObject',
      Resource: `arn:aws:s3:::saves/${ada}/1`,
    });
    expect(session).toMatchObject({
      Allowed: false,
      Effect: 'ExplicitDeny',
      Denial: `User: arn:aws:sts::${account}:assumed-role/Player/CognitoIdentityCredentials is not authorized to perform: s3:DeleteObject on resource: arn:aws:s3:::saves/${ada}/1 with an explicit deny in an identity-based policy`,
    });
    expect(deciding(session)).toMatchObject([{ Sid: 'Never', Index: 2 }]);
  });

  it('tells what kept a statement from applying, with its variables filled in', async () => {
    const { session } = await explain({
      IdentityId: ada,
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::saves/somebody/1',
    });
    expect(session).toMatchObject({ Allowed: false, Effect: 'ImplicitDeny' });
    expect(deciding(session)).toEqual([]);
    expect(session.Statements[0]).toMatchObject({
      Matched: false,
      Mismatches: [{ Element: 'Resource', Wanted: [own], Resolved: [`arn:aws:s3:::saves/${ada}/*`] }],
    });
  });

  it.each([
    ['the tags of a session', { PrincipalTags: { team: 'blue' } }, true],
    ['condition keys of the request', { Context: { 'aws:PrincipalTag/team': ['blue'] } }, true],
    ['neither', {}, false],
    ['others', { PrincipalTags: { team: 'red' } }, false],
  ])('takes %s', async (_what, more, allowed) => {
    const asked = { IdentityId: ada, Action: 's3:GetObject', Resource: 'arn:aws:s3:::saves/team/1', ...more };
    // A role must let tags in as well, so that here they are taken for whoever has the role.
    const who =
      'PrincipalTags' in more
        ? { ...asked, RoleArn: player, IdentityPoolId: undefined, IdentityId: undefined }
        : asked;
    expect((await explain(who)).session.Allowed).toBe(allowed);
  });

  it('counts the role’s own tags, as ExplainFederation does', async () => {
    const { iam } = administrator(daypass);
    const blue = { Key: 'team', Value: 'blue' };
    await iam.send(new TagRoleCommand({ RoleName: 'Guest', Tags: [blue] }));
    const asked = { Action: 's3:GetObject', Resource: 'arn:aws:s3:::saves/team/1' };
    const allowed = async () => (await explain({ IdentityId: guest, ...asked })).session.Allowed;
    await expect.poll(allowed, { timeout: 30_000 }).toBe(true);
    expect(
      await callDaypass(daypass, 'ExplainFederation', {
        IdentityPoolId,
        IdentityId: guest,
        Actions: [asked],
      }),
    ).toMatchObject({ Permissions: [{ Allowed: true }] });
    await iam.send(new UntagRoleCommand({ RoleName: 'Guest', TagKeys: ['team'] }));
  });

  it('says which role does not let the identity in', async () => {
    const refused = {
      IdentityId: ada,
      PrincipalTags: { team: 'blue' },
      Action: 's3:GetObject',
      Resource: '*',
    };
    expect((await explain(refused)).session).toEqual({
      RoleArn: player,
      Because: 'the role of everybody with a login of login.example.test',
      Refused: `the trust policy of ${player} does not let this identity in`,
    });
  });

  it('tells nothing of a role that no identity of the pool can have', async () => {
    const { iam } = administrator(daypass);
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' },
    });
    await iam.send(new CreateRoleCommand({ RoleName: 'Operators', AssumeRolePolicyDocument }));
    const RoleArn = `arn:aws:iam::${account}:role/Operators`;
    const { session } = await explain({ IdentityId: ada, RoleArn, Action: 's3:GetObject', Resource: '*' });
    expect(session.Refused).toContain('does not let this identity in');
    expect(session).not.toHaveProperty('Statements');
  });

  it('holds guests to what they are scoped down to', async () => {
    const asked = { Action: 'ssm:GetParameter', Resource: '*' };
    expect((await explain({ ...asked, IdentityId: ada })).session.Allowed).toBe(true);
    const { session } = await explain({ ...asked, IdentityId: guest });
    expect(session).toMatchObject({
      RoleArn: `arn:aws:iam::${account}:role/Guest`,
      Allowed: false,
      Layer: 'session',
      SessionPolicyArns: expect.arrayContaining([expect.stringContaining('SessionPolicy')]),
      Denial: expect.stringContaining('because no session policy allows the ssm:GetParameter action'),
    });
  });

  it.each([
    ['nobody', {}],
    ['an identity without its pool', { IdentityId: 'us-east-1:0' }],
    ['a pool without an identity', { RoleArn: player, IdentityPoolId: 'us-east-1:0' }],
  ])('wants to know who: not %s', async (_what, who) => {
    const asked = { Action: 's3:GetObject', Resource: '*', ...who };
    expect(await refusal(callDaypass(daypass, 'ExplainAccess', asked))).toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('knows no identity of another pool', async () => {
    const other = await administrator(daypass).createPool();
    const asked = { IdentityPoolId: other, IdentityId: ada, Action: 's3:GetObject', Resource: '*' };
    expect(await refusal(callDaypass(daypass, 'ExplainAccess', asked))).toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('is for those who may ask about that pool, or that role', async () => {
    const { iam } = administrator(daypass);
    await iam.send(new CreateUserCommand({ UserName: 'support' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'support' }));
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'daypass:ExplainAccess', Resource: player },
    });
    await iam.send(new PutUserPolicyCommand({ UserName: 'support', PolicyName: 'asks', PolicyDocument }));
    const rootCredentials = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
    const ask = (who: object) =>
      callDaypass({ ...daypass, rootCredentials }, 'ExplainAccess', {
        Action: 's3:GetObject',
        Resource: '*',
        ...who,
      });
    expect(await ask({ RoleArn: player })).toHaveProperty('Sessions');
    expect((await refusal(ask({ IdentityPoolId, IdentityId: ada }))).message).toContain('not authorized');
    expect((await refusal(ask({ IdentityPoolId, IdentityId: ada, RoleArn: player }))).message).toContain(
      'not authorized',
    );
  });
});
