import { describe, expect, it } from 'vitest';
import { memoryQueue, Outbox, type OutboxOptions, Undeliverable } from './outbox.ts';

type Fault = 'fails' | 'never takes it';

function outbox(faults: Fault[], options: Partial<OutboxOptions<number>> = {}) {
  const delivered: number[] = [];
  const counts = { delivered: 0, dropped: 0, failures: 0 };
  const box = new Outbox<number>({
    firstPause: 1,
    longestPause: 2,
    async deliver(batch) {
      const fault = faults.shift();
      if (fault === 'fails') throw new Error('try again');
      if (fault === 'never takes it') throw new Undeliverable('no');
      delivered.push(...batch);
    },
    settled(outcome, count) {
      counts[outcome] += count;
    },
    failed: () => counts.failures++,
    ...options,
  });
  return { box, delivered, counts };
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const settled = async (counts: { delivered: number; dropped: number }, total: number) => {
  while (counts.delivered + counts.dropped < total) await new Promise((resolve) => setTimeout(resolve, 2));
};

describe('the outbox', () => {
  it('delivers everything in order, however much comes at once', async () => {
    const { box, delivered, counts } = outbox([]);
    for (const n of numbers(2345)) box.put(n);
    await settled(counts, 2345);
    expect(delivered).toEqual(numbers(2345));
    box.put(2345);
    await settled(counts, 2346);
    expect(delivered).toEqual(numbers(2346));
  });

  it('tries again until a batch is taken, and loses none', async () => {
    const { box, delivered, counts } = outbox(['fails', 'fails', 'fails']);
    for (const n of numbers(3)) box.put(n);
    await settled(counts, 3);
    expect(delivered).toEqual(numbers(3));
    expect(counts).toEqual({ delivered: 3, dropped: 0, failures: 3 });
  });

  it('goes on with the next batch after one that is never taken', async () => {
    const { box, delivered, counts } = outbox(['never takes it']);
    for (const n of numbers(501)) box.put(n);
    await settled(counts, 501);
    expect(delivered).toEqual([500]);
    expect(counts).toEqual({ delivered: 1, dropped: 500, failures: 1 });
  });

  it('holds no more than its capacity, and counts what it drops', async () => {
    const { box, delivered, counts } = outbox([], { queue: memoryQueue(10) });
    for (const n of numbers(100)) box.put(n);
    await box.close();
    expect(delivered).toEqual(numbers(10));
    expect(counts).toEqual({ delivered: 10, dropped: 90, failures: 0 });
  });

  it('delivers what waits when it closes, without waiting to gather more', async () => {
    const { box, delivered } = outbox([]);
    for (const n of numbers(1200)) box.put(n);
    await box.close();
    expect(delivered).toEqual(numbers(1200));
  });

  it('does not hold up the end when nobody takes anything', async () => {
    const { box, counts } = outbox(Array<Fault>(100).fill('fails'), { firstPause: 3_600_000 });
    for (const n of numbers(1200)) box.put(n);
    await box.close();
    expect(counts).toMatchObject({ delivered: 0, dropped: 1200 });
    expect(counts.failures).toBeLessThanOrEqual(2);
  });

  it('leaves what nobody took in a queue that keeps it', async () => {
    const queue = { ...memoryQueue<number>(10_000), isKept: true };
    const first = outbox(Array<Fault>(100).fill('fails'), { queue, firstPause: 3_600_000 });
    for (const n of numbers(700)) first.box.put(n);
    await first.box.close();
    expect(first.counts).toMatchObject({ delivered: 0, dropped: 0 });
    const second = outbox([], { queue });
    second.box.wake();
    await settled(second.counts, 700);
    expect(second.delivered).toEqual(numbers(700));
  });

  it('goes on after its queue failed', async () => {
    const queue = memoryQueue<number>(10);
    let faults = 2;
    const faulty = {
      ...queue,
      next(count: number) {
        if (faults-- > 0) throw new Error('the disk is slow');
        return queue.next(count);
      },
    };
    const { box, delivered, counts } = outbox([], { queue: faulty });
    box.put(1);
    await settled(counts, 1);
    expect({ delivered, failures: counts.failures }).toEqual({ delivered: [1], failures: 2 });
  });
});
