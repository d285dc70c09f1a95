import { byId, make } from './dom.ts';
import type { Pass } from './pass.ts';

/** The last four digits of an identity: enough to tell two players of one name apart. */
export function shortIdentity(identityId: string): string {
  return identityId.slice(-4);
}

/** Shows who is playing, under which role and identity. */
export function showPass(pass: Pass): void {
  const card = byId('pass', HTMLElement);
  card.hidden = false;
  card.dataset.kind = pass.kind;
  byId('pass-kind', HTMLElement).textContent = pass.kind === 'player' ? 'Player pass' : 'Guest pass';
  byId('pass-name', HTMLElement).textContent = pass.name;
  byId('pass-initial', HTMLElement).textContent = pass.name.charAt(0).toUpperCase();
  byId('pass-role', HTMLElement).textContent = pass.role;
  const identity = byId('pass-identity', HTMLElement);
  identity.textContent = `…${shortIdentity(pass.identityId)}`;
  identity.title = pass.identityId;

  // The identity as a bar code: each of its hexadecimal digits is the width of a bar.
  const digits = pass.identityId.replace(/^.*:/, '').replaceAll('-', '').slice(-14);
  byId('pass-bars', HTMLElement).replaceChildren(
    ...Array.from(digits, (digit) => {
      const bar = make('i');
      bar.style.height = `${1 + Number.parseInt(digit, 16) / 5}px`;
      return bar;
    }),
  );
}
