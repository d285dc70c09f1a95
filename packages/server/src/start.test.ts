import { spawnSync } from 'node:child_process';
import { startDaypass } from '@daypass/server';
import { describe, expect, it } from 'vitest';

/** Starts a service in a process of its own, and prints the packages outside of this repository that were loaded. */
const program = `
import { registerHooks } from 'node:module';
const loaded = new Set();
registerHooks({
  load(url, context, next) {
    const [, name] = /\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)\\/(?!.*\\/node_modules\\/)/.exec(url) ?? [];
    if (name !== undefined) loaded.add(name);
    return next(url, context);
  },
});
const { startDaypass } = await import('@daypass/server');
const service = await startDaypass({ port: 0, logLevel: 'silent' });
await service.close();
console.log(JSON.stringify([...loaded]));
`;

describe('a start in memory', () => {
  it('loads nothing that only some services need', () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const loaded: string[] = JSON.parse(stdout);
    // What it does need shows that the list is not empty by mistake.
    expect(loaded).toContain('pino');
    const later = [
      '@node-saml/node-saml',
      '@opentelemetry/exporter-trace-otlp-http',
      '@opentelemetry/sdk-trace',
      'pg',
      'prom-client',
      'undici',
    ];
    expect(loaded.filter((name) => later.includes(name))).toEqual([]);
  });
});

describe('a start', () => {
  it('is refused where the service would be on the host of a bucket', async () => {
    const start = startDaypass({ port: 0, publicUrl: 'https://id.example.com', s3Domain: 'example.com' });
    await expect(start).rejects.toMatchObject({ name: 'StartFailure', obstacle: 'options' });
  });
});
