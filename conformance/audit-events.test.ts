import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { type Daypass, startDaypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administrator, refusal } from './rig/administrator.ts';
import { callDaypass } from './rig/daypass-api.ts';

interface Event {
  readonly eventID: string;
  readonly eventName: string;
  readonly errorCode?: string;
}

/** Events of one millisecond have no order. */
const nextMillisecond = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('ListAuditEvents', () => {
  let daypass: Daypass;
  let poolId: string;

  beforeAll(async () => {
    daypass = await startDaypass({ port: 0, logLevel: 'silent' });
    const { createPool, createRole } = administrator(daypass);
    poolId = await createPool();
    await nextMillisecond();
    await createRole('Players', poolId, 'authenticated');
    await nextMillisecond();
    const body = JSON.stringify({ IdentityPoolId: poolId });
    await fetch(`${daypass.url}/_daypass/federate`, { method: 'POST', body });
  });
  afterAll(() => daypass.close());

  const list = async (input: object) => {
    const { Events, NextToken } = await callDaypass(daypass, 'ListAuditEvents', { MaxResults: 10, ...input });
    return { events: Events as Event[], NextToken };
  };
  const names = async (input: object) => (await list(input)).events.map(({ eventName }) => eventName);
  /** Events are written down a moment after the answer. */
  const eventually = (input: object) => expect.poll(() => names(input), { timeout: 30_000 });

  it('tells what was changed and who was refused, newest first', async () => {
    await eventually({}).toEqual(['Federate', 'CreateRole', 'CreateIdentityPool']);
    const [refused] = (await list({ Outcome: 'REFUSED' })).events;
    expect(refused).toMatchObject({
      eventName: 'Federate',
      errorCode: 'NotAuthorizedException',
      userIdentity: { type: 'Unknown' },
      requestParameters: { IdentityPoolId: poolId },
    });
  });

  it('narrows by operation, outcome, pool, time and request', async () => {
    await eventually({ Operation: 'CreateRole' }).toEqual(['CreateRole']);
    await eventually({ Outcome: 'DONE', IdentityPoolId: poolId }).toEqual([
      'CreateRole',
      'CreateIdentityPool',
    ]);
    expect(await names({ Time: { To: 1 } })).toEqual([]);
    const body = JSON.stringify({ IdentityPoolId: poolId });
    const again = await fetch(`${daypass.url}/_daypass/federate`, { method: 'POST', body });
    await eventually({ RequestId: again.headers.get('x-amzn-requestid') }).toEqual(['Federate']);
  });

  it('is read page by page, and from an event on', async () => {
    await eventually({ Operation: 'Federate' }).toContain('Federate');
    const { events, NextToken } = await list({ MaxResults: 1, Outcome: 'DONE' });
    expect(events.map(({ eventName }) => eventName)).toEqual(['CreateRole']);
    expect(await names({ MaxResults: 1, Outcome: 'DONE', NextToken })).toEqual(['CreateIdentityPool']);
    expect(await names({ Outcome: 'DONE', After: events[0]?.eventID })).toEqual([]);
    expect(await refusal(list({ NextToken: 'nonsense' }))).toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('is for those whom a policy allows it', async () => {
    const { iam } = administrator(daypass);
    await iam.send(new CreateUserCommand({ UserName: 'clerk' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'clerk' }));
    const rootCredentials = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
    const asClerk = () => callDaypass({ ...daypass, rootCredentials }, 'ListAuditEvents', { MaxResults: 1 });
    expect((await refusal(asClerk())).message).toContain(
      'not authorized to perform: daypass:ListAuditEvents',
    );
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'daypass:ListAuditEvents', Resource: '*' },
    });
    await iam.send(new PutUserPolicyCommand({ UserName: 'clerk', PolicyName: 'reads', PolicyDocument }));
    expect(await asClerk()).toHaveProperty('Events');
  });
});
