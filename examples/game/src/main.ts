import { loadConfig } from './config.ts';
import { byId } from './dom.ts';
import { highScoreList, message, ownScoreList } from './lists.ts';
import { openDoor, type Pass } from './pass.ts';
import { showPass } from './pass-card.ts';
import { playRound } from './play.ts';
import type { Replay } from './replay.ts';
import { openReplays } from './replays.ts';
import { openScores } from './scores.ts';
import { createStage } from './stage.ts';
import { height, type Round } from './tower.ts';
import { inWords, isExpired } from './words.ts';

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

lead.textContent = invitation;
stage.rest(undefined);
new ResizeObserver(() => site.style.setProperty('--sheet', `${sheet.offsetHeight}px`)).observe(sheet);
openGame().catch(complain);

async function openGame(): Promise<void> {
  const config = await loadConfig();
  const door = openDoor(config);
  const scores = openScores(config, door.credentials);
  const replays = openReplays(config, door.credentials);
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
    const best = next.kind === 'player' ? replays.load(next) : Promise.resolve(undefined);
    await Promise.all([showTab(shownTab), best.then(showBest)]);
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
    // Meanwhile the player may have chosen the other one.
    if (tab === shownTab) scoresPanel.replaceChildren(scores);
  }

  async function list(tab: keyof typeof tabs): Promise<HTMLElement> {
    if (tab === 'high') return highScoreList(await scores.high(), pass);
    if (pass?.kind !== 'player') return message("A guest's rounds are not kept. Sign in, and yours will be.");
    return ownScoreList(await scores.own(pass));
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
    if (pass?.kind === 'player') await keep(round, pass);
    else say("A guest's round is not kept.");
  }

  async function keep(round: Round, player: Pass): Promise<void> {
    const score = { points: round.points, floors: height(round), at: new Date().toISOString() };
    const { best } = await scores.add(player, score);
    const replay = { points: round.points, floors: round.floors };
    if (best) await replays.save(player, replay);
    say(best ? 'Your best so far. Round and replay are saved.' : 'Round saved.');
    if (best) stage.remember(replay);
    await showTab(shownTab);
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
  await attempt(async () => receive(await door.enter()));
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
