import { describe, expect, it } from 'vitest';
import { administrator, refusal } from './rig/administrator.ts';
import { consoleRig, patience } from './rig/console.ts';

const rig = consoleRig();
const { at, looksGood } = rig;

describe('the audit trail', { timeout: patience }, () => {
  const endpoint = () => ({ url: rig.dev().url, rootCredentials: rig.credentials() });

  /** Somebody asks for credentials without a right to any. */
  async function knock(): Promise<string> {
    const { identityPoolId: IdentityPoolId } = rig.dev();
    const body = JSON.stringify({ IdentityPoolId, Logins: { 'players.daypass.test': 'nonsense' } });
    const refused = await fetch(`${rig.dev().url}/_daypass/federate`, { method: 'POST', body });
    return refused.headers.get('x-amzn-requestid') ?? '';
  }

  it('goes on with what happens, with the reason that nobody was told', async () => {
    const page = await at('audit');
    await page.getByLabel('Go on with what happens').waitFor();
    const id = await knock();
    const refused = page.getByRole('listitem').filter({ hasText: 'Federate' });
    await refused.first().getByText('Refused').waitFor();
    await refused.first().locator('summary').click();
    await refused.first().getByText(`"requestID": "${id}"`).waitFor();
  });

  it('is searched by operation, outcome and pool', async () => {
    const { cognito, createPool } = administrator(endpoint());
    const IdentityPoolId = await createPool({ IdentityPoolName: 'Audited' });
    await cognito.deleteIdentityPool({ IdentityPoolId });
    expect(await refusal(cognito.describeIdentityPool({ IdentityPoolId }))).toMatchObject({
      name: 'ResourceNotFoundException',
    });
    const page = await at('audit', IdentityPoolId);
    const events = page.getByRole('listitem').filter({ has: page.locator('summary') });
    const names = async () => (await events.locator('strong').allTextContents()).toSorted();
    await events.nth(2).waitFor();
    expect(await names()).toEqual(['CreateIdentityPool', 'DeleteIdentityPool', 'DescribeIdentityPool']);

    await page.getByLabel('Outcome').selectOption('refused');
    await page.getByRole('button', { name: 'Search' }).click();
    await events.nth(1).waitFor({ state: 'detached' });
    await events.first().waitFor();
    expect(await names()).toEqual(['DescribeIdentityPool']);

    await page.getByLabel('Within').selectOption('an hour');
    await page.getByLabel('Operation').fill('CreateIdentityPool');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('heading', { name: 'Nothing fits' }).waitFor();
  });

  looksGood('audit-events', async () => {
    await knock();
    const page = await at('audit');
    const refused = page.getByRole('listitem').filter({ hasText: 'Federate' }).first();
    await refused.locator('summary').click();
    await refused.getByText('"requestID"').waitFor();
    return page;
  });
});
