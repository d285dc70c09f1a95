import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { TestClock } from '../packages/server/src/tokens/testing/issuer.ts';
import { TestSamlProvider } from '../packages/server/src/tokens/testing/saml.ts';
import { administrator, region } from './rig/administrator.ts';
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

  looksGood('pool-tags', async () => {
    const page = await demo('tags');
    await page.getByLabel('Their sessions are tagged with').selectOption('claims that you name');
    return page;
  });

  it('tag sessions with claims, and are the same again when their code is applied', async () => {
    const { cognito, createPool } = administrator({ url: rig.dev().url, rootCredentials: rig.credentials() });
    const provider = 'accounts.google.com';
    const IdentityPoolId = await createPool({
      IdentityPoolName: 'Lighthouse',
      AllowClassicFlow: false,
      SupportedLoginProviders: { [provider]: '1234.apps' },
    });
    const page = await at('pools', IdentityPoolId, 'tags');
    await page.getByLabel('Their sessions are tagged with').selectOption('claims that you name');
    await page.getByLabel('Tag', { exact: true }).fill('team');
    await page.getByLabel('Claim').fill('hd');
    await page.getByRole('button', { name: 'Add a tag' }).click();
    await page.getByLabel('Tag', { exact: true }).last().fill('Team');
    await page.getByLabel('Claim').last().fill('email');
    await page.getByRole('button', { name: 'Save the tags' }).click();
    await page.getByRole('alert').filter({ hasText: 'Team of accounts.google.com is there twice' }).waitFor();
    await page.getByLabel('Tag', { exact: true }).last().fill('mail');
    await page.getByRole('button', { name: 'Save the tags' }).click();
    await heading(page, 'Lighthouse');
    await page.getByRole('listitem').filter({ hasText: 'team is the claim hd' }).waitFor();

    await page.getByRole('tab', { name: 'CloudFormation' }).click();
    const code = page.getByRole('tabpanel').locator('pre');
    const template = (await code.textContent()) ?? '';
    await cognito.deleteIdentityPool({ IdentityPoolId });
    await apply(template);
    const { IdentityPools = [] } = await cognito.listIdentityPools({ MaxResults: 60 });
    const again = IdentityPools.find(({ IdentityPoolName }) => IdentityPoolName === 'Lighthouse');
    await (await at('pools', again?.IdentityPoolId ?? ''))
      .getByRole('tab', { name: 'CloudFormation' })
      .waitFor();
    expect(await code.textContent()).toBe(template);
  });

  it('take users of SAML providers, registered by their metadata', async () => {
    const page = await demo('edit');
    await page.getByRole('button', { name: 'Register a SAML provider' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('corporate');
    await page.getByLabel('Metadata').fill('<EntityDescriptor/>');
    await page.getByRole('button', { name: 'Register', exact: true }).click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    expect(rig.complaints()).toEqual([expect.stringContaining('400')]);
    await page.getByLabel('Metadata').fill(new TestSamlProvider(new TestClock()).metadata);
    await page.getByRole('button', { name: 'Register', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.getByLabel('corporate').isChecked()).toBe(true);
  });

  it('say what takes time, and what did not work', async () => {
    const page = await demo();
    let answer: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/', async (route) => {
      if (!route.request().headers()['x-amz-target']?.endsWith('.ListIdentityPools')) return route.continue();
      await held;
      return route.abort();
    });
    await page.getByRole('link', { name: 'Pools', exact: true }).click();
    await page.getByRole('status').filter({ hasText: 'Loading the pools …' }).waitFor();
    answer?.();
    await page.getByRole('alert').filter({ hasText: 'The service was not reached' }).waitFor();
    await page.unroute('**/');
  });

  it('keep what the console does not edit when their settings change', async () => {
    const endpoint = { url: rig.dev().url, rootCredentials: rig.credentials() };
    const IdentityPoolId = rig.dev().identityPoolId;
    const ClientIds = { 'players.daypass.test': ['another-app'] };
    await callDaypass(endpoint, 'SetPoolSettings', { IdentityPoolId, Settings: { ClientIds } });
    const page = await demo();
    await page.getByRole('button', { name: 'Edit settings' }).click();
    await page.getByLabel('How long credentials live').selectOption('15 minutes');
    await page.getByLabel('How long guests are kept who stay away').selectOption('30 days');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings are saved.').waitFor();
    const { Settings } = await callDaypass(endpoint, 'GetPoolSettings', { IdentityPoolId });
    expect(Settings).toMatchObject({
      ClientIds,
      CredentialLifetime: 900,
      GuestExpiry: 2_592_000,
      GuestScopeDown: 'AWS',
    });
  });
});

/** Applies a template as an administrator would who copied it. */
async function apply(template: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'daypass-console-code-'));
  try {
    const file = join(folder, 'pool.yaml');
    await writeFile(file, template);
    const { accessKeyId, secretAccessKey } = rig.credentials();
    const environment = {
      AWS_ENDPOINT_URL: rig.dev().url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    };
    const command = fileURLToPath(new URL('../packages/cli/bin/daypass.js', import.meta.url));
    await promisify(execFile)(process.execPath, [command, 'apply', file, '--yes'], {
      env: { ...process.env, ...environment },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
