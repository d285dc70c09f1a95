import { make } from './dom.ts';
import type { Pass } from './pass.ts';
import { shortIdentity } from './pass-card.ts';
import type { HighScore, Score } from './scores.ts';

/** Everybody's best rounds; the own one is known by its identity, not by its name. */
export function highScoreList(scores: readonly HighScore[], pass: Pass | undefined): HTMLElement {
  if (scores.length === 0) return message('Nobody has built anything yet. Be the first.');
  const list = make('ol', 'list');
  for (const [index, score] of scores.entries()) {
    const own = score.identityId === pass?.identityId;
    const row = make('li', own ? 'row own' : 'row');
    const name = make('span', 'who', score.name);
    name.append(make('small', '', own ? ' you' : ` …${shortIdentity(score.identityId)}`));
    row.append(
      make('span', 'rank', `${index + 1}`),
      name,
      floorsOf(score),
      make('b', 'points', `${score.points}`),
    );
    list.append(row);
  }
  return list;
}

/** The player's latest rounds. */
export function ownScoreList(scores: readonly Score[]): HTMLElement {
  if (scores.length === 0) return message('No rounds yet. The next one will be kept here.');
  const list = make('ol', 'list');
  for (const score of scores) {
    const row = make('li', 'row');
    row.append(make('span', 'who', when(score.at)), floorsOf(score), make('b', 'points', `${score.points}`));
    list.append(row);
  }
  return list;
}

export function message(text: string): HTMLElement {
  return make('p', 'message', text);
}

function floorsOf({ floors }: Score): HTMLElement {
  return make('span', 'floors', floors === 1 ? '1 floor' : `${floors} floors`);
}

function when(at: string): string {
  const time = new Date(at);
  const today = time.toDateString() === new Date().toDateString();
  return today
    ? `Today, ${time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}`
    : time.toLocaleDateString([], { day: 'numeric', month: 'long' });
}
