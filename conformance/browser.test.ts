import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Dev, startDev } from 'daypass';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

/** With `DAYPASS_SCREENSHOTS=docs/images` the tests leave a picture of what they saw there, as `game.png`. */
const album = process.env.DAYPASS_SCREENSHOTS;
const pictures = new Map<'guest' | 'sign-in' | 'playing' | 'saved', string>();
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, locale: 'en-GB' };

let data: string;
let dev: Dev;
let browser: Browser;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'daypass-browser-'));
  dev = await startDev({
    data,
    port: 0,
    gamePort: 0,
    oidcPort: 0,
    region: 'us-east-1',
    account: '000000000000',
  });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu'],
  });
});

afterAll(async () => {
  if (album !== undefined) await printAlbum(album);
  await browser?.close();
  await dev?.close();
  await rm(data, { recursive: true, force: true });
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

interface Credentials {
  AccessKeyId: string;
  SecretKey: string;
  SessionToken: string;
}

/** A phone with the game open in it. */
interface Phone {
  readonly page: Page;
  /** What went wrong in the page, as its console shows it. */
  readonly complaints: string[];
  /** Origins that the page asked for anything. */
  readonly origins: Set<string>;
  /** The latest credentials that the page was given. */
  credentials(): Credentials;
}

async function openGame(): Promise<Phone> {
  const context = await browser.newContext(phone);
  const page = await context.newPage();
  const complaints: string[] = [];
  const origins = new Set<string>();
  let credentials: Credentials | undefined;
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on(
    'request',
    (request) => request.url().startsWith('data:') || origins.add(new URL(request.url()).origin),
  );
  page.on('response', async (response) => {
    if (!response.url().endsWith('/_daypass/federate') || !response.ok()) return;
    const answer = (await response.json()) as { Credentials: Credentials };
    credentials = answer.Credentials;
  });
  await page.goto(dev.gameUrl);
  await text(page, 'name');
  return {
    page,
    complaints,
    origins,
    credentials: () => {
      if (credentials === undefined) throw new Error('The page has no credentials yet.');
      return credentials;
    },
  };
}

/** The text of a part of the page, once it has some. */
async function text(page: Page, testId: string): Promise<string> {
  const part = page.getByTestId(testId).filter({ hasText: /./ });
  await part.waitFor();
  return (await part.textContent()) ?? '';
}

async function identity(page: Page): Promise<string> {
  return (await page.getByTestId('identity').getAttribute('title')) ?? '';
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in to keep your rounds' }).click();
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByTestId('name').filter({ hasText: name }).waitFor();
}

/** Waits until the floor on the crane is right above the tower, or clear of it. */
async function untilHanging(page: Page, where: 'above' | 'beside'): Promise<void> {
  const hanging = page.locator('.hanging');
  const top = page.locator('#tower .floor:not(.hanging, .falling)').last();
  for (;;) {
    const [over, under] = await Promise.all([hanging.boundingBox(), top.boundingBox()]);
    if (over === null || under === null) throw new Error('Nothing hangs on the crane.');
    const off = Math.abs(over.x - under.x);
    if (where === 'above' ? off < 12 : off > under.width + 8) return;
  }
}

interface Result {
  readonly floors: string;
  readonly points: string;
}

/** Builds at least so many floors with the keyboard, then misses. Returns what the page makes of it. */
async function playRound(page: Page, floors: number, during?: () => Promise<unknown>): Promise<Result> {
  await page.getByTestId('play').click();
  for (let built = 0; built < floors; built++) {
    await untilHanging(page, 'above');
    await page.keyboard.press('Space');
    await page
      .getByTestId('hud-floors')
      .filter({ hasText: `${built + 1}` })
      .waitFor();
  }
  await during?.();
  // A press that comes too late builds one more.
  const over = page.locator('[data-phase=over]');
  while ((await over.count()) === 0) {
    await untilHanging(page, 'beside');
    await page.keyboard.press('Enter');
  }
  const words = await page.getByTestId('lead').textContent();
  const result = /^That one missed: (\d+ floors?), (\d+) points\.$/.exec(words ?? '');
  if (result?.[1] === undefined || result[2] === undefined) throw new Error(`Not a result: ${words}`);
  return { floors: result[1], points: result[2] };
}

async function picture(page: Page, name: 'guest' | 'sign-in' | 'playing' | 'saved'): Promise<void> {
  if (album === undefined) return;
  // Let what is moving come to rest.
  await page.waitForTimeout(500);
  pictures.set(name, (await page.screenshot()).toString('base64'));
}

/** Lays the pictures side by side. */
async function printAlbum(directory: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1240, height: 650 }, deviceScaleFactor: 1.5 });
  const images = (['guest', 'sign-in', 'playing', 'saved'] as const).map(
    (name) =>
      `<img src="data:image/png;base64,${pictures.get(name)}" width="290" style="border-radius: 22px">`,
  );
  await page.setContent(
    `<body style="margin: 10px; display: flex; justify-content: space-between">${images.join('')}</body>`,
  );
  await mkdir(directory, { recursive: true });
  await page.screenshot({ path: join(directory, 'game.png'), omitBackground: true });
}

