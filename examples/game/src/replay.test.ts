import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReplay, writeReplay } from './replay.ts';

describe('replay', () => {
  it('is read as it was written, to a hundredth', () => {
    const replay = {
      points: 45,
      floors: [
        { x: 29, width: 42 },
        { x: 31.25, width: 39.75 },
      ],
    };
    expect(readReplay(writeReplay(replay))).toEqual(replay);
  });

  it.each([
    ['not JSON', '{'],
    ['not an object', '7'],
    ['null', 'null'],
    ['another version', '{"version":2,"points":1,"floors":[]}'],
    ['no points', '{"version":1,"floors":[]}'],
    ['a floor without a width', '{"version":1,"points":1,"floors":[[1]]}'],
    ['a floor of text', '{"version":1,"points":1,"floors":[["1","2"]]}'],
  ])('refuses %s', (_case, text) => {
    expect(readReplay(text)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void readReplay(text)));
  });
});
