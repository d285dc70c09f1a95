import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { describe, expect, it, vi } from 'vitest';
import { fromIdentityPool } from './aws-sdk.ts';
import { createAuth } from './create-auth.ts';
import { startTestPool } from './testing/pool.ts';

describe('fromIdentityPool', () => {
  it('federates the login and serves an S3 client, with one request for all', async () => {
    await using pool = await startTestPool();
    const { token, provider } = pool.login('user');
    const asked = vi.fn(() => token);
    const credentials = fromIdentityPool({ ...pool.config, login: { provider, token: asked } });
    const s3 = new S3Client({ region: 'us-east-1', credentials });
    const object = new GetObjectCommand({ Bucket: 'saves', Key: 'save.json' });
    const urls = await Promise.all([getSignedUrl(s3, object), getSignedUrl(s3, object)]);
    const { accessKeyId, expiration } = await credentials();
    for (const url of urls) expect(new URL(url).searchParams.get('X-Amz-Credential')).toContain(accessKeyId);
    expect(expiration).toBeInstanceOf(Date);
    expect(asked).toHaveBeenCalledOnce();
    expect(pool.relay.requests).toHaveLength(1);
    s3.destroy();
  });

  it('shares one sign-in among concurrent calls, also when every token is a new one', async () => {
    await using pool = await startTestPool();
    const { provider } = pool.login('user');
    const asked = vi.fn(() => pool.login('user').token);
    const credentials = fromIdentityPool({ ...pool.config, login: { provider, token: asked } });
    const all = await Promise.all([credentials(), credentials(), credentials()]);
    expect(new Set(all.map(({ accessKeyId }) => accessKeyId)).size).toBe(1);
    expect(asked).toHaveBeenCalledOnce();
    expect(pool.relay.requests).toHaveLength(1);
  });

  it('signs in at the next call when one has failed', async () => {
    await using pool = await startTestPool();
    const { token, provider } = pool.login('user');
    const asked = vi.fn(async () => token).mockRejectedValueOnce(new Error('no token yet'));
    const credentials = fromIdentityPool({ ...pool.config, login: { provider, token: asked } });
    await expect(credentials()).rejects.toThrow('no token yet');
    expect(await credentials()).toHaveProperty('identityId');
  });

  it('asks for the role it is given', async () => {
    await using pool = await startTestPool();
    const { token, provider } = pool.login('user');
    const customRoleArn = 'arn:aws:iam::000000000000:role/editor';
    await fromIdentityPool({ ...pool.config, customRoleArn, login: { provider, token: () => token } })();
    expect(pool.relay.requests.at(-1)?.input).toMatchObject({ CustomRoleArn: customRoleArn });
  });

  it('is a guest without a login', async () => {
    await using pool = await startTestPool();
    expect(await fromIdentityPool(pool.config)()).toHaveProperty('identityId');
  });
});

describe('auth.credentials', () => {
  it('is the credentials of an AWS SDK client as it is', async () => {
    await using pool = await startTestPool();
    const auth = createAuth(pool.config);
    const { credentials } = await auth.federateToIdentityPool(pool.login('user'));
    const s3 = new S3Client({ region: 'us-east-1', credentials: auth.credentials });
    const { expiration, ...resolved } = await s3.config.credentials();
    expect(resolved).toMatchObject({
      accessKeyId: credentials.accessKeyId,
      sessionToken: credentials.sessionToken,
    });
    expect(expiration).toEqual(credentials.expiration);
    s3.destroy();
  });
});
