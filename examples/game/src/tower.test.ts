import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  drop,
  foundation,
  hangingFloor,
  height,
  newRound,
  passTime,
  type Round,
  sunrise,
  topFloor,
} from './tower.ts';

/** The first moment, to the millisecond, at which the hanging floor is this far right of the one below. */
function moment(round: Round, off: number): number {
  let now = round.hangingSince;
  const wanted = topFloor(round).x + off;
  const distance = (time: number) => Math.abs(hangingFloor(round, time).x - wanted);
  while (distance(now) > 0.08) now += 1;
  return now;
}

function perfectDrops(count: number): Round {
  let round = newRound(0);
  for (let i = 0; i < count; i++) round = drop(round, moment(round, 0)).round;
  return round;
}

describe('the crane', () => {
  it('swings from one side to the other and back', () => {
    const round = newRound(0);
    const middles = [0, 850, 1700, 2550, 3400].map(
      (now) => hangingFloor(round, now).x + foundation.width / 2,
    );
    expect(middles).toEqual([0, 50, 100, 50, 0]);
  });

  it('brings the next floor from the other side', () => {
    const round = perfectDrops(1);
    expect(hangingFloor(round, round.hangingSince).x + foundation.width / 2).toBe(100);
  });

  it('grows faster with every floor, up to a limit', () => {
    const sweep = (round: Round) => {
      let now = round.hangingSince;
      const start = hangingFloor(round, now).x;
      while (Math.abs(hangingFloor(round, now).x - start) < 99.9) now += 1;
      return now - round.hangingSince;
    };
    const sweeps = [0, 5, 10, 25, 30].map((floors) => sweep(perfectDrops(floors)));
    expect(sweeps).toEqual([...sweeps].sort((a, b) => b - a));
    expect(sweeps.at(-1)).toBe(sweeps.at(-2));
  });
});

describe('drop', () => {
  it.each([
    ['to the right', 10, { x: 39, width: 32 }, { x: 71, width: 10 }],
    ['to the left', -10, { x: 29, width: 32 }, { x: 19, width: 10 }],
  ])('cuts off what hangs over %s', (_side, off, landed, fallen) => {
    const round = newRound(0);
    const result = drop(round, moment(round, off));
    expect(result.perfect).toBe(false);
    expect(topFloor(result.round).x).toBeCloseTo(landed.x, 0);
    expect(topFloor(result.round).width).toBeCloseTo(landed.width, 0);
    expect(result.cutOff?.x).toBeCloseTo(fallen.x, 0);
    expect(result.cutOff?.width).toBeCloseTo(fallen.width, 0);
    expect(result.round.points).toBe(10);
  });

  it('forgives a drop that is nearly exact, and pays more for several in a row', () => {
    const points = [1, 2, 3].map((count) => perfectDrops(count).points);
    expect(points).toEqual([15, 35, 60]);
    expect(topFloor(perfectDrops(2))).toEqual(foundation);
  });

  it('widens a narrow tower after three perfect drops in a row', () => {
    let round = newRound(0);
    round = drop(round, moment(round, 12)).round;
    const narrow = topFloor(round).width;
    for (const widening of [0, 0, 3, 6]) {
      round = drop(round, moment(round, 0)).round;
      expect(topFloor(round).width).toBeCloseTo(narrow + widening, 5);
    }
  });

  it('ends the round when the floor misses the tower', () => {
    const result = drop(newRound(0), 0);
    expect(result.round.ending).toBe('missed');
    expect(height(result.round)).toBe(0);
    expect(result.cutOff).toEqual({ x: -21, width: 42 });
  });

  it('does nothing once the round is over', () => {
    const { round } = drop(newRound(0), 0);
    expect(drop(round, 850)).toEqual({ round, perfect: false, cutOff: undefined });
  });

  it('never lets a floor stick out over the one below by more than a widening', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 40 }), (waits) => {
        let round = newRound(0);
        for (const wait of waits) round = drop(round, round.hangingSince + wait).round;
        for (const [index, floor] of round.floors.entries()) {
          const below = round.floors[index - 1] ?? floor;
          expect(floor.width).toBeGreaterThan(0);
          expect(floor.x).toBeGreaterThanOrEqual(below.x - 1.5);
          expect(floor.x + floor.width).toBeLessThanOrEqual(below.x + below.width + 1.5 + 1e-9);
        }
      }),
    );
  });
});

describe('passTime', () => {
  it.each([
    ['before sunrise', sunrise - 1, undefined],
    ['at sunrise', sunrise, 'sunrise'],
  ])('%s', (_when, now, ending) => {
    expect(passTime(newRound(0), now).ending).toBe(ending);
  });

  it('leaves a missed round missed', () => {
    const { round } = drop(newRound(0), 0);
    expect(passTime(round, sunrise).ending).toBe('missed');
  });
});
