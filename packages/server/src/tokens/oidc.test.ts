import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PoolProviders, TokenVerifier } from './login.ts';
import { pool, TestClock, TestIssuer } from './test-issuer.ts';
import { createTokenVerifier } from './verifier.ts';

const key = 'login.example.test';
const arn = `arn:aws:iam::000000000000:oidc-provider/${key}`;

let clock: TestClock;
let issuer: TestIssuer;
let verifier: TokenVerifier;

beforeEach(async () => {
  clock = new TestClock();
  issuer = await TestIssuer.start(key, clock);
  verifier = createTokenVerifier({ clock, overrides: issuer.overrides });
});

afterEach(async () => {
  verifier.close();
  await issuer.close();
});

function accepting(...clientIds: string[]): PoolProviders {
  return pool({ openIdConnectProviders: [{ arn, url: `https://${key}`, clientIds, thumbprints: [] }] });
}

describe('an id token of a registered OpenID Connect provider', () => {
  it('proves provider, subject, audience and claims', async () => {
    const token = await issuer.token({ name: 'Alice', groups: ['players'] });
    await expect(verifier.verify(key, token, accepting('game'))).resolves.toMatchObject({
      provider: key,
      subject: 'alice',
      audience: 'game',
      issuer: `https://${key}`,
      expiresAt: clock.seconds + 3600,
      roleMappingKey: arn,
      amr: `${arn}:OIDC:alice`,
      claims: { name: 'Alice', groups: ['players'] },
    });
  });
});
