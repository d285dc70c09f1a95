import { callCognito, callDaypass, callIam, type Endpoint } from '../service/aws-api.ts';
import { itemsOf, textOf } from '../service/iam.ts';
import { poolIds } from '../service/inventory.ts';
import type { Finding } from './finding.ts';

/** Whom the service must reach to verify tokens: a provider, and a client id that a token of it could be for. */
interface Reached {
  readonly poolId: string;
  readonly key: string;
  readonly issuer: string;
  readonly audience: string;
}

/**
 * Whether the service reaches every provider of every pool. It is the service that must, so it is asked to explain a
 * token that nobody signed: to refuse it, it has to fetch the provider's keys.
 */
export async function examineProviders(service: Endpoint): Promise<Finding[]> {
  const ids = await poolIds(service);
  const what = 'Providers';
  if (ids.length === 0) {
    const advice = 'Make one: daypass init, then daypass apply.';
    return [{ what, outcome: 'doubtful', detail: 'there is no identity pool', advice }];
  }
  const wanted = (await Promise.all(ids.map((id) => providersOf(service, id)))).flat();
  const byKey = new Map(wanted.map((provider) => [provider.key, provider]));
  const findings = await Promise.all([...byKey.values()].map((provider) => reach(service, provider)));
  if (findings.length > 0) return findings;
  return [{ what, outcome: 'good', detail: `none of ${ids.length} pools has one whose keys are fetched` }];
}

/** The providers whose tokens are verified with keys that are fetched. */
async function providersOf(service: Endpoint, poolId: string): Promise<Reached[]> {
  const pool = await callCognito(service, 'DescribeIdentityPool', { IdentityPoolId: poolId });
  const found: Reached[] = [];
  for (const [key, audience] of Object.entries(Object(pool.SupportedLoginProviders))) {
    if (key === 'accounts.google.com' || key === 'appleid.apple.com') {
      found.push({ poolId, key, issuer: `https://${key}`, audience: String(audience) });
    }
  }
  for (const provider of itemsOf(pool.CognitoIdentityProviders)) {
    const key = textOf(provider, 'ProviderName');
    found.push({ poolId, key, issuer: `https://${key}`, audience: textOf(provider, 'ClientId') });
  }
  for (const arn of itemsOf(pool.OpenIdConnectProviderARNs).map(String)) {
    const { Url, ClientIDList } = await callIam(service, 'GetOpenIDConnectProvider', {
      OpenIDConnectProviderArn: arn,
    });
    const [audience = ''] = itemsOf(ClientIDList).map(String);
    found.push({ poolId, key: String(Url), issuer: `https://${Url}`, audience });
  }
  return found;
}

async function reach(service: Endpoint, { poolId, key, issuer, audience }: Reached): Promise<Finding> {
  const answer = await callDaypass(service, 'ExplainFederation', {
    IdentityPoolId: poolId,
    Logins: { [key]: unsignedToken(issuer, audience) },
  });
  const step = itemsOf(answer.Steps).find((item) => textOf(item, 'Step') === 'Token');
  const detail = textOf(step, 'Detail');
  if (!/cannot be fetched|does not answer|did not answer/.test(detail))
    return { what: 'Provider', outcome: 'good', detail: `${key} is reached` };
  return {
    what: 'Provider',
    outcome: 'bad',
    detail: `${key}: ${detail}`,
    advice: `The service must reach https://${key}/.well-known/openid-configuration; through a proxy: --provider-override ${key}=URL.`,
  };
}

function unsignedToken(issuer: string, audience: string): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = { alg: 'RS256', typ: 'JWT', kid: 'doctor' };
  const claims = { iss: issuer, aud: audience, sub: 'doctor', token_use: 'id', iat: now, exp: now + 300 };
  return `${part(header)}.${part(claims)}.${Buffer.alloc(256).toString('base64url')}`;
}
