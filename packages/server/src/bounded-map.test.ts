import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BoundedMap } from './bounded-map.ts';

const key = fc.nat(5);
const call = fc.oneof(
  fc.record({ put: key, value: fc.nat() }),
  fc.record({ put: key, value: fc.nat() }),
  fc.record({ forget: key }),
);

it('is a map that forgets what was put in first, and only when it is full', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(call, { maxLength: 60 }), (capacity, calls) => {
      const map = new BoundedMap<number, number>(capacity);
      const model: [number, number][] = [];
      for (const one of calls) {
        const at = model.findIndex(([known]) => known === ('put' in one ? one.put : one.forget));
        if ('forget' in one) {
          map.delete(one.forget);
          if (at !== -1) model.splice(at, 1);
        } else {
          map.set(one.put, one.value);
          if (at !== -1) model[at] = [one.put, one.value];
          else {
            if (model.length >= capacity) model.shift();
            model.push([one.put, one.value]);
          }
        }
        for (let known = 0; known <= 5; known++) expect(map.get(known)).toBe(new Map(model).get(known));
      }
    }),
  );
});
