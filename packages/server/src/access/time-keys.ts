type TimeKeys = readonly (readonly [string, string])[];

let second = Number.NaN;
let keys: TimeKeys = [];

/** The condition keys that hold the time, to the second. `now` in milliseconds since the epoch. */
export function timeKeys(now: number): TimeKeys {
  const current = Math.floor(now / 1000);
  if (current !== second) {
    second = current;
    keys = [
      ['aws:currenttime', `${new Date(current * 1000).toISOString().slice(0, 19)}Z`],
      ['aws:epochtime', String(current)],
    ];
  }
  return keys;
}
