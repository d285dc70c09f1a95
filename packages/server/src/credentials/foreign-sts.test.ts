import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../errors.ts';
import { type ForeignSts, openForeignSts, type WebIdentityRequest, webIdentityForm } from './foreign-sts.ts';
import { answerCredentials, answerError, startTestSts, type TestSts } from './testing.ts';

let server: TestSts;
let sts: ForeignSts;

beforeEach(async () => {
  server = await startTestSts();
  sts = openForeignSts({ timeout: 5000, firstPause: 1 });
});

afterEach(async () => {
  await sts.close();
  await server.close();
});

const asked: WebIdentityRequest = {
  roleArn: 'arn:aws:iam:::role/Player',
  roleSessionName: 'CognitoIdentityCredentials',
  webIdentityToken: 'the.secret.token',
  durationSeconds: 3600,
};

const host = () => new URL(server.url).host;

async function failure(call: Promise<unknown>): Promise<ServiceError> {
  const error = await call.then(() => undefined).catch((error: unknown) => error);
  if (error instanceof ServiceError) return error;
  throw error ?? new Error('the call was expected to fail, and did not');
}

describe('AssumeRoleWithWebIdentity of a foreign STS', () => {
  it('is asked in AWS’s Query protocol, without a signature', async () => {
    const credentials = await sts.assumeRole(server.url, {
      ...asked,
      policy: '{"Statement":"a b+c&d=é"}',
      policyArns: ['arn:aws:iam::aws:policy/One', 'arn:aws:iam::aws:policy/Two'],
    });
    expect(server.asked).toEqual([
      {
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: asked.roleArn,
        RoleSessionName: asked.roleSessionName,
        DurationSeconds: '3600',
        Policy: '{"Statement":"a b+c&d=é"}',
        'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/One',
        'PolicyArns.member.2.arn': 'arn:aws:iam::aws:policy/Two',
        WebIdentityToken: asked.webIdentityToken,
      },
    ]);
    expect(credentials).toEqual({
      accessKeyId: 'ASIAFOREIGN1',
      secretAccessKey: 'secret&/+=',
      sessionToken: 'token1',
      expiration: expect.any(Date),
    });
  });

  it('writes no plus for a space, which some stores take for a plus', () => {
    expect(webIdentityForm({ ...asked, policy: '{"a b":"c+d"}' })).toContain(
      'Policy=%7B%22a%20b%22%3A%22c%2Bd%22%7D',
    );
  });

  it('keeps its connections for the next calls', async () => {
    for (let call = 0; call < 20; call++) await sts.assumeRole(server.url, asked);
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  it('is called by at most 32 at one time; the others wait', async () => {
    const answer = answerCredentials();
    const held: (() => void)[] = [];
    server.answer = (response, fields) => {
      held.push(() => answer(response, fields));
      if (server.asked.length >= 32) for (const goOn of held.splice(0)) goOn();
    };
    await Promise.all(Array.from({ length: 100 }, () => sts.assumeRole(server.url, asked)));
    expect(server.open.most).toBe(32);
  });

  it('turns away who comes when 512 calls wait', async () => {
    server.answer = () => {};
    const quick = openForeignSts({ timeout: 300 });
    const calls = Array.from({ length: 513 }, () => failure(quick.assumeRole(server.url, asked)));
    const failures = await Promise.all(calls);
    await quick.close();
    expect(failures.filter(({ code }) => code === 'TooManyRequestsException')).toHaveLength(1);
    expect(failures.at(-1)?.reason).toBe(`the STS at ${host()}: too many calls wait for it`);
  });

  it.each([
    [403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'],
    [403, 'AccessDenied', ''],
    [400, 'InvalidIdentityToken', 'No OpenIDConnect provider found in your account for https://a.test'],
    [400, 'ExpiredTokenException', 'Token expired'],
    [400, 'MalformedPolicyDocument', 'Syntax errors in policy.'],
    [400, 'PackedPolicyTooLarge', 'Packed policy consumes 103% of allotted space.'],
    [403, 'IDPRejectedClaim', 'no'],
    [400, 'ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration'],
    [404, 'NoSuchEntity', 'no such role'],
  ])(
    'that answers %i %s is a misconfigured pool, once, with its words in the reason',
    async (status, code, message) => {
      server.answer = answerError(status, code, message);
      const error = await failure(sts.assumeRole(server.url, asked));
      expect(error).toMatchObject({
        code: 'InvalidIdentityPoolConfigurationException',
        message: 'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
        reason: `the STS at ${host()}: it answered ${status} ${code}${message && ` ${message}`}`,
      });
      expect(server.asked).toHaveLength(1);
    },
  );

  it.each([
    [400, 'Throttling'],
    [400, 'RequestLimitExceeded'],
    [429, ''],
    [503, 'SlowDown'],
  ])('that goes on answering %i %s has too much to do, after three attempts', async (status, code) => {
    server.answer = answerError(status, code);
    const error = await failure(sts.assumeRole(server.url, asked));
    expect(error).toMatchObject({ code: 'TooManyRequestsException', message: 'Rate exceeded' });
    expect(server.asked).toHaveLength(3);
  });

  it.each([
    [500, 'InternalFailure'],
    [503, 'ServiceUnavailable'],
    [302, ''],
    [400, 'IDPCommunicationError'],
    [409, 'BucketAlreadyExists'],
  ])('that goes on answering %i %s is unavailable, after three attempts', async (status, code) => {
    server.answer = answerError(status, code);
    const error = await failure(sts.assumeRole(server.url, asked));
    expect(error).toMatchObject({
      code: 'ExternalServiceException',
      message: 'The security token service of the role is unavailable.',
    });
    expect(server.asked).toHaveLength(3);
  });

  it.each([
    ['is throttled for a moment', answerError(400, 'Throttling')],
    ['fails for a moment', answerError(500, 'InternalFailure')],
    ['makes the same user for another call just then, as Ceph', answerError(409, 'BucketAlreadyExists')],
    ['breaks off', (response) => response.destroy()],
  ] satisfies [string, TestSts['answer']][])('that %s is asked again', async (_what, trouble) => {
    const well = answerCredentials();
    server.answer = (response, fields) => (server.asked.length < 3 ? trouble : well)(response, fields);
    await sts.assumeRole(server.url, asked);
    expect(server.asked).toHaveLength(3);
  });

  it('that does not answer in time is unavailable, and the call is given up', async () => {
    server.answer = () => {};
    const quick = openForeignSts({ timeout: 50 });
    const error = await failure(quick.assumeRole(server.url, asked));
    expect(error).toMatchObject({
      code: 'ExternalServiceException',
      reason: `the STS at ${host()}: it did not answer in time`,
    });
    await expect.poll(() => server.open.now).toBe(0);
    await quick.close();
  });

  it('that is not there is unavailable', async () => {
    await server.close();
    const error = await failure(sts.assumeRole(server.url, asked));
    expect(error).toMatchObject({
      code: 'ExternalServiceException',
      reason: `the STS at ${host()}: it was not reached: ECONNREFUSED`,
    });
    server = await startTestSts();
  });

  it.each([
    ['nothing', ''],
    ['a page', '<html>Sign in</html>'],
    [
      'no secret',
      '<AccessKeyId>A</AccessKeyId><SessionToken>T</SessionToken><Expiration>2030-01-01</Expiration>',
    ],
    [
      'no date',
      '<AccessKeyId>A</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken><Expiration>soon</Expiration>',
    ],
    ['too much', 'x'.repeat(70_000)],
  ])('that answers 200 with %s is unavailable', async (_what, body) => {
    server.answer = (response) => void response.end(body);
    const error = await failure(sts.assumeRole(server.url, asked));
    expect(error.code).toBe('ExternalServiceException');
  });

  it('never brings the token into a reason, wherever the answer repeats it', async () => {
    const padding = 'x'.repeat(270);
    server.answer = answerError(
      400,
      'InvalidIdentityToken',
      `${asked.webIdentityToken} ${padding}${asked.webIdentityToken}`,
    );
    const error = await failure(sts.assumeRole(server.url, asked));
    expect(error.reason).toContain('InvalidIdentityToken … xxx');
    expect(error.reason).not.toContain('secret');
  });
});
