import { connect } from 'node:net';
import { CognitoIdentityClient, ListIdentityPoolsCommand } from '@aws-sdk/client-cognito-identity';
import { type Daypass, startDaypass } from '@daypass/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administrator, refusal, region } from './rig/administrator.ts';

describe('bad input', () => {
  let daypass: Daypass;
  let admin: ReturnType<typeof administrator>;

  beforeAll(async () => {
    daypass = await startDaypass({ port: 0, logLevel: 'silent' });
    admin = administrator(daypass);
  });

  afterAll(() => daypass.close());

  const target = 'AWSCognitoIdentityService';
  const json = 'application/x-amz-json-1.1';

  const post = (operation: string, body: string | Uint8Array<ArrayBuffer>, contentType = json) =>
    fetch(daypass.url, {
      method: 'POST',
      headers: { 'content-type': contentType, 'x-amz-target': operation },
      body,
    });

  const unknownPool = '{"IdentityPoolId":"us-east-1:00000000-0000-4000-8000-000000000000"}';

  it.each<{
    name: string;
    operation: string;
    body: string;
    contentType?: string;
    status: number;
    type: string;
  }>([
    {
      name: 'malformed JSON',
      operation: `${target}.GetId`,
      body: '{"IdentityPoolId":',
      status: 400,
      type: 'SerializationException',
    },
    {
      name: 'JSON that is no object',
      operation: `${target}.GetId`,
      body: '[]',
      status: 400,
      type: 'SerializationException',
    },
    {
      name: 'a member of another type',
      operation: `${target}.GetId`,
      body: '{"IdentityPoolId":7}',
      status: 400,
      type: 'SerializationException',
    },
    {
      name: 'deep nesting',
      operation: `${target}.GetId`,
      body: `{"Logins":${'['.repeat(5000)}`,
      status: 400,
      type: 'SerializationException',
    },
    {
      name: 'an unknown operation',
      operation: `${target}.GetRich`,
      body: '{}',
      status: 400,
      type: 'UnknownOperationException',
    },
    {
      name: 'an unknown service',
      operation: 'SomethingElse.GetId',
      body: '{}',
      status: 400,
      type: 'UnknownOperationException',
    },
    {
      name: 'another content type',
      operation: `${target}.GetId`,
      body: '{}',
      contentType: 'text/html',
      status: 400,
      type: 'UnknownOperationException',
    },
    {
      name: 'a missing member',
      operation: `${target}.GetId`,
      body: '{}',
      status: 400,
      type: 'ValidationException',
    },
    {
      name: 'a pool that is not there',
      operation: `${target}.GetId`,
      body: unknownPool,
      status: 400,
      type: 'ResourceNotFoundException',
    },
    {
      name: 'no signature',
      operation: `${target}.ListIdentityPools`,
      body: '{"MaxResults":1}',
      status: 400,
      type: 'MissingAuthenticationTokenException',
    },
  ])('answers $name with $type', async ({ operation, body, contentType, status, type }) => {
    const response = await post(operation, body, contentType);
    expect(response.status).toBe(status);
    expect(response.headers.get('x-amzn-errortype')).toBe(`${type}:`);
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await response.json()).toMatchObject({ __type: type });
  });

  it('refuses a body of 10 MB without reading it, and lives', async () => {
    const answered = await post(`${target}.GetId`, Buffer.alloc(10_000_000, 'x')).then(
      (response) => response.status,
      // The connection is cut while the client still sends: clients see the answer or the cut.
      () => 413,
    );
    expect(answered).toBe(413);
    expect((await fetch(`${daypass.url}/_daypass/health`)).status).toBe(200);
  });

  it.each<{ name: string; change: object; error: string; message: RegExp }>([
    {
      name: 'a wrong secret',
      change: { secretAccessKey: 'wrong' },
      error: 'InvalidSignatureException',
      message: /^The request signature we calculated does not match the signature you provided\./,
    },
    {
      name: 'an unknown access key',
      change: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
      error: 'UnrecognizedClientException',
      message: /^The security token included in the request is invalid\.$/,
    },
    {
      name: 'a session token that was not made here',
      change: { accessKeyId: 'ASIAIOSFODNN7EXAMPLE', sessionToken: 'bm90IG91cnM=' },
      error: 'UnrecognizedClientException',
      message: /^The security token included in the request is invalid\.$/,
    },
  ])('refuses $name', async ({ change, error, message }) => {
    const credentials = { ...daypass.rootCredentials, ...change };
    const client = new CognitoIdentityClient({ endpoint: daypass.url, region, credentials, maxAttempts: 1 });
    expect(await refusal(client.send(new ListIdentityPoolsCommand({ MaxResults: 1 })))).toEqual({
      name: error,
      message: expect.stringMatching(message),
    });
  });

  it.each([-20, 20])('refuses a clock that is %i minutes off', async (minutes) => {
    const client = new CognitoIdentityClient({
      endpoint: daypass.url,
      region,
      credentials: daypass.rootCredentials,
      maxAttempts: 1,
      systemClockOffset: minutes * 60_000,
    });
    expect(await refusal(client.send(new ListIdentityPoolsCommand({ MaxResults: 1 })))).toEqual({
      name: 'InvalidSignatureException',
      message: expect.stringMatching(minutes < 0 ? /^Signature expired: / : /^Signature not yet current: /),
    });
  });

  it('speaks XML to clients of the Query protocol', async () => {
    const query = (form: string) =>
      fetch(daypass.url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form,
      });
    const unknown = await query('Action=GetRich&Version=2011-06-15');
    expect(unknown.status).toBe(400);
    expect(unknown.headers.get('content-type')).toBe('text/xml');
    expect(await unknown.text()).toMatch(
      /^<ErrorResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/"><Error><Type>Sender<\/Type><Code>InvalidAction<\/Code>/,
    );
    const unsigned = await query('Action=GetCallerIdentity&Version=2011-06-15');
    expect(unsigned.status).toBe(403);
    expect(await unsigned.text()).toContain('<Code>MissingAuthenticationToken</Code>');
  });

  it.each([
    ['an absolute target', 'GET http://example.test/ HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1\.1 400/],
    ['no HTTP at all', 'hello\r\n\r\n', /^HTTP\/1\.1 400/],
    ['a header without end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, /^HTTP\/1\.1 431/],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      /^HTTP\/1\.1 400/,
    ],
  ])('answers %s and lives', async (_, bytes, expected) => {
    const { port, hostname } = new URL(daypass.url);
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), hostname, () => socket.write(bytes));
      socket.setEncoding('utf8');
      socket.on('data', (data) => {
        text += data;
        socket.end();
      });
      socket.on('close', () => resolve(text));
      socket.on('error', (error) => (text === '' ? reject(error) : resolve(text)));
    });
    expect(answer).toMatch(expected);
    expect((await fetch(`${daypass.url}/_daypass/health`)).status).toBe(200);
  });

  it('has stored nothing of all this', async () => {
    const { IdentityPools } = await admin.cognito.send(new ListIdentityPoolsCommand({ MaxResults: 60 }));
    expect(IdentityPools).toEqual([]);
  });
});
