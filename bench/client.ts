import { createServer } from 'node:http';
import { type Browser, chromium } from 'playwright-core';
import { administrator, region } from '../conformance/rig/administrator.ts';
import { startIssuer } from '../conformance/rig/issuer.ts';
import { listen } from '../packages/client/src/testing/listen.ts';
import { type Relay, startRelay } from '../packages/client/src/testing/relay.ts';
import { startDaypass } from '../packages/server/src/main.ts';
import { bundle } from '../scripts/bundle.ts';

const rounds = 7;
/** Milliseconds each request takes on its way, as it does from a phone. */
const roundTrip = 50;

/** What a contender is given; each exports `firstCredentials`, a function of it. */
interface Visit {
  readonly identityPoolId: string;
  readonly endpoint: string;
  readonly region: string;
  readonly loginKey: string;
  readonly token: string;
}

const contenders: Readonly<Record<string, string>> = {
  '@daypass/client': `
    import { AuthProvider, createAuth } from '@daypass/client';
    export const firstCredentials = ({ identityPoolId, endpoint, loginKey, token }) =>
      createAuth({ identityPoolId, endpoint }).federateToIdentityPool({ token, provider: AuthProvider.custom(loginKey) });`,
  'aws-amplify v6': `
    import { Amplify } from 'aws-amplify';
    import { decodeJWT, fetchAuthSession } from 'aws-amplify/auth';
    import { cognitoCredentialsProvider } from 'aws-amplify/auth/cognito';
    export function firstCredentials({ identityPoolId, endpoint, token }) {
      const getTokens = async () => ({ accessToken: decodeJWT(token), idToken: decodeJWT(token) });
      Amplify.configure(
        { Auth: { Cognito: { identityPoolId, identityPoolEndpoint: endpoint, allowGuestAccess: true } } },
        { Auth: { tokenProvider: { getTokens }, credentialsProvider: cognitoCredentialsProvider } },
      );
      return fetchAuthSession();
    }`,
  fromCognitoIdentityPool: `
    import { fromCognitoIdentityPool } from '@aws-sdk/credential-providers';
    export const firstCredentials = ({ identityPoolId, endpoint, region, loginKey, token }) =>
      fromCognitoIdentityPool({ identityPoolId, logins: { [loginKey]: token }, clientConfig: { endpoint, region } })();`,
};

/**
 * Bytes, requests and time to the first credentials of a user who was never here: in Chromium, from an empty page on,
 * against one Daypass server at a distance. The contenders take turns; times are medians.
 */
export async function run(): Promise<void> {
  const issuer = await startIssuer();
  const daypass = await startDaypass({
    port: 0,
    logLevel: 'silent',
    rateLimit: 0,
    providerOverrides: { [issuer.key]: issuer.url },
  });
  const relay = await startRelay(daypass.url);
  const admin = administrator(daypass);
  const identityPoolId = await admin.createPool({
    OpenIdConnectProviderARNs: [await admin.registerIssuer(issuer.key, ['example-client'])],
  });
  const role = await admin.createRole('Player', identityPoolId, 'authenticated');
  await admin.setRoles(identityPoolId, { authenticated: role });

  const bundles = new Map<string, Awaited<ReturnType<typeof bundle>>>();
  for (const [name, source] of Object.entries(contenders)) bundles.set(name, await bundle(source));
  const site = await listen(
    createServer((request, response) => {
      const found = bundles.get(decodeURIComponent(request.url ?? '').slice(1));
      response.setHeader('content-type', found ? 'text/javascript' : 'text/html');
      response.end(found?.code ?? '<!doctype html>');
    }),
  );
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking'],
  });

  const times = new Map<string, number[]>();
  const requests = new Map<string, string>();
  for (let round = 0; round < rounds; round++) {
    for (const name of bundles.keys()) {
      const token = await issuer.token({ sub: `${name} ${round}` });
      const place = { identityPoolId, endpoint: relay.endpoint, region, loginKey: issuer.key, token };
      const milliseconds = await visit(browser, relay, `${site.endpoint}/${encodeURIComponent(name)}`, place);
      times.set(name, [...(times.get(name) ?? []), milliseconds]);
      requests.set(name, relay.requests.map(({ method }) => method).join(' '));
    }
  }
  await browser.close();
  for (const part of [site, relay, daypass, issuer]) await part.close();

  console.log(`first credentials in Chromium, ${roundTrip} ms a request, median of ${rounds}\n`);
  for (const [name, { gzippedBytes }] of bundles) {
    const sorted = (times.get(name) ?? []).sort((one, other) => one - other);
    const time = `${Math.round(sorted[rounds >> 1] ?? Number.NaN)} ms`;
    const bytes = `${gzippedBytes} bytes gzipped`;
    console.log(`${name.padEnd(24)} ${bytes.padStart(21)} ${time.padStart(8)}  ${requests.get(name)}`);
  }
}

/** Milliseconds from an empty page of a new profile to credentials, the script's own loading included. */
async function visit(browser: Browser, relay: Relay, script: string, place: Visit): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(new URL('/', script).href);
  relay.reset();
  relay.before = () => new Promise((resume) => setTimeout(resume, roundTrip));
  const milliseconds = await page.evaluate(
    async ([url, input]) => {
      const start = performance.now();
      const contender: { firstCredentials(place: Visit): Promise<unknown> } = await import(url);
      await contender.firstCredentials(input);
      return performance.now() - start;
    },
    [script, place] as const,
  );
  await context.close();
  return milliseconds;
}
