import type { Pass } from './pass.ts';
import type { Replay } from './replay.ts';
import { readReplay, writeReplay } from './replay.ts';
import type { Score } from './scores.ts';

/** A finished round that the service has not acknowledged. */
export interface PendingRound {
  /** Whose it is; a guest's round belongs to whoever signs in next on this device. */
  readonly identityId: string | undefined;
  readonly score: Score;
  readonly replay: Replay;
}

export interface Outbox {
  /** Every round is put in here first: a network that fails afterwards loses nothing. */
  add(round: PendingRound): void;
  /** The rounds that this pass may send, oldest first: its own and those of guests. */
  due(pass: Pass): readonly PendingRound[];
  /** The rounds a guest would carry along, newest first. */
  carried(): readonly PendingRound[];
  /** The service has it. */
  remove(round: PendingRound): void;
}

const key = 'topping-out.outbox';
/** More than anybody plays without a network; the oldest goes first. */
const capacity = 200;

/** Rounds that wait for the network or for a sign-in, kept in Web Storage so that they outlive the page. */
export function openOutbox(storage: Pick<Storage, 'getItem' | 'setItem'>): Outbox {
  const read = (): PendingRound[] => readRounds(storage.getItem(key));
  const write = (rounds: readonly PendingRound[]): void =>
    storage.setItem(key, JSON.stringify(rounds.slice(-capacity).map(packed)));

  return {
    add: (round) => write([...read(), round]),
    due: (pass) =>
      pass.kind === 'player'
        ? read().filter(({ identityId }) => identityId === undefined || identityId === pass.identityId)
        : [],
    carried: () =>
      read()
        .filter(({ identityId }) => identityId === undefined)
        .reverse(),
    // Read again: another tab may have added one meanwhile.
    remove: (sent) => write(read().filter(({ score }) => score.at !== sent.score.at)),
  };
}

interface PackedRound {
  readonly identityId?: string;
  readonly score: Score;
  readonly replay: string;
}

function packed({ identityId, score, replay }: PendingRound): PackedRound {
  return { ...(identityId !== undefined && { identityId }), score, replay: writeReplay(replay) };
}

/** What is stored may be older than this page, or not ours: what cannot be read is left out. */
function readRounds(text: string | null): PendingRound[] {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? '[]');
  } catch {
    return [];
  }
  if (!Array.isArray(stored)) return [];
  return stored.flatMap((entry: unknown) => {
    if (!isPacked(entry)) return [];
    const replay = readReplay(entry.replay);
    return replay === undefined ? [] : [{ identityId: entry.identityId, score: entry.score, replay }];
  });
}

function isPacked(value: unknown): value is PackedRound {
  if (typeof value !== 'object' || value === null) return false;
  const { identityId, score, replay } = value as Partial<Record<keyof PackedRound, unknown>>;
  return (
    (identityId === undefined || typeof identityId === 'string') &&
    typeof replay === 'string' &&
    typeof score === 'object' &&
    score !== null &&
    'points' in score &&
    Number.isInteger(score.points) &&
    'floors' in score &&
    Number.isInteger(score.floors) &&
    'at' in score &&
    typeof score.at === 'string'
  );
}
