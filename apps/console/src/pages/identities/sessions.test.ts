import { describe, expect, it } from 'vitest';
import { sessionsEnd } from './sessions.ts';

const now = 1_800_000_000;

describe('the sessions of an identity', () => {
  it.each([
    { seen: 10, end: 3600 + 60 - 10 },
    { seen: 3700, end: undefined },
    { seen: 3700, settings: { CredentialLifetime: 7200 }, end: 7200 + 60 - 3700 },
    { seen: 900, settings: { CredentialLifetime: 600 }, end: undefined },
    { seen: 3700, pool: { AllowClassicFlow: true }, end: 43_200 + 60 - 3700 },
    { seen: 10, enabled: false, end: undefined },
  ])('seen $seen s ago, they end in $end s', ({ seen, settings = {}, pool = {}, enabled = true, end }) => {
    const identity = { Enabled: enabled, LastSeenDate: now - seen };
    expect(sessionsEnd(identity, pool, settings, now)).toBe(end === undefined ? undefined : now + end);
  });
});
