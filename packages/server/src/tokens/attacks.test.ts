import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { TokenVerifier } from './login.ts';
import { startAttackedIssuer } from './testing/attacks.ts';
import { pool, TestClock } from './testing/issuer.ts';
import { createTokenVerifier } from './verifier.ts';

const key = 'login.example.test';
const arn = `arn:aws:iam::000000000000:oidc-provider/${key}`;
const providers = pool({
  openIdConnectProviders: [{ arn, url: `https://${key}`, clientIds: ['game', 'game-ios'], thumbprints: [] }],
});
const { issuer, stranger, attacks, close } = await startAttackedIssuer(key, new TestClock());
let verifier: TokenVerifier;

beforeEach(() => {
  verifier = createTokenVerifier({ clock: issuer.clock, overrides: issuer.overrides });
  return () => verifier.close();
});
afterAll(close);

describe('a token proves nothing with', () => {
  it.each(attacks)('$name', async ({ token, message }) => {
    const forged = await token();
    const refused = {
      code: 'NotAuthorizedException',
      message: typeof message === 'string' ? message : message(),
      reason: expect.stringMatching(/./),
    };
    await expect(verifier.verify(key, forged, providers)).rejects.toMatchObject(refused);
    await verifier.verify(key, await issuer.token(), providers);
    const error = await verifier.verify(key, forged, providers).catch((error) => error);
    expect(error).toMatchObject(refused);
    for (const segment of forged.split('.').filter(({ length }) => length > 8)) {
      expect(error.reason).not.toContain(segment);
    }
    expect(stranger.server.requests).toEqual([]);
  });
});
