import { GetObjectCommand, S3 } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { beforeAll, describe, expect, it } from 'vitest';
import { region } from './rig/administrator.ts';
import { consoleRig } from './rig/console.ts';

const rig = consoleRig();
const bucket = 'uploads';

/** Tells in its title what it got hold of. */
const page = `<!doctype html><title>did not run</title><script>
const tried = [];
for (const place of ['sessionStorage', 'localStorage']) {
  try { tried.push(place + ' ' + JSON.stringify(window[place])); } catch (error) { tried.push(error.name); }
}
document.title = tried.join(', ');
</script>`;
const picture = `<svg xmlns="http://www.w3.org/2000/svg"><title>did not run</title><script>
document.querySelector('title').textContent = JSON.stringify(sessionStorage);
</script></svg>`;

describe('what somebody uploaded', () => {
  let s3: S3;

  beforeAll(async () => {
    s3 = new S3({ endpoint: rig.dev().url, region, credentials: rig.credentials(), forcePathStyle: true });
    await s3.createBucket({ Bucket: bucket });
    await s3.putObject({ Bucket: bucket, Key: 'page.html', Body: page, ContentType: 'text/html' });
    await s3.putObject({ Bucket: bucket, Key: 'picture.svg', Body: picture, ContentType: 'image/svg+xml' });
    await s3.putObject({
      Bucket: bucket,
      Key: 'code.js',
      Body: 'export const ran = true;',
      ContentType: 'text/javascript',
    });
  });

  const linkTo = (Key: string) => getSignedUrl(s3, new GetObjectCommand({ Bucket: bucket, Key }));

  it.each(['page.html', 'picture.svg'])(
    'reads nothing of the console in the tab of which it is opened: %s',
    async (key) => {
      const tab = await rig.signIn(await rig.open());
      expect(await tab.evaluate('sessionStorage.length')).toBe(1);
      await tab.goto(await linkTo(key));
      expect(await tab.title()).toBe('did not run');
      expect(await tab.evaluate('self.origin')).toBe('null');
      await expect(tab.evaluate('sessionStorage.length')).rejects.toThrow(/sandboxed/);
      expect(rig.complaints().join()).toContain('sandboxed');
    },
  );

  it('is no code for the console', async () => {
    const tab = await rig.open();
    const link = await linkTo('code.js');
    await expect(tab.evaluate(`import(${JSON.stringify(link)})`)).rejects.toThrow(
      'Failed to fetch dynamically imported module',
    );
    const worker = `navigator.serviceWorker.register(${JSON.stringify(link)}, { type: 'module' })`;
    await expect(tab.evaluate(worker)).rejects.toThrow();
    expect(await tab.evaluate('navigator.serviceWorker.getRegistrations().then((all) => all.length)')).toBe(
      0,
    );
    expect(rig.complaints().length).toBeGreaterThan(0);
  });

  it('is read by the console as what it is: bytes', async () => {
    const tab = await rig.open();
    const text = await tab.evaluate(
      `fetch(${JSON.stringify(await linkTo('code.js'))}).then((answer) => answer.text())`,
    );
    expect(text).toBe('export const ran = true;');
  });
});
