import { describe, expect, it } from 'vitest';
import { consoleRig, heading } from './rig/console.ts';
import { callDaypass } from './rig/daypass-api.ts';

const rig = consoleRig();
const { at, looksGood } = rig;

describe('pools', () => {
  const demo = async (...part: readonly string[]) => {
    const page = await at('pools', rig.dev().identityPoolId, ...part);
    await page.getByRole('heading', { level: 1 }).filter({ hasText: 'Topping Out' }).waitFor();
    return page;
  };

  looksGood('pool', demo);
  looksGood('pool-edit', async () => {
    const page = await demo('edit');
    await page.getByLabel('players.daypass.test').waitFor();
    return page;
  });
  looksGood('pool-roles', async () => {
    const page = await demo('roles');
    await page.getByRole('button', { name: 'Add the mapping' }).click();
    return page;
  });
  looksGood('pool-settings', async () => {
    const page = await demo();
    await page.getByRole('button', { name: 'Edit settings' }).click();
    await page.getByLabel('What limits guests').selectOption('POLICY');
    await page
      .getByLabel('The guests’ policy')
      .fill('{ "Version": "2012-10-17",\n  "Statement": [{ "Effect": "allow" }] }');
    await page.getByText('line 2, Statement[0].Effect: Effect is "Allow" or "Deny"').waitFor();
    return page;
  });

  it('are made, given roles by rules, shown as code and deleted', async () => {
    const page = await at('pools');
    await page.getByRole('link', { name: 'Create a pool' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Harbour');
    await page.getByLabel('players.daypass.test').check();
    await page.getByRole('button', { name: 'Add a public provider' }).click();
    await page.getByLabel('Client ID').fill('1234.apps.googleusercontent.com');
    await page.getByRole('button', { name: 'Create the pool' }).click();

    await heading(page, 'Roles of Harbour');
    await page.getByLabel('Those who are signed in').selectOption('ToppingOutPlayer');
    await page.getByLabel('For users of').selectOption('accounts.google.com');
    await page.getByRole('button', { name: 'Add the mapping' }).click();
    await page.getByLabel('Claim').fill('hd');
    await page.getByLabel('Value').fill('example.com');
    await page.getByLabel('Role', { exact: true }).selectOption('ToppingOutGuest');
    await page.getByRole('button', { name: 'Save the roles' }).click();

    await heading(page, 'Harbour');
    await page.getByRole('listitem').filter({ hasText: 'hd is example.com → ToppingOutGuest' }).waitFor();
    await page.getByText('"accounts.google.com": "1234.apps.googleusercontent.com"').waitFor();
    await page.getByRole('tab', { name: 'CloudFormation' }).press('ArrowRight');
    await page.getByText('resource "aws_cognito_identity_pool_roles_attachment" "pool"').waitFor();

    await page.getByRole('link', { name: 'Edit', exact: true }).click();
    await page.getByLabel('Let guests in').check();
    await page.getByRole('button', { name: 'Save the pool' }).click();
    await page.getByText('Let in without a token').waitFor();

    await page.getByRole('button', { name: 'Delete the pool' }).click();
    await page.getByLabel('Type the pool’s name, Harbour').fill('Harbor');
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByRole('alert').filter({ hasText: 'This is not the name' }).waitFor();
    await page.getByLabel('Type the pool’s name, Harbour').fill('Harbour');
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await heading(page, 'Pools');
    await page.getByRole('link', { name: 'Topping Out' }).waitFor();
    expect(await page.getByRole('link', { name: 'Harbour' }).count()).toBe(0);
  });

  it('keep what the console does not edit when their settings change', async () => {
    const endpoint = { url: rig.dev().url, rootCredentials: rig.credentials() };
    const IdentityPoolId = rig.dev().identityPoolId;
    const ClientIds = { 'players.daypass.test': ['another-app'] };
    await callDaypass(endpoint, 'SetPoolSettings', { IdentityPoolId, Settings: { ClientIds } });
    const page = await demo();
    await page.getByRole('button', { name: 'Edit settings' }).click();
    await page.getByLabel('How long credentials live').selectOption('15 minutes');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings are saved.').waitFor();
    const { Settings } = await callDaypass(endpoint, 'GetPoolSettings', { IdentityPoolId });
    expect(Settings).toMatchObject({ ClientIds, CredentialLifetime: 900, GuestScopeDown: 'AWS' });
  });
});
