import { byId, make } from './dom.ts';
import type { Replay } from './replay.ts';
import {
  type Drop,
  type Floor,
  foundation,
  hangingFloor,
  height,
  type Round,
  sunrise,
  topFloor,
} from './tower.ts';

// As in style.css: heights of the ground and of one floor, in hundredths of the site's width.
const groundHeight = 12;
const floorHeight = 8.5;

/** Draws the building site. Lengths of the game are `cqw` of the stage, so nothing is measured. */
export function createStage() {
  const site = byId('site', HTMLElement);
  const stage = byId('stage', HTMLElement);
  const world = byId('world', HTMLDivElement);
  const tower = byId('tower', HTMLDivElement);
  const ghost = byId('ghost', HTMLDivElement);
  const points = byId('hud-points', HTMLElement);
  const floors = byId('hud-floors', HTMLElement);
  const night = byId('hud-night', HTMLElement);
  let hanging: HTMLElement | undefined;

  /** The sky at this time: dusk, night, and a sunrise that begins in the last third. */
  function paintSky(now: number): void {
    const done = Math.min(now / sunrise, 1);
    const dark = Math.min(done / 0.3, 1);
    const dawn = Math.max(0, (done - 0.65) / 0.35);
    site.style.setProperty('--night', dark.toFixed(3));
    site.style.setProperty('--dawn', dawn.toFixed(3));
    night.style.width = `${(100 - done * 100).toFixed(2)}%`;
  }

  function lookAt(floorCount: number): void {
    world.style.setProperty('--top', `${(groundHeight + floorCount * floorHeight).toFixed(2)}cqw`);
  }

  function showPoints(round: Round): void {
    points.textContent = `${round.points}`;
    floors.textContent = `${height(round)}`;
  }

  return {
    element: stage,

    /** Clears the site for a new round. */
    begin(round: Round): void {
      tower.replaceChildren(...round.floors.map(floorElement));
      hanging = hangingElement(topFloor(round), round.floors.length);
      tower.append(hanging);
      lookAt(round.floors.length);
      showPoints(round);
      paintSky(0);
    },

    /** The next picture of a round. */
    frame(round: Round, now: number): void {
      const floor = hangingFloor(round, now);
      if (hanging) hanging.style.transform = `translateX(${floor.x.toFixed(3)}cqw)`;
      paintSky(now);
    },

    /** What a drop did. */
    dropped({ round, perfect, cutOff }: Drop): void {
      hanging?.remove();
      const level = round.floors.length - (round.ending === 'missed' ? 0 : 1);
      if (cutOff) tower.append(fallingElement(cutOff, level, cutOff.x < topFloor(round).x));
      if (round.ending === undefined) {
        const landed = floorElement(topFloor(round), level);
        landed.classList.add(perfect ? 'perfect' : 'landed');
        tower.append(landed);
        tower.querySelector('.cheer')?.remove();
        if (perfect) tower.append(cheer(round, level));
        hanging = hangingElement(topFloor(round), round.floors.length);
        tower.append(hanging);
      }
      lookAt(round.floors.length);
      showPoints(round);
    },

    /** The crane leaves. */
    end(): void {
      hanging?.remove();
      hanging = undefined;
    },

    /** Shows the player's best tower while nothing is being built; the empty site if there is none. */
    rest(best: Replay | undefined): void {
      const floors = best?.floors ?? [foundation];
      const waiting = hangingElement(floors.at(-1) ?? foundation, floors.length);
      waiting.style.transform = 'translateX(4cqw)';
      tower.replaceChildren(...floors.map(floorElement), waiting);
      lookAt(floors.length);
      paintSky(0);
      this.remember(best);
    },

    /** From now on the outline of this tower stands behind the one that is being built. */
    remember(best: Replay | undefined): void {
      const floors = best?.floors ?? [];
      ghost.replaceChildren(...floors.map((floor, level) => place(make('i', 'outline'), floor, level)));
      const top = floors.at(-1);
      if (best && top)
        ghost.append(place(make('b', 'flag', `Your best: ${best.points}`), top, floors.length));
    },
  };
}

export type Stage = ReturnType<typeof createStage>;

function place<Type extends HTMLElement>(element: Type, floor: Floor, level: number): Type {
  element.style.left = `${floor.x}cqw`;
  element.style.width = `${floor.width}cqw`;
  element.style.bottom = `${groundHeight + level * floorHeight}cqw`;
  return element;
}

function floorElement(floor: Floor, level: number): HTMLElement {
  const element = place(make('div', level === 0 ? 'floor foundation' : 'floor'), floor, level);
  paintFacade(element, floor, level);
  return element;
}

/** Windows stand on one grid for the whole site, so that a floor that is cut keeps its own. */
function paintFacade(element: HTMLElement, floor: Floor, level: number): void {
  element.style.setProperty('--hue', `${hueOf(level)}`);
  element.style.setProperty('--grid', `${-floor.x}cqw`);
  element.style.setProperty('--lit', `${((level * 7) % 5) * 5}cqw`);
}

/** From violet over pink to amber and back. */
function hueOf(level: number): number {
  const step = (level * 8) % 280;
  return 260 + (step < 140 ? step : 280 - step);
}

/** The next floor, on the crane above the topmost one. */
function hangingElement(top: Floor, level: number): HTMLElement {
  const element = place(make('div', 'floor hanging'), { x: 0, width: top.width }, level + 1);
  element.dataset.testid = 'hanging';
  paintFacade(element, top, level);
  return element;
}

function fallingElement(piece: Floor, level: number, toTheLeft: boolean): HTMLElement {
  const element = floorElement(piece, level);
  element.classList.add('falling', toTheLeft ? 'left' : 'right');
  element.addEventListener('animationend', () => element.remove());
  return element;
}

function cheer({ streak, floors }: Round, level: number): HTMLElement {
  const floor = floors.at(-1) ?? { x: 0, width: 0 };
  const element = place(make('b', 'cheer', streak > 1 ? `Perfect ×${streak}` : 'Perfect'), floor, level + 1);
  element.addEventListener('animationend', () => element.remove());
  return element;
}
