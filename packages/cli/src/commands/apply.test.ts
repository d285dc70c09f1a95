import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Daypass } from '@daypass/server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callCognito, callIam, type Endpoint } from '../service/aws-api.ts';
import { inventory, poolIds } from '../service/inventory.ts';
import type { Change } from '../stack/plan.ts';
import { daypass, serveForCommands } from './testing.ts';

let directory: string;
let service: Daypass;
let root: Endpoint;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daypass-apply-'));
  service = await serveForCommands();
  root = { url: service.url, region: 'us-east-1', ...service.rootCredentials };
});

afterEach(async () => {
  const empty = await written('Resources: { Nothing: { Type: AWS::CDK::Metadata } }');
  for (const stack of ['game', 'cdk', 'amplify-gen2', 'other'])
    await daypass(['apply', empty, '--stack', stack, '--yes']);
  expect((await inventory(root)).map(({ id }) => id)).toEqual([]);
});

afterAll(async () => {
  await service.close();
  await rm(directory, { recursive: true, force: true });
});

async function written(text: string): Promise<string> {
  const file = join(directory, 'game.yaml');
  await writeFile(file, text);
  return file;
}

function template(name: string): string {
  return fileURLToPath(new URL(`templates/${name}`, import.meta.url));
}

/** The game's template with a few lines changed. */
async function game(...changes: readonly [from: string, to: string][]): Promise<string> {
  let text = await readFile(template('game.yaml'), 'utf8');
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replaceAll(from, to);
  }
  return written(text);
}

interface Answer {
  readonly Changes: readonly Change[];
  readonly Outputs: Readonly<Record<string, string>>;
}

