import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IdentityId, PoolId } from '../ids.ts';
import { openMasterKey } from '../keys/master.ts';
import { openSealingKeys, type SealingKeys } from '../keys/sealing.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import type { Store } from '../store/store.ts';
import { TestClock } from '../tokens/testing/issuer.ts';
import { type EmbeddedCredentials, embeddedCredentials } from './embedded.ts';
import type { OwnerGrant, SessionGrant } from './issuer.ts';

let store: Store;
let keys: SealingKeys;
let clock: TestClock;
let credentials: EmbeddedCredentials;

beforeAll(async () => {
  store = await openSqliteStore({ path: ':memory:' });
  keys = await openSealingKeys({ store, master: await openMasterKey({}), clock: new TestClock() });
});

beforeEach(() => {
  clock = new TestClock();
  credentials = embeddedCredentials({ keys, clock });
});

afterAll(() => store.close());

const plain: SessionGrant = {
  arn: 'arn:aws:sts::000000000000:assumed-role/Player/session',
  userId: 'AROAPLAYER:session',
  account: '000000000000',
  roleArn: 'arn:aws:iam::000000000000:role/games/Player',
  roleName: 'Player',
  sessionName: 'session',
  expiresAt: Date.UTC(2026, 0, 1, 1),
  tags: {},
};

const full: SessionGrant = {
  ...plain,
  tags: Object.fromEntries([
    ['team', 'rôt €'],
    ['__proto__', 'x'],
  ]),
  federation: {
    provider: 'cognito-identity.amazonaws.com',
    audience: 'us-east-1:pool',
    subject: 'us-east-1:identity',
    amr: ['authenticated', 'login.example.test'],
  },
  identityId: 'us-east-1:identity' as IdentityId,
  poolId: 'us-east-1:pool' as PoolId,
  sessionPolicy: '{"Statement":[]}',
  sessionPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
  sourceIdentity: 'ada',
  transitiveTagKeys: ['team'],
};

const saml: SessionGrant = {
  ...plain,
  federation: {
    provider: 'arn:aws:iam::000000000000:saml-provider/corporate',
    audience: 'https://signin.aws.amazon.com/saml',
    subject: 'ada',
    amr: [],
    saml: { nameQualifier: 'SbdGOnUkh1i4+EXAMPLExL/jEvs=', subjectType: 'persistent' },
  },
};

const owners: readonly OwnerGrant['owner'][] = [
  { kind: 'root' },
  { kind: 'user', userName: 'ada', userId: 'AIDAADA' },
];

describe('our temporary credentials', () => {
  it.each([
    ['little', plain],
    ['everything', full],
    ['the name of a SAML subject', saml],
  ])('open to the session that they were made for, with %s in it', async (_, grant) => {
    const made = await credentials.issue(grant);
    expect(made.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(made.secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/);
    expect(made.expiration).toEqual(new Date(grant.expiresAt));
    const opened = await credentials.open(made.accessKeyId, made.sessionToken);
    expect(opened).toEqual({
      secretKey: made.secretAccessKey,
      session: { ...grant, kind: 'session', accessKeyId: made.accessKeyId, issuedAt: clock.now() },
    });
    const { session } = opened ?? {};
    expect(Object.entries(session?.kind === 'session' ? session.tags : {})).toEqual(
      Object.entries(grant.tags),
    );
  });

  it.each(owners)('open to the owner of a long-term key: $kind', async (owner) => {
    const { expiresAt } = plain;
    const made = await credentials.issueToOwner({ owner, expiresAt });
    expect(made).toMatchObject({
      accessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
      expiration: new Date(expiresAt),
    });
    expect(await credentials.open(made.accessKeyId, made.sessionToken)).toEqual({
      secretKey: made.secretAccessKey,
      session: { kind: 'owner', accessKeyId: made.accessKeyId, owner, issuedAt: clock.now(), expiresAt },
    });
  });

  it('are others each time', async () => {
    const [one, two] = [await credentials.issue(plain), await credentials.issue(plain)];
    expect(two.accessKeyId).not.toBe(one.accessKeyId);
    expect(two.secretAccessKey).not.toBe(one.secretAccessKey);
  });

  it('open on every node that has the keys, also after their end, which whoever opens them looks at', async () => {
    const made = await credentials.issue(plain);
    clock.advance(100_000);
    const opened = await embeddedCredentials({ keys, clock }).open(made.accessKeyId, made.sessionToken);
    expect(opened?.session.expiresAt).toBe(plain.expiresAt);
  });

  it('do not open with the access key id of others', async () => {
    const [one, two] = [await credentials.issue(plain), await credentials.issue(plain)];
    expect(await credentials.open(two.accessKeyId, one.sessionToken)).toBeUndefined();
    expect(await credentials.open('', one.sessionToken)).toBeUndefined();
  });

  it.each([
    ['a role', () => credentials.issue(full)],
    ['root', () => credentials.issueToOwner({ owner: { kind: 'root' }, expiresAt: plain.expiresAt })],
  ])('of %s do not open with any bit of the token changed, cut short or made longer', async (_, issue) => {
    const made = await issue();
    const token = Buffer.from(made.sessionToken, 'base64');
    for (let bit = 0; bit < token.length * 8; bit++) {
      const changed = Buffer.from(token);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(
        await credentials.open(made.accessKeyId, changed.toString('base64')),
        `bit ${bit}`,
      ).toBeUndefined();
    }
    for (let length = 0; length < token.length; length++) {
      expect(await credentials.open(made.accessKeyId, token.toString('base64', 0, length))).toBeUndefined();
    }
    const longer = Buffer.concat([token, Buffer.alloc(1)]).toString('base64');
    expect(await credentials.open(made.accessKeyId, longer)).toBeUndefined();
  });

  it('do not show the secret in the token', async () => {
    const made = await credentials.issue(plain);
    const secret = Buffer.from(made.secretAccessKey, 'base64');
    expect(Buffer.from(made.sessionToken, 'base64').includes(secret)).toBe(false);
  });

  it('do not open where the sealing keys are others', async () => {
    const made = await credentials.issue(plain);
    const elsewhere = await openSqliteStore({ path: ':memory:' });
    const otherKeys = await openSealingKeys({ store: elsewhere, master: await openMasterKey({}), clock });
    const others = embeddedCredentials({ keys: otherKeys, clock });
    expect(await others.open(made.accessKeyId, made.sessionToken)).toBeUndefined();
    await elsewhere.close();
  });

  it.each([
    ['nothing', ''],
    ['no base64', '???'],
    ['a token of AWS', `IQoJb3JpZ2luX2VjE${'x'.repeat(500)}`],
    ['an unknown key id', Buffer.from(`\u0001\u0002k9{}${'\0'.repeat(32)}`, 'latin1').toString('base64')],
    [
      'a key id longer than the token',
      Buffer.from(`\u0001\u00ff${'\0'.repeat(40)}`, 'latin1').toString('base64'),
    ],
    ['more than any token has', 'A'.repeat(20_000)],
  ])('do not open with %s as token', async (_, token) => {
    expect(await credentials.open('ASIAAAAAAAAAAAAAAAAA', token)).toBeUndefined();
  });
});
