import { describe, expect, it } from 'vitest';
import { rateLimits } from './rate-limit.ts';

function limits(rates: { perAddress?: number; perPool?: number }) {
  const time = { now: 1_700_000_000_000 };
  const made = rateLimits({ perAddress: 0, perPool: 0, ...rates }, { now: () => time.now });
  const taken = (address: string, tries: number, operation = 'GetId') =>
    Array.from({ length: tries }, () => made.admitsAddress(address, operation)).filter(Boolean).length;
  return { time, taken, ...made };
}

describe('the rate of one address for one operation', () => {
  it('is a burst of ten seconds, then as many as come back', () => {
    const { time, taken } = limits({ perAddress: 5 });
    expect(taken('203.0.113.9', 100)).toBe(50);
    time.now += 1000;
    expect(taken('203.0.113.9', 100)).toBe(5);
    time.now += 3_600_000;
    expect(taken('203.0.113.9', 100)).toBe(50);
  });

  it('is nobody else’s, and no other operation’s', () => {
    const { taken } = limits({ perAddress: 1 });
    taken('203.0.113.9', 100);
    expect(taken('203.0.113.10', 100)).toBe(10);
    expect(taken('203.0.113.9', 100, 'GetOpenIdToken')).toBe(10);
  });

  it('is that of the /64 for IPv6', () => {
    const { taken } = limits({ perAddress: 1 });
    taken('2001:db8:1:2::1', 100);
    expect(taken('2001:db8:1:2:3:4:5:6', 100)).toBe(0);
    expect(taken('2001:db8:1:3::1', 100)).toBe(10);
    taken('2001:db8::1', 100);
    expect(taken('2001:db8:0:0:9::', 100)).toBe(0);
  });

  it('shuts nobody out when the clock jumps back an hour', () => {
    const { time, taken } = limits({ perAddress: 5 });
    taken('203.0.113.9', 100);
    time.now -= 3_600_000;
    expect(taken('203.0.113.9', 100)).toBe(0);
    time.now += 2000;
    expect(taken('203.0.113.9', 100)).toBe(10);
  });

  it('may be less than one a second', () => {
    const { time, taken } = limits({ perAddress: 0.5 });
    expect(taken('203.0.113.9', 100)).toBe(5);
    time.now += 2000;
    expect(taken('203.0.113.9', 100)).toBe(1);
  });

  it('lets one in at least, however few they are', () => {
    const { time, taken } = limits({ perAddress: 0.01 });
    expect(taken('203.0.113.9', 100)).toBe(1);
    time.now += 100_000;
    expect(taken('203.0.113.9', 100)).toBe(1);
  });

  it('is without limit at 0', () => {
    const { taken } = limits({ perAddress: 0 });
    expect(taken('203.0.113.9', 10_000)).toBe(10_000);
  });

  it('is rarely shared, whoever uses theirs up', () => {
    const { taken } = limits({ perAddress: 0.1 });
    for (let attacker = 0; attacker < 1000; attacker++) taken(`198.51.${attacker >> 8}.${attacker & 255}`, 2);
    const others = Array.from({ length: 2000 }, (_, n) => taken(`192.0.${n >> 8}.${n & 255}`, 1));
    // 1,000 of 131,072 buckets are empty: 15 of 2,000 are expected to meet one.
    expect(others.filter((admitted) => admitted === 0).length).toBeLessThan(60);
  });
});

describe('the rate of one pool for one operation', () => {
  it('counts all addresses together', () => {
    const { admitsPool } = limits({ perPool: 2 });
    const admitted = Array.from({ length: 50 }, () => admitsPool('us-east-1:a', 'GetId')).filter(Boolean);
    expect(admitted.length).toBe(20);
    expect(admitsPool('us-east-1:b', 'GetId')).toBe(true);
  });
});
