// A project that has installed @daypass/server and daypass: compiled and run by check-packages.ts.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { startDaypass } from '@daypass/server';
import { startTestProvider, startTestService } from '@daypass/server/testing';

const google = await startTestProvider({ key: 'accounts.google.com' });
const service = await startTestService({ providers: [google], pools: { players: {} } });
const exchange = await fetch(`${service.url}/_daypass/federate`, {
  method: 'POST',
  body: JSON.stringify({
    IdentityPoolId: service.pools.players.id,
    Logins: { [google.key]: google.token() },
  }),
});
assert.equal(exchange.status, 200, await exchange.text());
await service.close();
await google.close();

const daypass = await startDaypass({ port: 0, logLevel: 'silent' });
await daypass.close();

/** Runs `npx daypass …` until it prints an address after `label`, looks at it, and ends it as a user would. */
async function command(parameters: string[], label: string, look: (url: string) => Promise<void>) {
  const child = spawn('node_modules/.bin/daypass', parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    const url = new RegExp(`${label}\\s+(http\\S+)`).exec(line)?.[1];
    if (url === undefined) continue;
    await look(url);
    break;
  }
  child.kill('SIGTERM');
  assert.deepEqual(await exit, [0, null]);
}

const workers = ['--data', 'workers', '--workers', '2'];
await command(['start', '--port', '0', ...workers], 'listening on', async (url) => {
  assert.equal((await fetch(`${url}/_daypass/health`)).status, 200);
  assert.match(await (await fetch(`${url}/_daypass/console/`)).text(), /<script type="module"/);
});

const ports = ['--port', '0', '--game-port', '0', '--oidc-port', '0'];
await command(['dev', '--data', 'dev', ...ports], 'Game', async (url) => {
  assert.match(await (await fetch(url)).text(), /<script type="module"/);
});
console.log(`served in ${process.version}`);
