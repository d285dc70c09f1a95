import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { administrator } from './rig/administrator.ts';
import { consoleRig, heading, patience } from './rig/console.ts';
import { callDaypass } from './rig/daypass-api.ts';

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

describe('who can do what', { timeout: patience }, () => {
  const IdentityPoolId = () => rig.dev().identityPoolId;
  const endpoint = () => ({ url: rig.dev().url, rootCredentials: rig.credentials() });
  let guest: string;
  let player: string;

  /** The id of a guest who has just come in. */
  const arrive = async (): Promise<string> => {
    const body = JSON.stringify({ IdentityPoolId: IdentityPoolId() });
    const answer = await fetch(`${rig.dev().url}/_daypass/federate`, { method: 'POST', body });
    return JSON.parse(await answer.text()).IdentityId;
  };
  beforeAll(async () => {
    guest = await arrive();
    player = await arrive();
    const login = { Provider: 'players.daypass.test', Subject: 'grace' };
    await callDaypass(endpoint(), 'LinkLogin', {
      IdentityPoolId: IdentityPoolId(),
      IdentityId: player,
      ...login,
    });
  }, patience);

  const ask = async (identity: string, action: string, resource: string) => {
    const page = await at('access', IdentityPoolId(), identity);
    await page.getByLabel('Action').fill(action);
    await page.getByLabel('Resource').fill(resource);
    await page.getByRole('button', { name: 'May they?' }).click();
    return page;
  };
  const fileOf = (identity: string) => `arn:aws:s3:::topping-out/private/${identity}/round.json`;
  const verdict = (page: Page, name: 'Allowed' | 'Denied') => page.getByRole('heading', { name }).waitFor();
  const deciding = (page: Page) => page.locator('mark').textContent();

  looksGood('access-allowed', async () => {
    const page = await ask(player, 's3:GetObject', fileOf(player));
    await verdict(page, 'Allowed');
    return page;
  });
  looksGood('access-denied', async () => {
    const page = await ask(player, 's3:GetObject', fileOf(guest));
    await verdict(page, 'Denied');
    return page;
  });

  it('marks the statement that decides in the text of its policy', async () => {
    const page = await ask(player, 's3:GetObject', fileOf(player));
    await verdict(page, 'Allowed');
    expect(JSON.parse((await deciding(page)) ?? '')).toMatchObject({ Sid: 'OwnReplays', Effect: 'Allow' });
    await page
      .getByRole('listitem')
      .filter({ hasText: 'this one decides' })
      .getByText('OwnReplays')
      .first()
      .waitFor();
    // The answer is to the question as it was asked.
    await page.getByLabel('Resource').fill(fileOf(guest));
    await page.getByRole('heading', { name: 'Allowed' }).waitFor({ state: 'detached' });
  });

  it('tells what limits guests', async () => {
    const scores = 'arn:aws:dynamodb:us-east-1:000000000000:table/highscores/index/by-points';
    const page = await ask(guest, 'dynamodb:Query', scores);
    await verdict(page, 'Allowed');
    expect(JSON.parse((await deciding(page)) ?? '')).toMatchObject({ Sid: 'ReadHighScores' });
    await page.getByLabel('Action').fill('iam:ListRoles');
    await page.getByRole('button', { name: 'May they?' }).click();
    await verdict(page, 'Denied');
    expect(await page.locator('mark').count()).toBe(0);
  });

  it('answers for whoever has a role, with what the request brings', async () => {
    const Condition = { StringEquals: { 'aws:PrincipalTag/team': 'blue', 's3:VersionId': '7' } };
    const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*', Condition };
    await administrator(endpoint()).createRole('Keeper', IdentityPoolId(), 'authenticated', [statement]);
    const page = await at('roles', 'Keeper');
    await page.getByRole('link', { name: 'What does it allow?' }).click();
    await page.getByLabel('Resource').fill('arn:aws:s3:::lamps/1');
    await page.getByRole('button', { name: 'May they?' }).click();
    await page.getByText('does not apply: aws:PrincipalTag/team, s3:VersionId').waitFor();
    await page.getByText('More: principal tags and condition keys').click();
    await page.getByLabel('Principal tags').fill('team = blue');
    await page.getByLabel('Condition keys').fill('s3:VersionId = 7');
    await page.getByRole('button', { name: 'May they?' }).click();
    await verdict(page, 'Allowed');
  });
});