function clients({ AccessKeyId, SecretKey, SessionToken }: Credentials) {
  const options = {
    region: 'us-east-1',
    endpoint: dev.url,
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretKey, sessionToken: SessionToken },
  };
  return { s3: new S3Client({ ...options, forcePathStyle: true }), dynamodb: new DynamoDBClient(options) };
}

describe('Topping Out in a browser', { timeout: 120_000 }, () => {
  it('lets a guest play and read the high scores, and opens nothing else', async () => {
    const { page, complaints, credentials } = await openGame();
    expect(await text(page, 'name')).toBe('Guest');
    expect(await text(page, 'role')).toBe('ToppingOutGuest');
    await text(page, 'scores');
    await picture(page, 'guest');

    await playRound(page, 2);
    expect(await text(page, 'saved')).toBe('Kept on this device. Sign in, and it counts.');
    await page.getByTestId('tab-own').click();
    await page.getByTestId('scores').getByRole('listitem').waitFor();
    expect(complaints).toEqual([]);

    const { s3, dynamodb } = clients(credentials());
    const guest = await identity(page);
    const own = { player: { S: guest }, at: { S: '2026-01-01' } };
    const item = dynamodb.send(new PutItemCommand({ TableName: 'scores', Item: own }));
    await expect(item).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const save = s3.send(
      new PutObjectCommand({ Bucket: 'topping-out', Key: `private/${guest}/best.json`, Body: '{}' }),
    );
    await expect(save).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('keeps what a player built, also over a reload', async () => {
    const { page, complaints, origins } = await openGame();
    const guest = await identity(page);
    await signIn(page, 'Ada');
    expect(await text(page, 'role')).toBe('ToppingOutPlayer');
    // Her first sign-in: the guest she was becomes the player she is.
    expect(await identity(page)).toBe(guest);
    expect(new URL(page.url()).search).toBe('');

    const { floors, points } = await playRound(page, album === undefined ? 4 : 14, () =>
      picture(page, 'playing'),
    );
    expect(await text(page, 'saved')).toBe('Your best so far. Round and replay are saved.');
    const highScore = page.getByTestId('scores').getByRole('listitem').filter({ hasText: 'Ada you' });
    expect(await highScore.textContent()).toContain(points);
    await picture(page, 'saved');

    await page.reload();
    await page.getByTestId('name').filter({ hasText: 'Ada' }).waitFor();
    expect(await identity(page)).toBe(guest);
    await page.getByText(`Your best: ${points}`).waitFor();
    await page.getByTestId('tab-own').click();
    const round = page.getByTestId('scores').getByRole('listitem');
    await round.waitFor();
    expect(await round.textContent()).toMatch(new RegExp(`${floors}${points}$`));

    expect(complaints).toEqual([]);
    expect([...origins].sort()).toEqual([dev.url, dev.gameUrl, dev.openIdProviderUrl].sort());
  });

  it('carries what a guest built over to the player who signs in', async () => {
    const { page, complaints } = await openGame();
    const guest = await identity(page);
    const { points } = await playRound(page, 2);
    await signIn(page, 'Mary');
    expect(await identity(page)).toBe(guest);
    expect(await text(page, 'saved')).toBe('The round you built before: saved.');
    await page.getByText(`Your best: ${points}`).waitFor();
    await page.getByTestId('scores').getByRole('listitem').filter({ hasText: 'Mary you' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('opens without a network, keeps the round, and sends it when there is one', async () => {
    const { page } = await openGame();
    await signIn(page, 'Ada');
    await page.evaluate('navigator.serviceWorker.ready');
    await page.context().setOffline(true);
    await page.reload();
    await page.getByTestId('name').filter({ hasText: 'Ada' }).waitFor();
    const { points } = await playRound(page, 2);
    await page.getByTestId('saved').filter({ hasText: 'No connection' }).waitFor();

    await page.context().setOffline(false);
    await page.getByTestId('saved').filter({ hasText: 'The round you built before: saved.' }).waitFor();
    await page.getByTestId('tab-own').click();
    await page.getByTestId('scores').getByRole('listitem').filter({ hasText: points }).first().waitFor();
  });

  it('can be installed', async () => {
    const { page } = await openGame();
    await page.evaluate('navigator.serviceWorker.ready');
    const session = await page.context().newCDPSession(page);
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    // The tests' own windows are private ones, from which nothing is installed.
    const errors = installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito');
    expect(errors).toEqual([]);
  });

  it('shows what the pass opens, and keeps every other door shut', async () => {
    const { page } = await openGame();
    await signIn(page, 'Grace');
    await page.getByTestId('doors').click();
    await page.getByTestId('name').filter({ hasText: 'Grace' }).waitFor();
    await page.getByTestId('rules').getByText('OwnHighScore').waitFor();
    await page.getByTestId('try-all').click();
    expect(await text(page, 'verdict')).toBe('8 of 9 doors stayed shut. Open: Look at my own replays.');
    const refusals = await page.locator('[data-opened=false] .answer').allTextContents();
    for (const refusal of refusals) expect(refusal).toMatch(/^(AccessDenied(Exception)?|InvalidToken): /);
    expect(await page.locator('body').textContent()).not.toContain('AKIA');
  });

  it('shows a player nothing of another one but the high score', async () => {
    const first = await openGame();
    await signIn(first.page, 'Grace');
    const { points } = await playRound(first.page, 3);
    await text(first.page, 'saved');
    const grace = await identity(first.page);

    const { page, complaints, credentials } = await openGame();
    await signIn(page, 'Linus');
    await page.getByTestId('scores').getByRole('listitem').filter({ hasText: 'Grace' }).waitFor();
    expect(await page.getByTestId('scores').textContent()).toContain(points);
    expect(await page.getByText('Your best:').count()).toBe(0);
    await page.getByTestId('tab-own').click();
    await page.getByTestId('scores').filter({ hasText: 'No rounds yet.' }).waitFor();
    expect(complaints).toEqual([]);

    const { s3, dynamodb } = clients(credentials());
    const bucket = { Bucket: 'topping-out' };
    const key = { ...bucket, Key: `private/${grace}/best.json` };
    const attempts = {
      read: () => s3.send(new GetObjectCommand(key)),
      write: () => s3.send(new PutObjectCommand({ ...key, Body: '{}' })),
      list: () => s3.send(new ListObjectsV2Command({ ...bucket, Prefix: `private/${grace}/` })),
      listAll: () => s3.send(new ListObjectsV2Command({ ...bucket, Prefix: 'private/' })),
      query: () =>
        dynamodb.send(
          new QueryCommand({
            TableName: 'scores',
            KeyConditionExpression: 'player = :player',
            ExpressionAttributeValues: { ':player': { S: grace } },
          }),
        ),
      forge: () =>
        dynamodb.send(
          new UpdateItemCommand({
            TableName: 'highscores',
            Key: { player: { S: grace } },
            UpdateExpression: 'SET points = :none',
            ExpressionAttributeValues: { ':none': { N: '0' } },
          }),
        ),
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      await expect(attempt(), name).rejects.toMatchObject({
        name: expect.stringMatching(/^AccessDenied(Exception)?$/),
      });
    }
  });

  it('forgets the player who signs out, and lets the next one in', async () => {
    const { page, complaints } = await openGame();
    await signIn(page, 'Mary');
    const mary = await identity(page);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByTestId('name').filter({ hasText: 'Guest' }).waitFor();
    expect(await identity(page)).not.toBe(mary);

    await page.reload();
    await page.getByTestId('name').filter({ hasText: 'Guest' }).waitFor();

    // The provider remembers nobody: it asks again.
    await page.getByRole('button', { name: 'Sign in to keep your rounds' }).click();
    await page.getByRole('heading', { name: 'Who is playing?' }).waitFor();
    await picture(page, 'sign-in');
    await page.getByRole('button', { name: 'Back to the game' }).click();
    await page.getByTestId('name').filter({ hasText: 'Guest' }).waitFor();

    await signIn(page, 'Linus');
    expect(await identity(page)).not.toBe(mary);
    expect(complaints).toEqual([]);
  });

  it('carries no long-term key', async () => {
    const rootKey =
      /aws_access_key_id *= *(\S+)/.exec(await readFile(dev.credentialsFile, 'utf8'))?.[1] ?? '';
    expect(rootKey).toMatch(/^AKIA/);
    const { page } = await openGame();
    const documents = await page.evaluate(async (home) => {
      const addresses = performance.getEntriesByType('resource').map(({ name }) => name);
      const own = addresses.filter((address) => address.startsWith(home));
      return Promise.all([home, ...own].map(async (address) => (await fetch(address)).text()));
    }, dev.gameUrl);
    // The page, its style, its script and its configuration.
    expect(documents.length).toBeGreaterThanOrEqual(4);
    for (const document of documents) expect(document).not.toMatch(/AKIA[A-Z0-9]{16}/);
    expect(await page.evaluate('JSON.stringify({ ...localStorage })')).not.toContain('AKIA');
  });
});
