import { loadConfig } from './config.ts';
import { byId } from './dom.ts';
import { sendRounds } from './keep.ts';
import { highScoreList, message, ownScoreList } from './lists.ts';
import { openOutbox } from './outbox.ts';
import { openDoor, type Pass } from './pass.ts';
import { showPass } from './pass-card.ts';
import { playRound } from './play.ts';
import type { Replay } from './replay.ts';
import { openReplays } from './replays.ts';
import { openScores } from './scores.ts';
import { createStage } from './stage.ts';
import { height, type Round } from './tower.ts';
import { inWords, isExpired, isUnreachable } from './words.ts';

const site = byId('site', HTMLElement);
const sheet = byId('sheet', HTMLElement);
const notice = byId('notice', HTMLElement);
const lead = byId('lead', HTMLElement);
const saved = byId('saved', HTMLElement);
const playButton = byId('play', HTMLButtonElement);
const doorButton = byId('door', HTMLButtonElement);
const scoresPanel = byId('scores', HTMLElement);
const tabs = { high: byId('tab-high', HTMLButtonElement), own: byId('tab-own', HTMLButtonElement) };
const stage = createStage();
const invitation = 'Stack the floors before sunrise.';
/** How often the high scores are looked at again while somebody looks at them, in milliseconds. */
const refresh = 5_000;

lead.textContent = invitation;
stage.rest(undefined);
new ResizeObserver(() => site.style.setProperty('--sheet', `${sheet.offsetHeight}px`)).observe(sheet);
openGame().catch(complain);
if (import.meta.env.PROD) navigator.serviceWorker?.register('/service-worker.js').catch(complain);

async function openGame(): Promise<void> {
  const config = await loadConfig();
  const door = openDoor(config);
  const scores = openScores(config, door.credentials);
  const replays = openReplays(config, door.credentials);
  const outbox = openOutbox(localStorage);
  let pass: Pass | undefined;
  let shownTab: keyof typeof tabs = 'high';

  /** Runs something a player asked for, and says so if it fails. */
  async function attempt(work: () => Promise<void>): Promise<void> {
    notice.hidden = true;
    await work().catch((error: unknown) => {
      if (isExpired(error)) pass = undefined;
      showDoor();
      complain(error);
    });
  }

  async function receive(next: Pass): Promise<void> {
    pass = next;
    showPass(next);
    showDoor();
    saved.hidden = true;
    const { count } = await sendRounds(next, outbox, scores, replays);
    if (count > 0) say(`${count === 1 ? 'The round' : `The ${count} rounds`} you built before: saved.`);
    const best = next.kind === 'player' ? replays.load(next) : Promise.resolve(undefined);
    await Promise.all([showTab(shownTab), best.then(showBest)]);
  }

  /** Begins with a pass from the service, or with the last one when the service cannot be reached. */
  async function enter(): Promise<void> {
    try {
      await receive(await door.enter());
    } catch (error) {
      const last = door.lastPass();
      if (!isUnreachable(error) || last === undefined || pass !== undefined) throw error;
      pass = last;
      showPass(last);
      throw error;
    }
  }

  function showBest(best: Replay | undefined): void {
    if (site.dataset.phase === 'playing') stage.remember(best);
    else stage.rest(best);
  }

  async function signOut(): Promise<void> {
    const guest = await door.signOut();
    site.dataset.phase = 'idle';
    lead.textContent = invitation;
    await receive(guest);
  }

  function showDoor(): void {
    doorButton.hidden = false;
    doorButton.textContent = pass?.kind === 'player' ? 'Sign out' : 'Sign in to keep your rounds';
  }

  async function showTab(tab: keyof typeof tabs): Promise<void> {
    if (tab !== shownTab) scoresPanel.replaceChildren();
    shownTab = tab;
    for (const [name, button] of Object.entries(tabs)) {
      button.ariaSelected = `${name === tab}`;
      button.tabIndex = name === tab ? 0 : -1;
    }
    scoresPanel.setAttribute('aria-labelledby', tabs[tab].id);
    const scores = await list(tab);
    // Meanwhile the player may have chosen the other one; and what has not changed stays where it was scrolled to.
    if (tab === shownTab && scores.textContent !== scoresPanel.textContent)
      scoresPanel.replaceChildren(scores);
  }

  async function list(tab: keyof typeof tabs): Promise<HTMLElement> {
    if (tab === 'high') return highScoreList(await scores.high(), pass);
    if (pass?.kind !== 'player') {
      const rounds = outbox.carried().map(({ score }) => score);
      return rounds.length === 0
        ? message('What you build as a guest is kept on this device. Sign in, and it counts.')
        : ownScoreList(rounds);
    }
    return ownScoreList(await scores.own(pass));
  }

  /** What others build meanwhile. Without an answer the list stays as it is. */
  async function lookAgain(): Promise<void> {
    if (document.visibilityState !== 'visible' || site.dataset.phase === 'playing') return;
    if (shownTab === 'high') await showTab('high').catch(() => undefined);
  }

  async function play(): Promise<void> {
    site.dataset.phase = 'playing';
    sheet.hidden = true;
    const round = await playRound(stage);
    site.dataset.phase = 'over';
    lead.textContent = result(round);
    saved.hidden = true;
    playButton.textContent = 'Build again';
    sheet.hidden = false;
    // Not at once, lest a press that came too late begins the next round.
    setTimeout(() => playButton.focus(), 600);
    const player = pass?.kind === 'player' ? pass : undefined;
    outbox.add({
      identityId: player?.identityId,
      score: { points: round.points, floors: height(round), at: new Date().toISOString() },
      replay: { points: round.points, floors: round.floors },
    });
    if (player === undefined) say('Kept on this device. Sign in, and it counts.');
    else await keep(player);
    await showTab(shownTab);
  }

  async function keep(player: Pass): Promise<void> {
    try {
      const { best } = await sendRounds(player, outbox, scores, replays);
      if (best !== undefined) stage.remember(best);
      say(best === undefined ? 'Round saved.' : 'Your best so far. Round and replay are saved.');
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      say('No connection: the round is kept on this device, and saved when there is one.');
    }
  }

  playButton.addEventListener('click', () => attempt(play));
  tabs.high.addEventListener('click', () => attempt(() => showTab('high')));
  tabs.own.addEventListener('click', () => attempt(() => showTab('own')));
  doorButton.addEventListener('click', () => attempt(pass?.kind === 'player' ? signOut : door.signIn));
  for (const tab of Object.values(tabs)) {
    tab.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
      const other = tab === tabs.high ? tabs.own : tabs.high;
      other.focus();
      other.click();
    });
  }

  playButton.disabled = false;
  await attempt(enter);
  window.addEventListener('online', () => attempt(enter));
  setInterval(lookAgain, refresh);
}

function say(text: string): void {
  saved.textContent = text;
  saved.hidden = false;
}

function complain(error: unknown): void {
  console.error(error);
  notice.textContent = inWords(error);
  notice.hidden = false;
}

function result(round: Round): string {
  const floors = height(round) === 1 ? '1 floor' : `${height(round)} floors`;
  const end = round.ending === 'sunrise' ? 'The sun is up' : 'That one missed';
  return `${end}: ${floors}, ${round.points} points.`;
}
