import { fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { listen } from './listener.ts';
import { echoEndpoints } from './testing.ts';

it('keeps 10,000 idle connections in bounded memory, and goes on answering', {
  timeout: 300_000,
}, async () => {
  const listener = await listen(echoEndpoints({}), { host: '127.0.0.1', port: 0, maxConnections: 16_384 });
  const before = process.memoryUsage().rss;
  const fixture = new URL('./idle-clients.fixture.ts', import.meta.url);
  const clients = fork(fixture, [String(listener.port), '10000']);
  try {
    const [answered] = await once(clients, 'message');
    expect(answered).toBe(10_000);
    const megabytes = (process.memoryUsage().rss - before) / 1e6;
    console.log(`${megabytes.toFixed(0)} MB for 10,000 idle connections`);
    expect(megabytes).toBeLessThan(400);
    expect((await fetch(`http://127.0.0.1:${listener.port}/_daypass/health`)).status).toBe(200);
  } finally {
    clients.kill('SIGKILL');
    await listener.close(0);
  }
});
