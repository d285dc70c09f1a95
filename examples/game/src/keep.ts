import type { Outbox } from './outbox.ts';
import type { Pass } from './pass.ts';
import type { Replay } from './replay.ts';
import type { openReplays } from './replays.ts';
import type { openScores } from './scores.ts';

/** What became of the rounds that were waiting. */
export interface Kept {
  readonly count: number;
  /** The replay of the best round, if one of them is the player's best so far. */
  readonly best: Replay | undefined;
}

/**
 * Sends the rounds that wait for this pass. One is dropped only when the service has it; sent twice – the answer may
 * have been lost – it is the same item, for its key is the identity and the time. Throws what the AWS SDK throws.
 */
export async function sendRounds(
  pass: Pass,
  outbox: Outbox,
  scores: ReturnType<typeof openScores>,
  replays: ReturnType<typeof openReplays>,
): Promise<Kept> {
  let best: Replay | undefined;
  const due = outbox.due(pass);
  for (const round of due) {
    const added = await scores.add(pass, round.score);
    if (added.best) {
      await replays.save(pass, round.replay);
      best = round.replay;
    }
    outbox.remove(round);
  }
  return { count: due.length, best };
}
