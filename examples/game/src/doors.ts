import type { Credentials } from '@daypass/client';
import { loadConfig, type PolicyDocument } from './config.ts';
import { byId, make } from './dom.ts';
import { openDoor } from './pass.ts';
import { showPass } from './pass-card.ts';
import { openScores } from './scores.ts';
import { type Try, triesFor } from './tries.ts';
import { inWords } from './words.ts';

/** Stands for another player where there is none yet. */
const nobody = 'us-east-1:00000000-0000-0000-0000-000000000000';

const notice = byId('notice', HTMLElement);
const tryAll = byId('try-all', HTMLButtonElement);
const verdict = byId('verdict', HTMLElement);
openPage().catch(complain);

async function openPage(): Promise<void> {
  const config = await loadConfig();
  const door = openDoor(config);
  const pass = await door.enter();
  showPass(pass);
  byId('rules', HTMLElement).replaceChildren(...rules(config.policies[pass.kind]));
  const credentials = await door.credentials();
  showCredentials(credentials, pass.identityId);

  const others = await openScores(config, door.credentials).high();
  const victim = others.find(({ identityId }) => identityId !== pass.identityId)?.identityId ?? nobody;
  const doors = triesFor(config, credentials, pass, victim).map(doorElement);
  byId('tries', HTMLElement).replaceChildren(...doors.map(({ element }) => element));

  tryAll.disabled = false;
  tryAll.addEventListener('click', async () => {
    tryAll.disabled = true;
    const opened = [];
    for (const one of doors) if (await one.attempt()) opened.push(one.title);
    verdict.textContent = `${doors.length - opened.length} of ${doors.length} doors stayed shut. ${
      opened.length === 0 ? 'None opened.' : `Open: ${opened.join('; ')}.`
    }`;
    verdict.hidden = false;
    tryAll.disabled = false;
  });
}

function showCredentials({ accessKeyId, sessionToken, expiration }: Credentials, identityId: string): void {
  const facts: readonly (readonly [string, string])[] = [
    ['Identity', identityId],
    ['Access key', accessKeyId],
    ['Session token', `${sessionToken.slice(0, 12)}… (${sessionToken.length} characters)`],
    ['Runs out', expiration.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })],
  ];
  byId('credentials', HTMLElement).replaceChildren(
    ...facts.flatMap(([term, value]) => [make('dt', '', term), make('dd', '', value)]),
  );
}

/** Each statement of the policy: what it allows, on what, and under which condition. */
function rules({ Statement }: PolicyDocument): HTMLElement[] {
  return Statement.map(({ Sid, Action, Resource, Condition }) => {
    const element = make('li', 'rule');
    const code = make('code');
    const lines = [`Allow  ${[Action].flat().join(', ')}`, `on     ${Resource}`];
    if (Condition !== undefined) lines.push(`if     ${JSON.stringify(Condition)}`);
    // Odd pieces are the policy variables.
    for (const [index, piece] of lines
      .join('\n')
      .split(/(\$\{[^}]+\})/)
      .entries()) {
      code.append(index % 2 === 1 ? make('mark', '', piece) : piece);
    }
    element.append(make('b', '', Sid), code);
    return element;
  });
}

interface Door {
  readonly title: string;
  readonly element: HTMLElement;
  /** Whether it opened. */
  attempt(): Promise<boolean>;
}

function doorElement({ title, request, run }: Try): Door {
  const element = make('li', 'try');
  const button = make('button', 'knock', 'Try');
  button.type = 'button';
  button.setAttribute('aria-label', `Try: ${title}`);
  const words = make('p');
  words.append(make('b', '', title), make('code', '', request));
  const answer = make('p', 'answer');
  answer.setAttribute('role', 'status');
  element.append(words, button, answer);

  async function attempt(): Promise<boolean> {
    button.disabled = true;
    const refusal = await run().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
    element.dataset.opened = `${refusal === undefined}`;
    answer.textContent = refusal === undefined ? 'It opened.' : `${refusal.name}: ${refusal.message}`;
    button.disabled = false;
    return refusal === undefined;
  }

  button.addEventListener('click', attempt);
  return { title, element, attempt };
}

function complain(error: unknown): void {
  console.error(error);
  notice.textContent = inWords(error);
  notice.hidden = false;
}
