import type { Stage } from './stage.ts';
import { drop, newRound, passTime, type Round } from './tower.ts';

/** Plays one round on the stage: a press anywhere on it, or space or enter, drops the floor. Resolves when it is over. */
export async function playRound(stage: Stage): Promise<Round> {
  let round = newRound(0);
  const began = performance.now();
  const now = () => performance.now() - began;
  const over = Promise.withResolvers<void>();

  function letGo(): void {
    const result = drop(round, now());
    if (round.ending !== undefined) return;
    round = result.round;
    stage.dropped(result);
    if (round.ending !== undefined) over.resolve();
  }

  function pressed(event: PointerEvent | KeyboardEvent): void {
    if (event instanceof KeyboardEvent && (event.repeat || (event.key !== ' ' && event.key !== 'Enter')))
      return;
    event.preventDefault();
    letGo();
  }

  function paint(): void {
    if (round.ending !== undefined) return;
    const time = now();
    round = passTime(round, time);
    stage.frame(round, time);
    if (round.ending === undefined) requestAnimationFrame(paint);
    else over.resolve();
  }

  stage.begin(round);
  stage.element.focus();
  stage.element.addEventListener('pointerdown', pressed);
  document.addEventListener('keydown', pressed);
  requestAnimationFrame(paint);
  await over.promise;
  stage.element.removeEventListener('pointerdown', pressed);
  document.removeEventListener('keydown', pressed);
  stage.end();
  return round;
}
