import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Daypass, startDaypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callCognito, callIam, type Endpoint } from '../service/aws-api.ts';
import { daypass, serveForCommands } from './testing.ts';

const game = fileURLToPath(new URL('templates/game.yaml', import.meta.url));
let directory: string;
let first: Daypass;
let second: Daypass;
let root: Endpoint;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daypass-export-'));
  second = await startDaypass({ port: 0, logLevel: 'silent', account: '210987654321' });
  first = await serveForCommands();
  root = { url: first.url, region: 'us-east-1', ...first.rootCredentials };
});

afterAll(async () => {
  await first.close();
  await second.close();
  await rm(directory, { recursive: true, force: true });
});

async function written(text: string): Promise<string> {
  const file = join(directory, 'game.yaml');
  await writeFile(file, text);
  return file;
}

describe('daypass export', () => {
  it('writes a template that changes nothing here and makes the same elsewhere', async () => {
    await daypass(['apply', game, '--yes']);
    const exported = await daypass(['export', '--stack', 'game']);
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    expect(exported.stdout).not.toMatch(/us-east-1:|000000000000|daypass:/);
    const file = await written(exported.stdout);

    const here = await daypass(['diff', file, '--json']);
    const { Changes } = JSON.parse(here.stdout) as { Changes: { action: string; logicalId: string }[] };
    expect(Changes.filter(({ action }) => action !== 'keep')).toEqual([]);
    expect(Changes).toHaveLength(8);

    const { accessKeyId, secretAccessKey } = second.rootCredentials;
    const credentials = join(directory, 'credentials');
    await writeFile(
      credentials,
      `[second]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
    const there = ['--endpoint', second.url, '--credentials-file', credentials, '--profile', 'second'];
    expect(await daypass(['apply', file, '--yes', ...there])).toMatchObject({ code: 0, stderr: '' });
    const again = await daypass(['export', '--stack', 'game', ...there]);
    expect(again.stdout).toBe(exported.stdout);
  });

  it('writes what no template made, too', async () => {
    const { IdentityPoolId } = await callCognito(root, 'CreateIdentityPool', {
      IdentityPoolName: 'by hand',
      AllowUnauthenticatedIdentities: true,
    });
    const trust = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: 'cognito-identity.amazonaws.com' },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringEquals: { 'cognito-identity.amazonaws.com:aud': IdentityPoolId } },
        },
      ],
    };
    const AssumeRolePolicyDocument = JSON.stringify(trust);
    await callIam(root, 'CreateRole', { RoleName: 'byHand', AssumeRolePolicyDocument });
    const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/a-${cognito-identity.amazonaws.com:sub}';
    await callIam(root, 'PutRolePolicy', {
      RoleName: 'byHand',
      PolicyName: 'table',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'dynamodb:*', Resource: table }],
      }),
    });
    await callCognito(root, 'SetIdentityPoolRoles', {
      IdentityPoolId,
      Roles: { unauthenticated: 'arn:aws:iam::000000000000:role/byHand' },
    });
    const { stdout } = await daypass(['export', '--json']);
    expect(JSON.parse(stdout).Resources).toMatchObject({
      ByHand: { Type: 'AWS::Cognito::IdentityPool', Properties: { IdentityPoolName: 'by hand' } },
      ByHandRoles: {
        Properties: { Roles: { unauthenticated: { 'Fn::GetAtt': ['ByHand2', 'Arn'] } } },
      },
      ByHand2: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: 'byHand',
          AssumeRolePolicyDocument: {
            Statement: [
              { Condition: { StringEquals: { 'cognito-identity.amazonaws.com:aud': { Ref: 'ByHand' } } } },
            ],
          },
          Policies: [
            {
              PolicyDocument: {
                Statement: [
                  {
                    Resource: {
                      'Fn::Sub':
                        'arn:aws:dynamodb:us-east-1:${AWS::AccountId}:table/a-${!cognito-identity.amazonaws.com:sub}',
                    },
                  },
                ],
              },
            },
          ],
        },
      },
    });
  });
});
