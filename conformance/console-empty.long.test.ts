import type { Page } from 'playwright-core';
import { beforeAll, describe, it } from 'vitest';
import { administrator } from './rig/administrator.ts';
import { consoleRig, heading, patience } from './rig/console.ts';

const rig = consoleRig();
const { at, looksGood } = rig;

describe('a service that has nothing yet', { timeout: patience }, () => {
  beforeAll(async () => {
    const { cognito, iam } = administrator({ url: rig.dev().url, rootCredentials: rig.credentials() });
    await cognito.deleteIdentityPool({ IdentityPoolId: rig.dev().identityPoolId });
    const { Roles = [] } = await iam.listRoles({});
    for (const { RoleName } of Roles) {
      const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName });
      for (const PolicyName of PolicyNames) await iam.deleteRolePolicy({ RoleName, PolicyName });
      await iam.deleteRole({ RoleName });
    }
    const { OpenIDConnectProviderList = [] } = await iam.listOpenIDConnectProviders({});
    for (const { Arn } of OpenIDConnectProviderList)
      await iam.deleteOpenIDConnectProvider({ OpenIDConnectProviderArn: Arn });
  }, patience);

  const teaching = async (path: string, title: string): Promise<Page> => {
    const page = await at(path);
    await page.getByRole('heading', { name: title }).waitFor();
    return page;
  };

  looksGood('empty-overview', () => teaching('', 'Make your first identity pool'));
  looksGood('empty-pools', () => teaching('pools', 'No pools yet'));
  looksGood('empty-roles', () => teaching('roles', 'No roles yet'));

  it.each(['identities', 'token', 'access'])('leads from %s to the pool it needs', async (path) => {
    const page = await teaching(path, 'This needs a pool');
    await page.getByRole('link', { name: 'Create a pool' }).click();
    await heading(page, 'Create a pool');
    await page.getByText('None is registered yet').waitFor();
  });

  it('leads from the first pool to its first role, and from there to the first exchange', async () => {
    const page = await at('pools', 'new');
    await page.getByLabel('Name', { exact: true }).fill('First');
    await page.getByLabel('Let guests in').check();
    await page.getByRole('button', { name: 'Create the pool' }).click();
    await heading(page, 'Roles of First');
    await page.getByRole('link', { name: 'Make a role' }).click();
    await page.getByLabel('Name').fill('Visitor');
    await page.getByLabel('For', { exact: true }).selectOption('guests');
    await page.getByRole('button', { name: 'Create the role' }).click();
    await page.getByRole('heading', { name: 'It allows nothing yet' }).waitFor();
    await page.getByRole('link', { name: 'Identities', exact: true }).click();
    await page.getByRole('heading', { name: 'Nobody has come yet' }).waitFor();
    await page.getByRole('link', { name: 'Overview', exact: true }).click();
    await page.getByRole('heading', { name: 'Nobody has come in yet' }).waitFor();
    await page.getByText('aws cognito-identity get-id --identity-pool-id us-east-1:').waitFor();
  });
});
