import { Buffer } from 'node:buffer';
import { beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../store/sqlite.ts';
import { type Store, StoreUnavailable } from '../store/store.ts';
import type { SamlAssertion, TokenVerifier } from '../tokens/login.ts';
import { pool, TestClock } from '../tokens/testing/issuer.ts';
import { type AssertionParts, TestSamlProvider } from '../tokens/testing/saml.ts';
import { createTokenVerifier } from '../tokens/verifier.ts';
import { openUsedAssertions } from './used-assertions.ts';

const arn = 'arn:aws:iam::000000000000:saml-provider/Example';
const clock = new TestClock();
const idp = new TestSamlProvider(clock);
const { metadata } = idp;
const replayed = {
  code: 'NotAuthorizedException',
  message: 'Invalid login token. The SAML assertion has been used already.',
};

let store: Store;
let verifier: TokenVerifier;

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' });
  verifier = node();
  return async () => {
    verifier.close();
    await store.close();
  };
});

/** What another worker or node is: it shares the store and nothing else. */
function node(): TokenVerifier {
  const usedAssertions = openUsedAssertions({ collection: store.collection('used_assertions'), clock });
  return createTokenVerifier({ clock, overrides: new Map(), usedAssertions });
}

async function respond(parts: AssertionParts = {}): Promise<string> {
  return encode(await idp.respond(parts));
}

function encode(xml: string): string {
  return Buffer.from(xml).toString('base64');
}

function signIn(response: string, poolId = 'one', on = verifier) {
  return on.verify(arn, response, pool({ samlProviders: [{ arn, metadata, poolId }] }));
}

async function assume(response: string, on = verifier): Promise<void> {
  const assertion: SamlAssertion = await on.verifySaml(response, { arn, metadata });
  await on.spendSaml(assertion);
}

async function records(): Promise<number> {
  return (await store.collection('used_assertions').list({ limit: 1000 })).length;
}

describe('an assertion', () => {
  it('signs in to one pool again and again, as clients show it with each step of an exchange', async () => {
    const response = await respond();
    for (let shown = 0; shown < 5; shown++) await signIn(response);
    expect(await records()).toBe(1);
  });

  it('signs in to no second pool', async () => {
    const response = await respond();
    await signIn(response, 'one');
    await expect(signIn(response, 'two')).rejects.toMatchObject(replayed);
    await signIn(response, 'one');
  });

  it('opens one role session', async () => {
    const response = await respond();
    await assume(response);
    await expect(assume(response)).rejects.toMatchObject({ kind: 'replayed' });
  });

  it('does not do both', async () => {
    const [first, second] = [await respond(), await respond()];
    await assume(first);
    await expect(signIn(first)).rejects.toMatchObject(replayed);
    await signIn(second);
    await expect(assume(second)).rejects.toMatchObject({ kind: 'replayed' });
  });

  it('is the same in another response, under another provider of that issuer, and on another node', async () => {
    const xml = await idp.respond();
    await assume(encode(xml));
    const rewrapped = encode(xml.replace('"_response"', '"_other"'));
    await expect(assume(rewrapped)).rejects.toMatchObject({ kind: 'replayed' });
    const other = node();
    await expect(assume(encode(xml), other)).rejects.toMatchObject({ kind: 'replayed' });
    const alias = { arn: `${arn}2`, metadata };
    const assertion = await other.verifySaml(encode(xml), alias);
    await expect(other.spendSaml(assertion)).rejects.toMatchObject({ kind: 'replayed' });
    other.close();
  });

  it('is won by one of many that come with it at the same time', async () => {
    const nodes = Array.from({ length: 8 }, node);
    const response = await respond();
    const sessions = await Promise.allSettled(nodes.map((on) => assume(response, on)));
    expect(sessions.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const another = await respond();
    const logins = await Promise.allSettled(nodes.map((on, n) => signIn(another, `pool ${n % 2}`, on)));
    expect(logins.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    for (const on of nodes) on.close();
  });

  it('is not used up by what is refused, nor by asking whether it would do', async () => {
    const response = await respond();
    await expect(signIn(await respond({ audience: 'urn:example:shop' }))).rejects.toThrow();
    await verifier.verifySaml(response, { arn, metadata });
    await signIn(response, 'two', verifier.withoutTrace());
    expect(await records()).toBe(0);
    await signIn(response, 'one');
    await expect(signIn(response, 'two', verifier.withoutTrace())).rejects.toMatchObject(replayed);
    await signIn(response, 'one', verifier.withoutTrace());
  });

  it('is not used up when the store fails on the way', async () => {
    const collection = store.collection('used_assertions');
    const failing = {
      ...collection,
      list: async () => Promise.reject(new StoreUnavailable('the disk is full')),
    };
    const assertion = await verifier.verifySaml(await respond(), { arn, metadata });
    await expect(openUsedAssertions({ collection: failing, clock }).spend(assertion)).rejects.toThrow('full');
    await openUsedAssertions({ collection, clock }).spend(assertion);
  });

  it('is another one when another issuer gives it the same ID', async () => {
    const { spend } = openUsedAssertions({ collection: store.collection('used_assertions'), clock });
    const assertion = await verifier.verifySaml(await respond({ id: '_same' }), { arn, metadata });
    await spend(assertion);
    await spend({ ...assertion, issuer: 'https://other.example.test' });
    await expect(spend(assertion)).rejects.toMatchObject({ kind: 'replayed' });
  });
});

describe('what assertions were used for', () => {
  it('is kept until nobody takes them any more, and not for much longer', async () => {
    const { spend } = openUsedAssertions({ collection: store.collection('used_assertions'), clock });
    const proven = await verifier.verifySaml(await respond(), { arn, metadata });
    let made = 0;
    /** One that lives for so many seconds. */
    const assertion = (life: number): SamlAssertion => ({
      ...proven,
      id: `_${++made}`,
      expiresAt: clock.seconds + life,
    });
    const longLived = assertion(86_400);
    await spend(longLived);
    for (let n = 0; n < 20; n++) await spend(assertion(60));
    clock.advance(60 + 299);
    await spend(assertion(300));
    expect(await records()).toBe(22);
    clock.advance(2);
    for (let n = 0; n < 10; n++) await spend(assertion(300));
    expect(await records()).toBe(12);
    await expect(spend(longLived)).rejects.toMatchObject({ kind: 'replayed' });
  });
});

describe('without a record of what assertions were used for', () => {
  it('none is believed', async () => {
    const forgetful = createTokenVerifier({ clock, overrides: new Map() });
    await expect(signIn(await respond(), 'one', forgetful)).rejects.toMatchObject({
      code: 'NotAuthorizedException',
    });
    await expect(assume(await respond(), forgetful)).rejects.toMatchObject({ kind: 'not-saml' });
    forgetful.close();
  });
});
