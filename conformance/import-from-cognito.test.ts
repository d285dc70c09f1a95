import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CognitoIdentity } from '@aws-sdk/client-cognito-identity';
import { type Daypass, exportData, startDaypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { daypass } from '../packages/cli/src/commands/testing.ts';
import { administrator, refusal, region, trustPolicy } from './rig/administrator.ts';
import { callDaypass } from './rig/daypass-api.ts';
import { type Issuer, startIssuer } from './rig/issuer.ts';

const account = '111122223333';
const policy = (Action: string, Effect = 'Allow') =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect, Action, Resource: '*' }] });

interface Line {
  readonly kind: string;
  readonly key?: string;
  readonly value?: Readonly<Record<string, unknown>>;
}

/** A Daypass stands in for Cognito and IAM: it answers as they do. */
describe('daypass import-from-cognito', { timeout: 120_000 }, () => {
  let folder: string;
  let issuer: Issuer;
  let source: Daypass;
  let poolId: string;
  const ids: Record<'guest' | 'developer' | 'merged' | 'ada' | 'grace', string> = {
    guest: '',
    developer: '',
    merged: '',
    ada: '',
    grace: '',
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'daypass-import-'));
    issuer = await startIssuer();
    source = await serve('source');
    await fill();
    vi.stubEnv('AWS_ACCESS_KEY_ID', source.rootCredentials.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', source.rootCredentials.secretAccessKey);
  }, 60_000);

  afterAll(async () => {
    vi.unstubAllEnvs();
    await source?.close();
    await issuer?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const serve = (name: string) =>
    startDaypass({
      port: 0,
      data: join(folder, name),
      account,
      logLevel: 'silent',
      providerOverrides: { [issuer.key]: issuer.url },
    });

  /** A pool of every kind of provider, role and identity. */
  async function fill(): Promise<void> {
    const { cognito, iam, registerIssuer, createPool } = administrator(source);
    const oidcArn = await registerIssuer(issuer.key, ['example-client']);
    const { SAMLProviderArn = '' } = await iam.createSAMLProvider({
      Name: 'corporate',
      SAMLMetadataDocument: readFileSync(new URL('./terraform/metadata.xml', import.meta.url), 'utf8'),
    });
    poolId = await createPool({
      IdentityPoolName: 'game',
      AllowUnauthenticatedIdentities: true,
      AllowClassicFlow: false,
      DeveloperProviderName: 'login.app',
      SupportedLoginProviders: { 'accounts.google.com': 'google-client' },
      OpenIdConnectProviderARNs: [oidcArn],
      SamlProviderARNs: [SAMLProviderArn],
      CognitoIdentityProviders: [
        { ProviderName: 'cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab3dEf6hI', ClientId: 'app' },
      ],
      IdentityPoolTags: { team: 'players' },
    });
    const { Policy } = await iam.createPolicy({
      PolicyName: 'Saves',
      PolicyDocument: policy('s3:GetObject'),
      Description: 'Saved games',
    });
    const PolicyArn = Policy?.Arn ?? '';
    await iam.createPolicyVersion({ PolicyArn, PolicyDocument: policy('s3:*'), SetAsDefault: true });
    const { Policy: bound } = await iam.createPolicy({
      PolicyName: 'Bound',
      PolicyDocument: policy('dynamodb:*', 'Deny'),
    });
    const role = async (RoleName: string, amr: 'authenticated' | 'unauthenticated'): Promise<string> => {
      const { Role } = await iam.createRole({
        RoleName,
        Path: '/pool/',
        AssumeRolePolicyDocument: trustPolicy(poolId, amr),
        Description: `${RoleName} of the pool`,
        MaxSessionDuration: 7200,
        Tags: [{ Key: 'team', Value: 'players' }],
        ...(bound?.Arn && { PermissionsBoundary: bound.Arn }),
      });
      await iam.putRolePolicy({ RoleName, PolicyName: 'own', PolicyDocument: policy('s3:ListBucket') });
      await iam.attachRolePolicy({ RoleName, PolicyArn });
      return Role?.Arn ?? '';
    };
    const authenticated = await role('Player', 'authenticated');
    const unauthenticated = await role('Guest', 'unauthenticated');
    const RoleARN = await role('Staff', 'authenticated');
    await role('Group', 'authenticated');
    await cognito.setIdentityPoolRoles({
      IdentityPoolId: poolId,
      Roles: { authenticated, unauthenticated },
      RoleMappings: {
        [oidcArn]: {
          Type: 'Rules',
          AmbiguousRoleResolution: 'AuthenticatedRole',
          RulesConfiguration: {
            Rules: [{ Claim: 'staff', MatchType: 'Equals', Value: 'yes', RoleARN }],
          },
        },
      },
    });
    await cognito.setPrincipalTagAttributeMap({
      IdentityPoolId: poolId,
      IdentityProviderName: issuer.key,
      PrincipalTags: { level: 'level' },
    });

    const user = new CognitoIdentity({ endpoint: source.url, region });
    const signIn = async (sub: string): Promise<string> => {
      const Logins = { [issuer.key]: await issuer.token({ sub }) };
      return (await user.getId({ IdentityPoolId: poolId, Logins })).IdentityId ?? '';
    };
    const developer = async (name: string): Promise<string> => {
      const Logins = { 'login.app': name };
      const { IdentityId = '' } = await cognito.getOpenIdTokenForDeveloperIdentity({
        IdentityPoolId: poolId,
        Logins,
      });
      return IdentityId;
    };
    ids.guest = (await user.getId({ IdentityPoolId: poolId })).IdentityId ?? '';
    ids.ada = await signIn('ada');
    ids.grace = await signIn('grace');
    ids.merged = await developer('emmy-2');
    ids.developer = await developer('emmy');
    await cognito.mergeDeveloperIdentities({
      IdentityPoolId: poolId,
      DeveloperProviderName: 'login.app',
      SourceUserIdentifier: 'emmy-2',
      DestinationUserIdentifier: 'emmy',
    });
    for (let n = 0; n < 70; n++) await user.getId({ IdentityPoolId: poolId });
  }

  const run = (...args: string[]) =>
    daypass(['import-from-cognito', '--pool-id', poolId, '--endpoint', source.url, ...args]);

  async function exported(name: string): Promise<readonly Line[]> {
    const lines: Line[] = [];
    await exportData({ data: join(folder, name) }, async (text) => void lines.push(JSON.parse(text)));
    return lines;
  }

  const tally = { guests: 71, known: 1, reserved: 2, disabled: 1 };

  it('shows what it would bring, and changes nothing, when it is only asked', async () => {
    const { code, stdout } = await run('--data', join(folder, 'none'), '--dry-run', '--role', 'Group');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\+ add +pool +game us-east-1:/m);
    expect(stdout).toMatch(/^\+ add +role +Group$/m);
    expect(stdout).toMatch(/^Start Daypass with --account 111122223333 --region us-east-1\.$/m);
    expect(stdout).toMatch(
      /^75 identities: 1 of known users, 71 of guests, 2 kept for users who are not known yet, 1 disabled$/m,
    );
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('asks first, and needs --yes where nobody can answer', async () => {
    const { code, stderr } = await run('--data', join(folder, 'none'));
    expect(stderr).toMatch(/confirm with --yes/);
    expect(code).toBe(2);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('brings pool, roles, policies and providers as they are, and does nothing when it is run again', async () => {
    const arguments_ = ['--data', join(folder, 'target'), '--role', 'Group', '--yes', '--json'];
    const first = JSON.parse((await run(...arguments_)).stdout);
    expect(first).toMatchObject({ Pool: poolId, Added: 84, Present: 0, Conflicts: [], Identities: tally });
    // When they were made IAM tells to the second; when a pool was made Cognito does not tell at all.
    const comparable = ({ key, value }: Line) => {
      const { createdAt, updatedAt, validUntil, versions, ...rest } = value ?? {};
      const documents = Array.isArray(versions)
        ? versions.map(({ versionId, document }) => [versionId, document])
        : [];
      return [key, rest, documents];
    };
    const [before, after] = await Promise.all(['source', 'target'].map(exported));
    for (const kind of ['oidc_providers', 'saml_providers', 'policies', 'roles', 'pools']) {
      const documents = (lines: readonly Line[] = []) =>
        lines.filter((line) => line.kind === kind).map(comparable);
      expect(documents(after)).toEqual(documents(before));
      expect(documents(after)).not.toEqual([]);
    }

    const second = JSON.parse((await run(...arguments_)).stdout);
    expect(second).toMatchObject({ Added: 0, Present: 84, Conflicts: [] });
    expect(second.Plan.map(({ action }: { action: string }) => action)).toEqual(Array(9).fill('keep'));
  });

  describe('keeps identity ids, so that in the new place', () => {
    let target: Daypass;
    let user: CognitoIdentity;
    beforeAll(async () => {
      await run('--data', join(folder, 'moved'), '--yes');
      target = await serve('moved');
      user = new CognitoIdentity({ endpoint: target.url, region, maxAttempts: 1 });
    }, 60_000);
    afterAll(() => target?.close());

    it('a guest goes on', async () => {
      const { Credentials } = await user.getCredentialsForIdentity({ IdentityId: ids.guest });
      expect(Credentials?.SessionToken).toBeTruthy();
    });

    it('developer users are who they were', async () => {
      const { cognito } = administrator(target);
      for (const name of ['emmy', 'emmy-2']) {
        const { IdentityId } = await cognito.getOpenIdTokenForDeveloperIdentity({
          IdentityPoolId: poolId,
          Logins: { 'login.app': name },
        });
        expect(IdentityId).toBe(ids.developer);
      }
    });

    it('a disabled identity stays disabled', async () => {
      await refusal(user.getCredentialsForIdentity({ IdentityId: ids.merged }));
    });

    it('nobody gets the identity of a user who is not known: no guest, no other user, not even themselves', async () => {
      const attempts = [undefined, { sub: 'mallory' }, { sub: 'ada' }];
      for (const claims of attempts) {
        const Logins = claims && { [issuer.key]: await issuer.token(claims) };
        const { name } = await refusal(
          user.getCredentialsForIdentity({ IdentityId: ids.ada, ...(Logins && { Logins }) }),
        );
        expect(name).toMatch(/^(?:NotAuthorized|ResourceNotFound)Exception$/);
      }
    });

    it('such a user has the identity back once an administrator has linked them', async () => {
      await callDaypass(target, 'LinkLogin', {
        IdentityPoolId: poolId,
        IdentityId: ids.ada,
        Provider: issuer.key,
        Subject: 'ada',
      });
      const Logins = { [issuer.key]: await issuer.token({ sub: 'ada' }) };
      expect((await user.getId({ IdentityPoolId: poolId, Logins })).IdentityId).toBe(ids.ada);
      const { Credentials } = await user.getCredentialsForIdentity({ IdentityId: ids.ada, Logins });
      expect(Credentials?.SessionToken).toBeTruthy();
    });
  });

  it('links the users that a file names', async () => {
    const file = join(folder, 'logins.jsonl');
    writeFileSync(
      file,
      `${JSON.stringify({ identityId: ids.grace, provider: issuer.key, subject: 'grace' })}\n`,
    );
    const { stdout } = await run('--data', join(folder, 'linked'), '--logins', file, '--yes', '--json');
    expect(JSON.parse(stdout).Identities).toEqual({ ...tally, known: 2, reserved: 1 });
    const target = await serve('linked');
    const user = new CognitoIdentity({ endpoint: target.url, region });
    const Logins = { [issuer.key]: await issuer.token({ sub: 'grace' }) };
    expect((await user.getId({ IdentityPoolId: poolId, Logins })).IdentityId).toBe(ids.grace);
    await target.close();
  });

  it.each([
    ['that is no line of it', 'ada', /^daypass: line 1 of .* is not \{"identityId"/],
    [
      'of an identity that the pool does not have',
      JSON.stringify({ identityId: 'us-east-1:0', provider: 'p', subject: 's' }),
      /^daypass: the logins name us-east-1:0, which the pool does not have\.\n$/,
    ],
    [
      'of a provider that the identity does not have',
      () => JSON.stringify({ identityId: ids.ada, provider: 'accounts.google.com', subject: 's' }),
      /has no login of accounts\.google\.com/,
    ],
  ])('refuses a login %s, and leaves nothing behind', async (_what, text, message) => {
    const file = join(folder, 'wrong.jsonl');
    writeFileSync(file, typeof text === 'function' ? text() : text);
    const output = join(folder, 'half.jsonl');
    const { code, stderr } = await run('--logins', file, '--output', output);
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
    expect(existsSync(output)).toBe(false);
  });

  it('writes an export instead, for its owner only and never over a file', async () => {
    const output = join(folder, 'export.jsonl');
    expect((await run('--output', output)).code).toBe(0);
    expect(statSync(output).mode & 0o777).toBe(0o600);
    const again = await run('--output', output);
    expect(again.stderr).toMatch(/^daypass: .*export\.jsonl cannot be made: EEXIST/);
    expect(readFileSync(output, 'utf8').trimEnd().split('\n').length).toBe(84);
  });

  it('asks again when the answer is that there were too many questions', async () => {
    let refused = 0;
    const relay = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const isListing = String(request.headers['x-amz-target']).endsWith('.ListIdentities');
        if (isListing && refused++ < 2) {
          response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
          return response.end('{"__type":"TooManyRequestsException","message":"Rate exceeded"}');
        }
        // The signature is over the host that was asked.
        const headers = { ...request.headers, host: request.headers.host ?? '' };
        const { port } = new URL(source.url);
        send({ port, host: '127.0.0.1', method: 'POST', headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        }).end(Buffer.concat(chunks));
      });
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(relay.address() as AddressInfo).port}`;
    const { code } = await run('--endpoint', endpoint, '--dry-run', '--data', join(folder, 'none'));
    relay.closeAllConnections();
    relay.close();
    expect(code).toBe(0);
    expect(refused).toBeGreaterThan(2);
  });
});
