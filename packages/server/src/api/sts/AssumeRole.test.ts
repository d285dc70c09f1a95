import { IAMClient, ListRolesCommand, TagRoleCommand } from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  type AssumeRoleCommandOutput,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Daypass } from '../../config.ts';
import { startDaypass } from '../../main.ts';
import {
  account,
  administrator,
  allow,
  configFor,
  type Keys,
  keysIn,
  policy,
  refusal,
  stsFor,
} from './testing.ts';

let daypass: Daypass;
let admin: ReturnType<typeof administrator>;
/** A user without any permissions. */
let ada: Keys;

beforeAll(async () => {
  daypass = await startDaypass({ port: 0, logLevel: 'silent' });
  admin = administrator(daypass.url, daypass.rootCredentials);
  ada = await admin.createUser('ada');
});

afterAll(() => daypass.close());

const userArn = (name: string) => `arn:aws:iam::${account}:user/${name}`;
const roleArn = (name: string) => `arn:aws:iam::${account}:role/${name}`;

/** A role with a name of its own that trusts a principal of this account; `statement` changes the trust. */
let made = 0;
function createRole(
  AWS: string,
  statement: object = {},
  permissions: readonly object[] = [],
  more: Parameters<typeof admin.createRole>[3] = {},
): Promise<string> {
  const trust = { Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole', ...statement };
  return admin.createRole(`role-${++made}`, [trust], permissions, more);
}

function assume(
  keys: Keys,
  RoleArn: string,
  input: Partial<AssumeRoleCommandInput> = {},
): Promise<AssumeRoleCommandOutput> {
  return stsFor(daypass.url, keys).send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session', ...input }),
  );
}

const sessionOf = async (...call: Parameters<typeof assume>) => keysIn((await assume(...call)).Credentials);

