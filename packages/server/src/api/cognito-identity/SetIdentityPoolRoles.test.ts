import {
  CognitoIdentityClient,
  CreateIdentityPoolCommand,
  SetIdentityPoolRolesCommand,
} from '@aws-sdk/client-cognito-identity';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Daypass } from '../../config.ts';
import { startDaypass } from '../../main.ts';

const region = 'us-east-1';
const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`;

describe('SetIdentityPoolRoles', () => {
  let daypass: Daypass;
  let root: { endpoint: string; region: string; credentials: Daypass['rootCredentials'] };
  let poolId: string;

  beforeAll(async () => {
    daypass = await startDaypass({ port: 0, logLevel: 'silent' });
    root = { endpoint: daypass.url, region, credentials: daypass.rootCredentials };
    const pool = await new CognitoIdentityClient(root).send(
      new CreateIdentityPoolCommand({
        IdentityPoolName: 'game',
        AllowUnauthenticatedIdentities: false,
        SupportedLoginProviders: { 'accounts.google.com': 'client' },
      }),
    );
    poolId = pool.IdentityPoolId ?? '';
  });

  afterAll(() => daypass.close());

  /** An administrator of pools, with whatever else the statements allow. */
  async function administrator(UserName: string, statements: readonly object[]) {
    const iam = new IAMClient(root);
    await iam.send(new CreateUserCommand({ UserName }));
    const all = [{ Effect: 'Allow', Action: 'cognito-identity:*', Resource: '*' }, ...statements];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: all });
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'rights', PolicyDocument }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
    return new CognitoIdentityClient({ ...root, credentials: { accessKeyId, secretAccessKey } });
  }

  const pass = (resource: string, condition: object = {}) => ({
    Effect: 'Allow',
    Action: 'iam:PassRole',
    Resource: resource,
    ...condition,
  });

  const give = (arn: string) =>
    new SetIdentityPoolRolesCommand({ IdentityPoolId: poolId, Roles: { authenticated: arn } });

  it('gives no role away that the caller may not pass', async () => {
    const nobody = await administrator('nobody', []);
    await expect(nobody.send(give(role('Player')))).rejects.toMatchObject({
      name: 'NotAuthorizedException',
      message: `Access to Role '${role('Player')}' is forbidden.`,
    });
  });

  it('gives the very role that the caller may pass, and no other', async () => {
    const passer = await administrator('passer', [pass(role('Player'))]);
    await passer.send(give(role('Player')));
    await expect(passer.send(give(role('Administrator')))).rejects.toMatchObject({
      name: 'NotAuthorizedException',
    });
  });

  it('asks for each role of the rules too', async () => {
    const passer = await administrator('rule-maker', [pass(role('Player'))]);
    const rule = { Claim: 'sub', MatchType: 'Equals', Value: 'ada', RoleARN: role('Administrator') } as const;
    const command = new SetIdentityPoolRolesCommand({
      IdentityPoolId: poolId,
      Roles: { authenticated: role('Player') },
      RoleMappings: {
        'accounts.google.com': {
          Type: 'Rules',
          AmbiguousRoleResolution: 'Deny',
          RulesConfiguration: { Rules: [rule] },
        },
      },
    });
    await expect(passer.send(command)).rejects.toMatchObject({
      message: `Access to Role '${role('Administrator')}' is forbidden.`,
    });
  });

  it('is told apart by the service that the role is passed to', async () => {
    const to = (service: string) => ({ Condition: { StringEquals: { 'iam:PassedToService': service } } });
    const elsewhere = await administrator('elsewhere', [pass('*', to('ec2.amazonaws.com'))]);
    await expect(elsewhere.send(give(role('Player')))).rejects.toMatchObject({
      name: 'NotAuthorizedException',
    });
    const here = await administrator('here', [pass('*', to('cognito-identity.amazonaws.com'))]);
    await here.send(give(role('Player')));
  });

  it('lets root give any role', async () => {
    await new CognitoIdentityClient(root).send(give(role('Administrator')));
  });
});
