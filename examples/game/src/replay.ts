import type { Floor } from './tower.ts';

/** What is left of a round: enough to draw its tower again. */
export interface Replay {
  readonly points: number;
  readonly floors: readonly Floor[];
}

/** The text of a replay: `{ "version": 1, "points": 120, "floors": [[29, 42], …] }`. */
export function writeReplay({ points, floors }: Replay): string {
  return JSON.stringify({
    version: 1,
    points,
    floors: floors.map(({ x, width }) => [round(x), round(width)]),
  });
}

/** Reads what `writeReplay` wrote; `undefined` for anything else. */
export function readReplay(text: string): Replay | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { version, points, floors } = value as Record<string, unknown>;
  if (version !== 1 || typeof points !== 'number' || !Array.isArray(floors)) return undefined;
  const pairs = floors.filter(isPair);
  if (pairs.length !== floors.length) return undefined;
  return { points, floors: pairs.map(([x, width]) => ({ x, width })) };
}

function isPair(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((number) => Number.isFinite(number));
}

function round(length: number): number {
  return Math.round(length * 100) / 100;
}
