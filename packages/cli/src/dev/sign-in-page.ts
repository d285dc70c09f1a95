import { players } from './players.ts';

/** The page on which a player is chosen; `action` is where the form is posted. */
export function signInPage(action: string): string {
  const buttons = players.map(
    ({ subject, name }, index) =>
      `<button name="player" value="${subject}"><i class="hue${index}" aria-hidden="true">${name.charAt(0)}</i>${name}</button>`,
  );
  return page(
    'Who is playing?',
    `<p>These players live on this machine and have no password: choose one.</p>
<form method="post" action="${escapeHtml(action)}">
${buttons.join('\n')}
<button class="quiet">Back to the game</button>
</form>`,
  );
}

/** A page that only says something. */
export function messagePage(title: string, text: string): string {
  return page(title, `<p role="alert">${escapeHtml(text)}</p>`);
}

/** A page around a form of the provider's own, whose id it is. */
export function formPage(title: string, text: string, form: string, id: string): string {
  return page(
    title,
    `<p>${escapeHtml(text)}</p>
${form}
<button form="${id}">Continue</button>`,
  );
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)} – Daypass Players</title>
<style>${style}</style>
</head>
<body>
<main>
<p class="issuer">players.daypass.test</p>
<h1>${escapeHtml(title)}</h1>
${content}
</main>
</body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `
:root { --page: #eceaf4; --card: #fff; --ink: #1d1836; --quiet: #625c80; --line: #d9d5ea; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0e0b20; --card: #1a1633; --ink: #f3f0ff; --quiet: #a8a1c8; --line: #342d5c; }
}
* { box-sizing: border-box; margin: 0; }
body {
  min-height: 100dvh; display: grid; place-items: center; padding: 24px;
  background: var(--page); color: var(--ink); font: 17px/1.45 "Avenir Next", "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", sans-serif;
}
main {
  width: min(100%, 380px); padding: 28px 24px; border-radius: 24px; background: var(--card);
  box-shadow: 0 20px 60px #140f3030;
}
.issuer { font-size: 13px; letter-spacing: .04em; color: var(--quiet); }
h1 { margin: 4px 0 8px; font-size: 28px; line-height: 1.15; letter-spacing: -.02em; }
main > p:not(.issuer) { color: var(--quiet); }
form { display: grid; gap: 10px; margin-top: 24px; }
button {
  display: flex; align-items: center; gap: 14px; min-height: 60px; padding: 0 14px; cursor: pointer;
  border: 1px solid var(--line); border-radius: 16px; background: none; color: inherit; font: inherit; font-weight: 600;
}
input[type=text] {
  width: 100%; min-height: 52px; border: 1px solid var(--line); border-radius: 16px; background: none; color: inherit;
  font: inherit; letter-spacing: .1em; text-align: center; text-transform: uppercase;
}
main > form + button { width: 100%; margin-top: 12px; justify-content: center; }
button:hover { border-color: #7c5cff; }
button:focus-visible { outline: 3px solid #7c5cff; outline-offset: 2px; }
button i {
  display: grid; place-items: center; width: 38px; height: 38px; border-radius: 50%; color: #fff; font-style: normal;
}
.hue0 { background: #c2410c; } .hue1 { background: #0f766e; } .hue2 { background: #4338ca; } .hue3 { background: #a21caf; }
.quiet { justify-content: center; border-color: transparent; color: var(--quiet); font-size: 16px; }
`;
