import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OwnerGrant } from '../credentials/issuer.ts';
import { wrapSecret } from './access-keys.ts';
import { type AccessFloor, accessFloor, roleDocument, sessionCaller, userDocument } from './testing.ts';

const accessKeyId = 'AKIAAAAAAAAAAAAAAAAA';
const unknown = { status: 'unknown' };
let floor: AccessFloor;

beforeEach(async () => {
  floor = await accessFloor();
});

afterEach(() => floor.store.close());

async function addKey(owner: { kind: 'root' } | { kind: 'user'; userName: string }, active = true) {
  const wrappedSecret = wrapSecret(floor.master, accessKeyId, 'the secret');
  await floor.store
    .collection('access_keys')
    .insert(accessKeyId, { owner, wrappedSecret, active, createdAt: 0 });
}

async function addUser(...accessKeyIds: string[]) {
  const user = userDocument({ path: '/svc/', accessKeyIds, tags: { team: 'game' } });
  await floor.store.collection('users').insert('backend', user);
}

describe('credentials of a long-term key', () => {
  it("are root's", async () => {
    await addKey({ kind: 'root' });
    expect(await floor.openCredentials(accessKeyId, undefined)).toMatchObject({
      status: 'valid',
      secretKey: 'the secret',
      caller: { kind: 'root', arn: 'arn:aws:iam::000000000000:root' },
    });
  });

  it("are a user's, with his path, id and tags", async () => {
    await addKey({ kind: 'user', userName: 'backend' });
    await addUser(accessKeyId);
    expect(await floor.openCredentials(accessKeyId, undefined)).toEqual({
      status: 'valid',
      secretKey: 'the secret',
      caller: {
        kind: 'user',
        accessKeyId,
        arn: 'arn:aws:iam::000000000000:user/svc/backend',
        userId: 'AIDABACKEND',
        account: '000000000000',
        userName: 'backend',
        tags: { team: 'game' },
      },
    });
  });

  it('are refused when there is no such key', async () => {
    expect(await floor.openCredentials(accessKeyId, undefined)).toMatchObject(unknown);
  });

  it('are refused when the key is inactive', async () => {
    await addKey({ kind: 'user', userName: 'backend' }, false);
    await addUser(accessKeyId);
    expect(await floor.openCredentials(accessKeyId, undefined)).toMatchObject(unknown);
  });

  it('are refused when the user is gone', async () => {
    await addKey({ kind: 'user', userName: 'backend' });
    expect(await floor.openCredentials(accessKeyId, undefined)).toMatchObject(unknown);
  });

  it('are refused when the user does not list the key', async () => {
    await addKey({ kind: 'user', userName: 'backend' });
    await addUser('AKIABBBBBBBBBBBBBBBB');
    expect(await floor.openCredentials(accessKeyId, undefined)).toMatchObject(unknown);
  });

  it('are refused for what is no key id, without asking the store', async () => {
    expect(await floor.openCredentials('root', undefined)).toMatchObject(unknown);
  });
});

describe('temporary credentials of an owner', () => {
  const user = { kind: 'user', userName: 'backend', userId: 'AIDABACKEND' } as const;

  async function open(owner: OwnerGrant['owner'], lifetime = 1000) {
    const issued = await floor.sessions.issueToOwner({ owner, expiresAt: floor.clock.now() + lifetime });
    return { issued, opened: await floor.openCredentials(issued.accessKeyId, issued.sessionToken) };
  }

  it("are root's", async () => {
    const { issued, opened } = await open({ kind: 'root' });
    expect(opened).toEqual({
      status: 'valid',
      secretKey: issued.secretAccessKey,
      caller: {
        kind: 'root',
        accessKeyId: issued.accessKeyId,
        issuedAt: floor.clock.now(),
        arn: 'arn:aws:iam::000000000000:root',
        userId: '000000000000',
        account: '000000000000',
      },
    });
  });

  it("are a user's, as he is now", async () => {
    await addUser();
    const { issued, opened } = await open(user);
    expect(opened).toEqual({
      status: 'valid',
      secretKey: issued.secretAccessKey,
      caller: {
        kind: 'user',
        accessKeyId: issued.accessKeyId,
        issuedAt: floor.clock.now(),
        arn: 'arn:aws:iam::000000000000:user/svc/backend',
        userId: 'AIDABACKEND',
        account: '000000000000',
        userName: 'backend',
        tags: { team: 'game' },
      },
    });
  });

  it('are refused when the user is gone, or was made anew under the name', async () => {
    expect((await open(user)).opened).toMatchObject(unknown);
    floor.users.forget('backend');
    await addUser();
    expect((await open({ ...user, userId: 'AIDAOLD' })).opened).toMatchObject(unknown);
  });

  it('are refused when they have expired', async () => {
    expect((await open({ kind: 'root' }, 0)).opened).toMatchObject({ status: 'expired' });
  });
});

describe('credentials of a session', () => {
  async function tagsOfSession(tags: Record<string, string>, roleId = 'AROAPLAYERS') {
    const role = roleDocument({ roleId, tags: { Team: 'role', level: '1' } });
    await floor.store.collection('roles').insert('players', role);
    const { kind, accessKeyId: _, issuedAt, ...grant } = sessionCaller({ tags });
    const issued = await floor.sessions.issue({ ...grant, expiresAt: floor.clock.now() + 1000 });
    const opened = await floor.openCredentials(issued.accessKeyId, issued.sessionToken);
    return opened.status === 'valid' && opened.caller.kind === 'session' ? opened.caller.tags : opened;
  }

  it("carry the role's tags beneath their own, whatever the case", async () => {
    expect(await tagsOfSession({ team: 'session' })).toEqual({ team: 'session', level: '1' });
  });

  it("carry the role's tags when they have none", async () => {
    expect(await tagsOfSession({})).toEqual({ Team: 'role', level: '1' });
  });

  it('do not carry the tags of a role that was made anew under the name', async () => {
    expect(await tagsOfSession({}, 'AROAANEW')).toEqual({});
  });
});
