import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openOutbox, type PendingRound } from './outbox.ts';
import type { Pass } from './pass.ts';

const ada: Pass = { identityId: 'us-east-1:ada', kind: 'player', name: 'Ada', role: 'Player' };
const grace: Pass = { ...ada, identityId: 'us-east-1:grace', name: 'Grace' };
const guest: Pass = { ...ada, identityId: 'us-east-1:ada', kind: 'guest' };

function storage(text: string | null = null) {
  let kept = text;
  return {
    getItem: () => kept,
    setItem: (_key: string, value: string) => {
      kept = value;
    },
  };
}

function round(points: number, identityId?: string): PendingRound {
  const at = `2026-01-01T00:00:${String(points).padStart(2, '0')}.000Z`;
  return { identityId, score: { points, floors: 1, at }, replay: { points, floors: [{ x: 1, width: 2 }] } };
}

describe('outbox', () => {
  it('keeps rounds over a reload, oldest first', () => {
    const kept = storage();
    openOutbox(kept).add(round(1, ada.identityId));
    openOutbox(kept).add(round(2, ada.identityId));
    expect(openOutbox(kept).due(ada)).toEqual([round(1, ada.identityId), round(2, ada.identityId)]);
  });

  it('gives the rounds of guests to whoever signs in, and those of a player to nobody else', () => {
    const outbox = openOutbox(storage());
    outbox.add(round(1));
    outbox.add(round(2, ada.identityId));
    expect(outbox.due(grace)).toEqual([round(1)]);
    expect(outbox.due(ada)).toEqual([round(1), round(2, ada.identityId)]);
    expect(outbox.due(guest)).toEqual([]);
    expect(outbox.carried()).toEqual([round(1)]);
  });

  it('drops what was sent, and nothing that came meanwhile', () => {
    const kept = storage();
    const outbox = openOutbox(kept);
    outbox.add(round(1));
    const [first] = outbox.due(ada);
    openOutbox(kept).add(round(2));
    if (first !== undefined) outbox.remove(first);
    expect(outbox.due(ada)).toEqual([round(2)]);
  });

  it('keeps the latest two hundred', () => {
    const outbox = openOutbox(storage());
    for (let points = 0; points < 205; points++) outbox.add(round(points));
    expect(outbox.due(ada).map(({ score }) => score.points)).toEqual(
      Array.from({ length: 200 }, (_, index) => index + 5),
    );
  });

  it('ignores what it did not write', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(Array.isArray(openOutbox(storage(text)).due(ada))).toBe(true);
      }),
    );
    expect(openOutbox(storage('[{"score":{"points":1},"replay":"{}"},7,null]')).due(ada)).toEqual([]);
  });
});
