import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { addStartOptions, daypassOptions } from './start-command.ts';

/** What the service is started with by a command line and its environment. */
function started(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const command = addStartOptions(new Command('start')).parse(args, { from: 'user' });
  return daypassOptions(command.opts(), process.env);
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the options about providers', () => {
  it('open no private address and keep keys for an hour, when nothing is said', () => {
    expect(started([])).toMatchObject({
      privateProviders: [],
      staleKeysSeconds: 3600,
      providerOverrides: {},
    });
  });

  it('are taken from the command line', () => {
    expect(
      started([
        ...['--private-provider', 'id.internal/realms/app', '--private-provider', 'sso.internal'],
        ...['--stale-keys-seconds', '0', '--provider-override', 'a.test=https://b.test'],
      ]),
    ).toMatchObject({
      privateProviders: ['id.internal/realms/app', 'sso.internal'],
      staleKeysSeconds: 0,
      providerOverrides: { 'a.test': 'https://b.test' },
    });
  });

  it('are taken from the environment', () => {
    const environment = { DAYPASS_PRIVATE_PROVIDERS: 'id.internal, *', DAYPASS_STALE_KEYS_SECONDS: '7200' };
    expect(started([], environment)).toMatchObject({
      privateProviders: ['id.internal', '*'],
      staleKeysSeconds: 7200,
    });
  });
});