function denial(who: string, action: string, resource: string, why: string): readonly [string, string] {
  return [
    'AccessDenied',
    `User: ${who} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
  ];
}

const noTrust = (action: string) => `because no role trust policy allows the ${action} action`;
const tagging = { Action: ['sts:AssumeRole', 'sts:TagSession'] };

describe('AssumeRole', () => {
  it('gives a user whom the role names a session of it', async () => {
    const RoleArn = await createRole(userArn('ada'));
    const answer = await assume(ada, RoleArn);
    expect(answer.AssumedRoleUser).toEqual({
      Arn: `arn:aws:sts::${account}:assumed-role/role-${made}/session`,
      AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{16}:session$/),
    });
    expect(answer.PackedPolicySize).toBeUndefined();
    const caller = await stsFor(daypass.url, keysIn(answer.Credentials)).send(
      new GetCallerIdentityCommand({}),
    );
    expect(caller.Arn).toBe(answer.AssumedRoleUser?.Arn);
  });

  it('leaves it to the policies of the caller when the role trusts the whole account', async () => {
    const RoleArn = await createRole(account);
    expect(await refusal(assume(ada, RoleArn))).toEqual(
      denial(
        userArn('ada'),
        'sts:AssumeRole',
        RoleArn,
        'because no identity-based policy allows the sts:AssumeRole action',
      ),
    );
    const bob = await admin.createUser('bob', [allow('sts:AssumeRole', { Resource: RoleArn })]);
    await expect(assume(bob, RoleArn)).resolves.toBeDefined();
  });

  it('refuses whom the role does not trust, and for a role that is not there', async () => {
    const trustsAnother = await createRole(roleArn('other'));
    for (const RoleArn of [trustsAnother, roleArn('nobody')]) {
      expect(await refusal(assume(ada, RoleArn))).toEqual(
        denial(userArn('ada'), 'sts:AssumeRole', RoleArn, noTrust('sts:AssumeRole')),
      );
    }
  });

  it('says when somebody is expressly denied, by the role or by his own policies', async () => {
    const Principal = { AWS: userArn('ada') };
    const denying = await admin.createRole('denying', [
      { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' },
      { Effect: 'Deny', Principal, Action: 'sts:AssumeRole' },
    ]);
    expect(await refusal(assume(ada, denying))).toEqual(
      denial(userArn('ada'), 'sts:AssumeRole', denying, 'with an explicit deny in the role trust policy'),
    );
    const eve = await admin.createUser('eve', [{ ...allow('sts:*'), Effect: 'Deny' }]);
    const open = await createRole(userArn('eve'));
    expect(await refusal(assume(eve, open))).toEqual(
      denial(userArn('eve'), 'sts:AssumeRole', open, 'with an explicit deny in an identity-based policy'),
    );
  });

  it('is not for root', async () => {
    const RoleArn = await createRole(account);
    expect(await refusal(assume(daypass.rootCredentials, RoleArn))).toEqual([
      'AccessDenied',
      'Roles may not be assumed by root accounts.',
    ]);
  });

  it('accepts no code of an MFA device', async () => {
    const RoleArn = await createRole(userArn('ada'));
    const SerialNumber = `arn:aws:iam::${account}:mfa/ada`;
    const [code, message] = await refusal(assume(ada, RoleArn, { SerialNumber, TokenCode: '123456' }));
    expect(code).toBe('AccessDenied');
    expect(message).toMatch(/^MultiFactorAuthentication failed, unable to validate MFA code\./);
  });

  it('refuses contexts of others, which it cannot verify', async () => {
    const RoleArn = await createRole(userArn('ada'));
    const ProvidedContexts = [{ ProviderArn: roleArn('context'), ContextAssertion: 'assertion' }];
    expect(await refusal(assume(ada, RoleArn, { ProvidedContexts }))).toEqual([
      'ValidationError',
      'ProvidedContexts are not supported.',
    ]);
  });

  it('lets a trust policy ask for an external id', async () => {
    const RoleArn = await createRole(userArn('ada'), {
      Condition: { StringEquals: { 'sts:ExternalId': 'partner-1' } },
    });
    await expect(assume(ada, RoleArn, { ExternalId: 'partner-1' })).resolves.toBeDefined();
    for (const input of [{}, { ExternalId: 'partner-2' }]) {
      expect((await refusal(assume(ada, RoleArn, input)))[0]).toBe('AccessDenied');
    }
  });

  it('lets a trust policy ask who calls, and from where', async () => {
    const condition = (name: string, network: string) => ({
      Condition: {
        StringEquals: { 'aws:username': name },
        IpAddress: { 'aws:SourceIp': network },
      },
    });
    const open = await createRole(userArn('ada'), condition('ada', '127.0.0.0/8'));
    await expect(assume(ada, open)).resolves.toBeDefined();
    for (const other of [condition('bob', '127.0.0.0/8'), condition('ada', '192.0.2.0/24')]) {
      expect((await refusal(assume(ada, await createRole(userArn('ada'), other))))[0]).toBe('AccessDenied');
    }
  });

  it('lets the policies of the caller ask for the tags of the role', async () => {
    const carl = await admin.createUser('carl', [
      allow('sts:AssumeRole', { Condition: { StringEquals: { 'aws:ResourceTag/team': 'red' } } }),
    ]);
    const RoleArn = await createRole(account);
    expect((await refusal(assume(carl, RoleArn)))[0]).toBe('AccessDenied');
    await admin.iam.send(
      new TagRoleCommand({ RoleName: `role-${made}`, Tags: [{ Key: 'team', Value: 'red' }] }),
    );
    await expect(assume(carl, RoleArn)).resolves.toBeDefined();
  });

  describe('with session tags', () => {
    const Tags = [{ Key: 'team', Value: 'red' }];

    it('asks for sts:TagSession on its own', async () => {
      const closed = await createRole(userArn('ada'));
      expect(await refusal(assume(ada, closed, { Tags }))).toEqual(
        denial(userArn('ada'), 'sts:TagSession', closed, noTrust('sts:TagSession')),
      );
      const open = await createRole(userArn('ada'), {
        ...tagging,
        Condition: { StringEquals: { 'aws:RequestTag/team': 'red' } },
      });
      expect((await assume(ada, open, { Tags })).PackedPolicySize).toBe(1);
    });

    it('puts them over the tags of the role', async () => {
      const onlyRed = { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'red' } } };
      const RoleArn = await createRole(userArn('ada'), tagging, [allow('iam:ListRoles', onlyRed)], {
        Tags: [{ Key: 'Team', Value: 'blue' }],
      });
      const call = (keys: Keys) => new IAMClient(configFor(daypass.url, keys)).send(new ListRolesCommand({}));
      await expect(call(await sessionOf(ada, RoleArn, { Tags }))).resolves.toBeDefined();
      expect((await refusal(call(await sessionOf(ada, RoleArn))))[0]).toBe('AccessDenied');
    });
  });

  describe('with a source identity', () => {
    it('asks for sts:SetSourceIdentity on its own', async () => {
      const closed = await createRole(userArn('ada'));
      expect(await refusal(assume(ada, closed, { SourceIdentity: 'ada' }))).toEqual(
        denial(userArn('ada'), 'sts:SetSourceIdentity', closed, noTrust('sts:SetSourceIdentity')),
      );
      const open = await createRole(userArn('ada'), { Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'] });
      expect(await assume(ada, open, { SourceIdentity: 'ada' })).toMatchObject({ SourceIdentity: 'ada' });
    });
  });

  describe('from a session of another role', () => {
    const everything = { Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'] };

    it('knows the caller by the role and by the session', async () => {
      const first = await createRole(userArn('ada'));
      const session = await sessionOf(ada, first);
      const byRole = await createRole(first, {}, [allow('sts:AssumeRole')]);
      // A role that is only named as a role still has its session policies asked.
      await expect(assume(session, byRole)).resolves.toBeDefined();
      const narrow = await sessionOf(ada, first, { Policy: policy(allow('iam:ListRoles')) });
      expect(await refusal(assume(narrow, byRole))).toEqual(
        denial(
          `arn:aws:sts::${account}:assumed-role/${first.split('/')[1]}/session`,
          'sts:AssumeRole',
          byRole,
          'because no session policy allows the sts:AssumeRole action',
        ),
      );
    });

    it('lasts an hour at most', async () => {
      const first = await createRole(userArn('ada'));
      const second = await createRole(first, {}, [], { MaxSessionDuration: 43_200 });
      const session = await sessionOf(ada, first);
      await expect(assume(session, second, { DurationSeconds: 3600 })).resolves.toBeDefined();
      expect(await refusal(assume(session, second, { DurationSeconds: 3601 }))).toEqual([
        'ValidationError',
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      ]);
    });

    it('lasts an hour at most from credentials of GetSessionToken too', async () => {
      const RoleArn = await createRole(userArn('ada'), {}, [], { MaxSessionDuration: 43_200 });
      await expect(assume(ada, RoleArn, { DurationSeconds: 3601 })).resolves.toBeDefined();
      const { Credentials } = await stsFor(daypass.url, ada).send(new GetSessionTokenCommand({}));
      const temporary = keysIn(Credentials);
      await expect(assume(temporary, RoleArn, { DurationSeconds: 3600 })).resolves.toBeDefined();
      expect((await refusal(assume(temporary, RoleArn, { DurationSeconds: 3601 })))[1]).toContain(
        'exceeds the 1 hour session limit',
      );
    });

    it('inherits the transitive tags, which need sts:TagSession and cannot be replaced', async () => {
      const first = await createRole(userArn('ada'), tagging);
      const session = await sessionOf(ada, first, {
        Tags: [
          { Key: 'team', Value: 'red' },
          { Key: 'desk', Value: '7' },
        ],
        TransitiveTagKeys: ['Team'],
      });
      const closed = await createRole(first);
      expect((await refusal(assume(session, closed)))[1]).toContain('perform: sts:TagSession');

      const onlyRed = {
        Condition: {
          StringEquals: { 'aws:PrincipalTag/team': 'red' },
          Null: { 'aws:PrincipalTag/desk': 'true' },
        },
      };
      const second = await createRole(first, tagging);
      const again = await sessionOf(session, second);
      // Inherited tags are inherited on and on.
      const third = await createRole(second, tagging, [allow('iam:ListRoles', onlyRed)]);
      const last = new IAMClient(configFor(daypass.url, await sessionOf(again, third)));
      await expect(last.send(new ListRolesCommand({}))).resolves.toBeDefined();

      for (const Key of ['team', 'TEAM']) {
        expect(await refusal(assume(session, second, { Tags: [{ Key, Value: 'blue' }] }))).toEqual([
          'InvalidParameterValue',
          "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
        ]);
      }
    });

    it('keeps the source identity, whatever is asked', async () => {
      const first = await createRole(userArn('ada'), everything);
      const session = await sessionOf(ada, first, { SourceIdentity: 'ada' });
      const closed = await createRole(first);
      expect((await refusal(assume(session, closed)))[1]).toContain('perform: sts:SetSourceIdentity');
      const second = await createRole(first, everything);
      expect(await assume(session, second)).toMatchObject({ SourceIdentity: 'ada' });
      expect(await refusal(assume(session, second, { SourceIdentity: 'eve' }))).toEqual([
        'ValidationError',
        'The source identity of a session cannot be changed.',
      ]);
    });
  });
});
