import { describe, expect, it } from 'vitest';
import { createKeeper } from './keeper.ts';
import type { State } from './machine.ts';
import { memoryStorage } from './storage/storage.ts';

const federated: State = {
  kind: 'federated',
  identityId: 'us-east-1:1',
  provider: 'accounts.google.com',
  credentials: { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 't', expiration: new Date(0) },
};
const clearedMeanwhile = { name: 'SignedOutException', message: 'The session was cleared meanwhile.' };

const open = (storage = memoryStorage()) => createKeeper(storage, 'key', true);

describe('a keeper', () => {
  it('runs one exchange at a time, in the order they were asked for', async () => {
    const keeper = open();
    const steps: string[] = [];
    const work = (name: string) => async (from: State) => {
      steps.push(`${name} begins`);
      await keeper.load();
      steps.push(`${name} ends`);
      return from;
    };
    await Promise.all(['one', 'two'].map((name) => keeper.share(name, work(name))));
    expect(steps).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
  });

  it('gives an exchange that failed another chance', async () => {
    const keeper = open();
    await expect(keeper.share('key', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await keeper.share('key', async () => federated)).toBe(federated);
  });

  it('drops the result of an exchange that was abandoned when it was already there', async () => {
    const keeper = open();
    const run = keeper.share('key', async (from, signal) => {
      keeper.abandon();
      return keeper.settle(from, federated, signal);
    });
    await expect(run).rejects.toMatchObject(clearedMeanwhile);
    expect(await keeper.load()).toEqual({ kind: 'signedOut' });
  });

  it('never begins an exchange that was abandoned while it waited', async () => {
    const keeper = open();
    const first = keeper.share('first', async (from) => {
      keeper.abandon();
      return from;
    });
    let hasBegun = false;
    const second = keeper.share('second', async (from) => {
      hasBegun = true;
      return from;
    });
    await expect(second).rejects.toMatchObject(clearedMeanwhile);
    expect(hasBegun).toBe(false);
    await first;
  });

  it('does not bring back what another tab cleared meanwhile', async () => {
    const storage = memoryStorage();
    const keeper = open(storage);
    await keeper.become(federated);
    const run = keeper.share('key', async (from) => {
      await open(storage).become({ kind: 'signedOut' });
      return keeper.settle(from, federated);
    });
    await expect(run).rejects.toMatchObject(clearedMeanwhile);
    expect(await keeper.load()).toEqual({ kind: 'signedOut' });
  });

  it('tells every listener in a turn of its own, and none that has left', async () => {
    const keeper = open();
    const heard: string[] = [];
    const leave = keeper.on(() => heard.push('left'));
    keeper.on(() => heard.push('first'));
    keeper.on(() => heard.push('second'));
    leave();
    await keeper.load();
    const become = keeper.become(federated);
    expect(heard).toEqual([]);
    await become;
    await Promise.resolve();
    expect(heard).toEqual(['first', 'second']);
  });
});