async function answered(...args: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await daypass([...args, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** What happens to each resource, those left out that stay as they are. */
function actions({ Changes }: Answer): Record<string, string> {
  return Object.fromEntries(
    Changes.filter(({ action }) => action !== 'keep').map(({ logicalId, action, properties }) => [
      logicalId,
      properties ? `${action} ${properties.join(', ')}` : action,
    ]),
  );
}

const withoutWhole = /\n {2}Tags:\n[\s\S]*?(?=\n {2}Player:)/;

describe('daypass apply', () => {
  it('makes what the template says, and nothing the second time', async () => {
    const file = await game();
    const first = await answered('apply', file, '--yes');
    expect(actions(first)).toEqual({
      Login: 'create',
      Pool: 'create',
      Roles: 'create',
      Tags: 'create',
      Player: 'create',
      Guest: 'create',
      ReadScores: 'create',
      ReadRules: 'create',
    });
    const [poolId = ''] = await poolIds(root);
    expect(first.Outputs).toEqual({ PoolId: poolId });
    expect(await callCognito(root, 'DescribeIdentityPool', { IdentityPoolId: poolId })).toMatchObject({
      IdentityPoolName: 'game players',
      AllowUnauthenticatedIdentities: true,
      OpenIdConnectProviderARNs: ['arn:aws:iam::000000000000:oidc-provider/login.example.test'],
      IdentityPoolTags: { team: 'games', 'daypass:stack': 'game', 'daypass:logical-id': 'Pool' },
    });
    expect(await callCognito(root, 'GetIdentityPoolRoles', { IdentityPoolId: poolId })).toMatchObject({
      Roles: { authenticated: 'arn:aws:iam::000000000000:role/Player' },
      RoleMappings: { 'arn:aws:iam::000000000000:oidc-provider/login.example.test': { Type: 'Rules' } },
    });
    const { PolicyDocument } = await callIam(root, 'GetRolePolicy', {
      RoleName: 'Player',
      PolicyName: 'Own',
    });
    expect(decodeURIComponent(String(PolicyDocument))).toContain(
      'arn:aws:s3:::saves/${cognito-identity.amazonaws.com:sub}/*',
    );

    expect(actions(await answered('diff', file))).toEqual({});
    expect(actions(await answered('apply', file))).toEqual({});
    expect(await poolIds(root)).toEqual([poolId]);
  });

  it.each<[string, [string, string][], Record<string, string>]>([
    [
      'a property of each kind',
      [
        ['ClientIdList: [game]', 'ClientIdList: [game, site]'],
        ['Value: games', 'Value: studio'],
        ['PrincipalTags: { plan: plan }', 'UseDefaults: true'],
        ['AmbiguousRoleResolution: Deny', 'AmbiguousRoleResolution: AuthenticatedRole'],
        ['Action: s3:*', 'Action: s3:GetObject'],
        ['Action: dynamodb:Query', 'Action: dynamodb:GetItem'],
        ['/rules]', '/all]'],
      ],
      {
        Login: 'change ClientIdList',
        Pool: 'change IdentityPoolTags',
        Tags: 'change PrincipalTags, UseDefaults',
        Roles: 'change RoleMappings',
        Player: 'change Policies',
        ReadScores: 'change PolicyDocument',
        ReadRules: 'change PolicyDocument',
      },
    ],
    [
      'a role that gets another name',
      [['RoleName: Player', 'RoleName: Gamer']],
      {
        Player: 'replace RoleName',
        'Player:replaced': 'delete',
        Roles: 'change Roles, RoleMappings',
        ReadScores: 'change Roles',
      },
    ],
    [
      'a condition',
      [['Default: "true"', 'Default: "false"']],
      {
        Guest: 'delete',
        Pool: 'change AllowUnauthenticatedIdentities',
        Roles: 'change Roles',
        ReadScores: 'change Roles',
      },
    ],
    [
      'a part under another logical id',
      [['  ReadScores:\n', '  Scores:\n']],
      { ReadScores: 'delete', Scores: 'create' },
    ],
    [
      'a resource that is to be kept for ever',
      [['    Type: AWS::IAM::OIDCProvider', '    Type: AWS::IAM::OIDCProvider\n    DeletionPolicy: Retain']],
      { Login: 'change DeletionPolicy' },
    ],
  ])('changes %s, and then nothing', async (_what, changes, expected) => {
    await answered('apply', await game(), '--yes');
    const file = await game(...changes);
    expect(actions(await answered('apply', file, '--yes'))).toEqual(expected);
    expect(actions(await answered('diff', file))).toEqual({});
    // So that nothing is left over.
    await answered('apply', await game(), '--yes');
  });

  it('removes what the template no longer has', async () => {
    await answered('apply', await game(), '--yes');
    const text = await readFile(template('game.yaml'), 'utf8');
    const file = await written(text.replace(withoutWhole, ''));
    expect(actions(await answered('diff', file))).toEqual({ Tags: 'delete' });
    expect(actions(await answered('apply', file, '--yes'))).toEqual({ Tags: 'delete' });
    expect(actions(await answered('diff', file))).toEqual({});
  });

  it('lets go of what is retained', async () => {
    const retained = await written(
      'Resources: { Kept: { Type: AWS::Cognito::IdentityPool, DeletionPolicy: Retain, Properties: { AllowUnauthenticatedIdentities: true } } }',
    );
    await answered('apply', retained, '--yes');
    const empty = await written('Resources: { Nothing: { Type: AWS::CDK::Metadata } }');
    expect(actions(await answered('apply', empty, '--yes'))).toEqual({ Kept: 'release' });
    const [IdentityPoolId] = await poolIds(root);
    expect(IdentityPoolId).toBeDefined();
    await callCognito(root, 'DeleteIdentityPool', { IdentityPoolId });
  });

  it('puts right what has been changed by hand', async () => {
    const file = await game();
    await answered('apply', file, '--yes');
    const everything = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    };
    await callIam(root, 'PutRolePolicy', {
      RoleName: 'Player',
      PolicyName: 'Mine',
      PolicyDocument: JSON.stringify(everything),
    });
    expect(actions(await answered('apply', file, '--yes'))).toEqual({ Player: 'change Policies' });
    await expect(callIam(root, 'GetRolePolicy', { RoleName: 'Player', PolicyName: 'Mine' })).rejects.toThrow(
      'NoSuchEntity',
    );
  });

  it('leaves alone what another stack has', async () => {
    await answered('apply', await game(), '--yes');
    const other = await written(
      'Resources: { Pool: { Type: AWS::Cognito::IdentityPool, Properties: { AllowUnauthenticatedIdentities: false } } }',
    );
    expect(actions(await answered('apply', other, '--yes', '--stack', 'other'))).toEqual({ Pool: 'create' });
    expect(actions(await answered('diff', await game()))).toEqual({});
  });

  it('finishes what broke off', async () => {
    const broken = await game(['Action: dynamodb:Query', 'Action: nonsense']);
    const { code, stderr } = await daypass(['apply', broken, '--yes']);
    expect(stderr).toMatch(/^daypass: ReadScores \(AWS::IAM::Policy\): MalformedPolicyDocument: .*\n$/);
    expect(code).toBe(1);
    await answered('apply', await game(), '--yes');
    expect(actions(await answered('diff', await game()))).toEqual({});
  });

  it('asks before it changes anything', async () => {
    const run = await daypass(['apply', await game()]);
    expect(run).toMatchObject({
      code: 2,
      stderr: 'daypass: nobody can be asked here; confirm with --yes.\n',
    });
    expect(await poolIds(root)).toEqual([]);
  });
});

describe('daypass diff', () => {
  it('shows a line for every resource, and changes nothing', async () => {
    const { code, stdout } = await daypass(['diff', await game(), '--exit-code']);
    expect(stdout).toBe(
      `+ create  Login       AWS::IAM::OIDCProvider
+ create  Pool        AWS::Cognito::IdentityPool
+ create  ReadRules   AWS::IAM::ManagedPolicy
+ create  Player      AWS::IAM::Role
+ create  Guest       AWS::IAM::Role
+ create  Roles       AWS::Cognito::IdentityPoolRoleAttachment
+ create  Tags        AWS::Cognito::IdentityPoolPrincipalTag
+ create  ReadScores  AWS::IAM::Policy
`,
    );
    expect(code).toBe(1);
    expect(await poolIds(root)).toEqual([]);
  });
});

describe('a template as', () => {
  it('CDK makes it applies', async () => {
    const { Outputs } = await answered('apply', template('cdk.json'), '--yes');
    expect(Outputs).toEqual({ IdentityPoolId: expect.stringMatching(/^us-east-1:/) });
    expect(actions(await answered('diff', template('cdk.json')))).toEqual({});
  });

  it('Amplify makes it applies, with a user pool from elsewhere', async () => {
    const file = template('amplify-gen2.json');
    const refused = await daypass(['apply', file, '--yes']);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toBe(
      'daypass: these types are not known here: amplifyAuthUserPool4BA7F805 (AWS::Cognito::UserPool), amplifyAuthUserPoolAppClient2626C6F8 (AWS::Cognito::UserPoolClient); pass them over with --skip-unknown.\n',
    );
    const lost = await daypass(['apply', file, '--yes', '--skip-unknown']);
    expect(lost.stderr).toMatch(/is not made here; give its value: --value amplifyAuthUserPool/);
    expect(await poolIds(root)).toEqual([]);

    const values = [
      '--value',
      'amplifyAuthUserPool4BA7F805=us-east-1_Ab3dEf6hI',
      '--value',
      'amplifyAuthUserPoolAppClient2626C6F8=3n4b5urk1ft4fl3mg5e62d9ado',
    ];
    const applied = await answered('apply', file, '--yes', '--skip-unknown', ...values);
    const { identityPoolId, ...others } = applied.Outputs;
    expect(others).toEqual({ userPoolId: 'us-east-1_Ab3dEf6hI' });
    const provider = 'cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab3dEf6hI:3n4b5urk1ft4fl3mg5e62d9ado';
    expect(await callCognito(root, 'GetIdentityPoolRoles', { IdentityPoolId: identityPoolId })).toMatchObject(
      {
        RoleMappings: { [provider]: { Type: 'Token', AmbiguousRoleResolution: 'AuthenticatedRole' } },
      },
    );
    const again = await answered('diff', file, '--skip-unknown', ...values);
    expect(Object.values(actions(again))).toEqual(['skip', 'skip']);
  });
});

describe('a template that cannot be applied', () => {
  const pool = 'AllowUnauthenticatedIdentities: true';
  const inPool = (properties: string) =>
    `Resources: { Pool: { Type: AWS::Cognito::IdentityPool, Properties: { ${pool}, ${properties} } } }`;
  it.each<[string, string, RegExp]>([
    ['no YAML', 'Resources: [', /line 1, column \d+: /],
    ['an unknown tag', 'Resources: !Import x', /Unresolved tag: !Import/],
    ['a section of a later day', 'Resources: {}\nHooks: {}', /Hooks: this section is not known here/],
    ['an unknown property', inPool('PushSync: {}'), /Resources\.Pool\.Properties\.PushSync: this property/],
    [
      'an unknown function',
      inPool('IdentityPoolName: !ImportValue x'),
      /the function Fn::ImportValue is not known/,
    ],
    [
      'a reference to nothing',
      inPool('IdentityPoolName: !Ref Nothing'),
      /there is no parameter or resource Nothing/,
    ],
    ['a circle', inPool('IdentityPoolName: !GetAtt Pool.Name'), /these need each other: Pool → Pool/],
    [
      'a required property that is missing',
      'Resources: { Pool: { Type: AWS::Cognito::IdentityPool } }',
      /AllowUnauthenticatedIdentities is missing/,
    ],
    ['a property of the wrong kind', inPool('SamlProviderARNs: x'), /SamlProviderARNs: it must be a list/],
    [
      'a reserved tag',
      inPool('IdentityPoolTags: { "daypass:stack": x }'),
      /the tag daypass:stack is reserved/,
    ],
  ])('is refused: %s', async (_what, text, line) => {
    const run = await daypass(['apply', await written(text), '--yes']);
    expect(run.stderr).toMatch(/^daypass: [^\n]*\n$/);
    expect(run.stderr).toMatch(line);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(await poolIds(root)).toEqual([]);
  });
});
