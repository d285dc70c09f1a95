import { CreateAccessKeyCommand, CreateUserCommand } from '@aws-sdk/client-iam';
import { type Daypass, startDaypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administrator, refusal } from './rig/administrator.ts';
import { callDaypass } from './rig/daypass-api.ts';

describe('GetMetrics', () => {
  let daypass: Daypass;

  beforeAll(async () => {
    daypass = await startDaypass({ port: 0, logLevel: 'silent' });
  });
  afterAll(() => daypass.close());

  it('gives what a scrape gives, for a signature', async () => {
    const { Text, ContentType } = await callDaypass(daypass, 'GetMetrics', {});
    expect(Text).toMatch(/^# TYPE daypass_requests_total counter$/m);
    const scrape = await fetch(`${daypass.url}/_daypass/metrics`);
    expect(scrape.headers.get('content-type')).toBe(ContentType);
    expect(await scrape.text()).toMatch(/^daypass_requests_total\{.*GetMetrics.*\} 1$/m);
  });

  it('is for those whom a policy allows it', async () => {
    const { iam } = administrator(daypass);
    await iam.send(new CreateUserCommand({ UserName: 'clerk' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'clerk' }));
    const rootCredentials = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
    const attempt = callDaypass({ ...daypass, rootCredentials }, 'GetMetrics', {});
    expect((await refusal(attempt)).message).toContain('not authorized to perform: daypass:GetMetrics');
  });
});
