import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { consoleRig, heading } from './rig/console.ts';

const rig = consoleRig();
const { at, looksGood } = rig;

describe('roles', () => {
  const player = async () => {
    const page = await at('roles', 'ToppingOutPlayer');
    await page.getByLabel('Trust policy').waitFor();
    return page;
  };

  looksGood('role', player);
  looksGood('role-new', async () => {
    const page = await at('roles', 'new');
    await page.getByText('Valid, 1 statement').waitFor();
    return page;
  });

  it('are checked while they are typed, and cannot be saved before they are valid', async () => {
    const page = await player();
    const trust = page.getByLabel('Trust policy');
    const written = await trust.inputValue();
    await trust.fill(written.replace('"Allow"', '"Alow"'));
    await page.getByText('line 5, Statement[0].Effect: Effect is "Allow" or "Deny"').waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await trust.inputValue()).toBe(written);
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
  });

  it('are made for a pool, given a policy, changed and deleted', async () => {
    const page = await at('roles');
    await page.getByRole('link', { name: 'Create a role' }).click();
    await page.getByLabel('Name').fill('Pilot');
    await page.getByLabel('For', { exact: true }).selectOption('guests');
    expect(await page.getByLabel('Trust policy').inputValue()).toContain('"unauthenticated"');
    await page.getByRole('button', { name: 'Create the role' }).click();

    await heading(page, 'Pilot');
    await page.getByRole('heading', { name: 'It allows nothing yet' }).waitFor();
    await page.getByRole('button', { name: 'Add a policy' }).click();
    await page.getByLabel('Name').fill('own');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const policy = page.getByLabel('What own allows');
    await policy.fill((await policy.inputValue()).replace('my-bucket', 'harbour'));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('own is saved').waitFor();
    await page.reload();
    expect(await policy.inputValue()).toContain('arn:aws:s3:::harbour/private/');

    await page.getByRole('button', { name: 'Delete the role' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await heading(page, 'Roles');
    await page.getByRole('link', { name: 'ToppingOutGuest' }).waitFor();
    expect(await page.getByRole('link', { name: 'Pilot' }).count()).toBe(0);
  });
});

describe('who can do what', () => {
  const ask = async (resource: string) => {
    const page = await at('access');
    await page.getByLabel('Identity id').fill('us-east-1:ada');
    await page.getByLabel('Resource').fill(resource);
    await page.getByRole('button', { name: 'May they?' }).click();
    return page;
  };
  const verdict = (page: Page, name: 'Allowed' | 'Denied') => page.getByRole('heading', { name }).waitFor();

  looksGood('access-allowed', async () => {
    const page = await ask('arn:aws:s3:::topping-out/private/us-east-1:ada/round.json');
    await verdict(page, 'Allowed');
    return page;
  });
  looksGood('access-denied', async () => {
    const page = await ask('arn:aws:s3:::topping-out/private/us-east-1:grace/round.json');
    await verdict(page, 'Denied');
    return page;
  });

  it('names the statement that decides, and the service answers for guests', async () => {
    const page = await ask('arn:aws:s3:::topping-out/private/us-east-1:ada/round.json');
    await page
      .getByRole('listitem')
      .filter({ hasText: 'OwnReplays' })
      .getByText('this one decides')
      .waitFor();
    await page.getByLabel('Identity id').fill('');
    await page.getByLabel('A guest').check();
    await page.getByLabel('Action').fill('dynamodb:Query');
    await page
      .getByLabel('Resource')
      .fill('arn:aws:dynamodb:us-east-1:000000000000:table/highscores/index/by-points');
    await page.getByRole('button', { name: 'May they?' }).click();
    await verdict(page, 'Allowed');
    await page
      .getByRole('listitem')
      .filter({ hasText: 'ReadHighScores' })
      .getByText('this one decides')
      .waitFor();
  });
});
