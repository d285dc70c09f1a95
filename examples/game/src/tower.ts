/**
 * The rules of Topping Out. A crane carries one floor after the other across the site; each is dropped on the one
 * below, and what hangs over is cut off. A round ends with a miss, or at sunrise.
 *
 * Lengths are hundredths of the site's width, times are milliseconds since the round began.
 */

export interface Floor {
  /** Left edge. */
  readonly x: number;
  readonly width: number;
}

export interface Round {
  /** From the ground up; the first one is the foundation and counts for nothing. */
  readonly floors: readonly Floor[];
  /** When the floor that hangs on the crane now began to move. */
  readonly hangingSince: number;
  /** Perfect drops in a row. */
  readonly streak: number;
  readonly points: number;
  readonly ending: 'missed' | 'sunrise' | undefined;
}

/** What a drop did: the round after it, and what fell to the ground. */
export interface Drop {
  readonly round: Round;
  readonly perfect: boolean;
  readonly cutOff: Floor | undefined;
}

export const sunrise = 45_000;

export const foundation: Floor = { x: 29, width: 42 };
/** How far off a drop may be and still count as perfect. */
const tolerance = 2;
/** From this many perfect drops in a row on, the tower grows wider again. */
const widensFrom = 3;
const widensBy = 3;
/** Time the crane takes from one side to the other. */
const slowestSweep = 1700;
const fastestSweep = 850;
const pointsPerFloor = 10;
const pointsPerStreak = 5;
const longestStreak = 6;

export function newRound(now: number): Round {
  return { floors: [foundation], hangingSince: now, streak: 0, points: 0, ending: undefined };
}

export function topFloor(round: Round): Floor {
  return round.floors.at(-1) ?? foundation;
}

/** How many floors stand on the foundation. */
export function height(round: Round): number {
  return round.floors.length - 1;
}

/** Where the floor on the crane is: its middle swings from one side of the site to the other, faster with every floor. */
export function hangingFloor(round: Round, now: number): Floor {
  const { width } = topFloor(round);
  const sweep = Math.max(fastestSweep, slowestSweep - 40 * height(round));
  const phase = ((now - round.hangingSince) / sweep) % 2;
  const along = phase < 1 ? phase : 2 - phase;
  const middle = 100 * (height(round) % 2 === 0 ? along : 1 - along);
  return { x: middle - width / 2, width };
}

/** Ends the round at sunrise. */
export function passTime(round: Round, now: number): Round {
  return round.ending === undefined && now >= sunrise ? { ...round, ending: 'sunrise' } : round;
}

/** Drops the floor that hangs on the crane. A round that is over stays as it is. */
export function drop(round: Round, now: number): Drop {
  if (round.ending !== undefined) return { round, perfect: false, cutOff: undefined };
  const falling = hangingFloor(round, now);
  const below = topFloor(round);
  const off = falling.x - below.x;
  const overlap = below.width - Math.abs(off);

  if (overlap <= 0) {
    return { round: { ...round, streak: 0, ending: 'missed' }, perfect: false, cutOff: falling };
  }
  if (Math.abs(off) <= tolerance) {
    const streak = round.streak + 1;
    const landed = streak >= widensFrom ? widened(below) : below;
    return { round: landedOn(round, landed, streak, now), perfect: true, cutOff: undefined };
  }
  const landed = { x: Math.max(falling.x, below.x), width: overlap };
  const cutOff = { x: off < 0 ? falling.x : below.x + below.width, width: Math.abs(off) };
  return { round: landedOn(round, landed, 0, now), perfect: false, cutOff };
}

function landedOn(round: Round, floor: Floor, streak: number, now: number): Round {
  return {
    ...round,
    floors: [...round.floors, floor],
    hangingSince: now,
    streak,
    points: round.points + pointsPerFloor + pointsPerStreak * Math.min(streak, longestStreak),
  };
}

function widened(floor: Floor): Floor {
  const width = Math.min(foundation.width, floor.width + widensBy);
  return { x: floor.x - (width - floor.width) / 2, width };
}
