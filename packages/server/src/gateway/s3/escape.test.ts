import { once } from 'node:events';
import { createConnection } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createS3Handler } from '../s3.ts';
import {
  backendAt,
  type Listening,
  listen,
  type Player,
  type RawRequest,
  type RecordingStore,
  recordingStore,
  region,
  type Surroundings,
  send,
  signed,
  surroundings,
} from '../testing.ts';

/** Whatever eve tries, the store must not hear of it. */
let store: RecordingStore;
let services: Surroundings;
let gateway: Listening;
let eve: Player;

const own = `/saves/private/${region}:eve`;
const victim = `/saves/private/${region}:victim/save`;

beforeAll(async () => {
  store = await recordingStore();
  services = surroundings({ s3: backendAt(store.url) });
  const handler = createS3Handler(services);
  gateway = await listen((request, response) => void handler(request, response, 'request-1'));
  eve = services.session('eve', [
    {
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      Resource: `arn:aws:s3:::saves/private/\${cognito-identity.amazonaws.com:sub}/*`,
    },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: 'arn:aws:s3:::saves',
      Condition: { StringLike: { 's3:prefix': `private/\${cognito-identity.amazonaws.com:sub}/*` } },
    },
  ]);
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

beforeEach(() => {
  store.seen.length = 0;
  services.denials.length = 0;
});

const asEve = (request: RawRequest, payload?: string) =>
  send(gateway.url, signed(gateway.url, 's3', eve, request, payload));

async function expectRefused(answer: { status: number; body: string }, code: string): Promise<void> {
  expect(answer.body).toContain(`<Code>${code}</Code>`);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(store.seen).toEqual([]);
  expect(services.denials).toHaveLength(1);
}

describe('keys that lead out of the folder', () => {
  it.each([
    ['a parent segment', `${own}/../${region}:victim/save`, 'InvalidURI'],
    ['an encoded parent segment', `${own}/%2e%2e/${region}:victim/save`, 'InvalidURI'],
    ['a half encoded parent segment', `${own}/.%2E/${region}:victim/save`, 'InvalidURI'],
    ['a parent segment behind an encoded slash', `${own}/x%2F..%2F..%2F${region}:victim/save`, 'InvalidURI'],
    ['a parent segment behind a backslash', `${own}/..%5C${region}:victim/save`, 'InvalidURI'],
    ['a dot segment', `${own}/./save`, 'InvalidURI'],
    ['an empty segment', `${own}//save`, 'InvalidURI'],
    ['an empty first segment', `/saves//private/${region}:eve/save`, 'InvalidURI'],
    ['a doubly encoded parent segment', `${own}/%252e%252e/${region}:victim/save`, 'InvalidURI'],
    ['a doubly encoded slash', `${own}%252f..%252f${region}:victim%252fsave`, 'InvalidURI'],
    ['an escape encoded three times', `${own}/%25252e%25252e/save`, 'InvalidURI'],
    ['NUL', `${own}/save%00.txt`, 'InvalidURI'],
    ['UTF-8 in too many bytes', `${own}/%c0%ae%c0%ae/save`, 'InvalidURI'],
    ['a lone surrogate', `${own}/%ed%a0%80`, 'InvalidURI'],
    ['a bucket with an encoded slash', `/saves%2Fprivate/${region}:eve/save`, 'InvalidBucketName'],
    ['a bucket of dots', `/../saves/private/${region}:eve/save`, 'InvalidBucketName'],
    ['a foreign folder by encoded slashes', `/saves/private%2F${region}:victim%2Fsave`, 'AccessDenied'],
    ['a folder that begins like the own one', `${own}2/save`, 'AccessDenied'],
    ['a look-alike slash', `${own}%EF%BC%8Fsave`, 'AccessDenied'],
    ['a look-alike letter', `/saves/priv%D0%B0te/${region}:eve/save`, 'AccessDenied'],
    ['another case', `/saves/Private/${region}:eve/save`, 'AccessDenied'],
    ['a key too long', `${own}/${'x'.repeat(1024)}`, 'KeyTooLongError'],
  ])('refuses %s', async (_, target, code) => {
    await expectRefused(await asEve({ method: 'GET', target }), code);
  });

  it('sends on the key it authorised, in one spelling', async () => {
    await asEve({ method: 'GET', target: `${own}%2Fa+b%20c!~%C3%BC/?x-id=GetObject` });
    expect(store.seen).toMatchObject([{ target: `/saves/private/us-east-1%3Aeve/a%2Bb%20c%21~%C3%BC/` }]);
  });
});

describe('requests that mean two things', () => {
  it.each([
    ['an unknown sub-resource', `${own}/save?website`, 'AccessDenied'],
    ['a sub-resource of buckets on an object', `${own}/save?policy`, 'AccessDenied'],
    ['a sub-resource with a value', `${own}/save?acl=1`, 'AccessDenied'],
    ['two sub-resources', `${own}/save?acl&tagging`, 'AccessDenied'],
    ['a parameter twice', `${own}/save?versionId=1&versionId=2`, 'InvalidArgument'],
    ['an empty version', `${own}/save?versionId=`, 'InvalidArgument'],
    ['the prefix twice', `/saves?list-type=2&prefix=private%2F${region}%3Aeve%2F&prefix=`, 'InvalidArgument'],
    ['another list type', `/saves?list-type=1&prefix=private%2F${region}%3Aeve%2F`, 'AccessDenied'],
  ])('refuses %s', async (_, target, code) => {
    await expectRefused(await asEve({ method: 'GET', target }), code);
  });

  it("refuses a header of the store's own", async () => {
    const headers = [['x-amz-new-power', 'yes']] as const;
    await expectRefused(
      await asEve({ method: 'PUT', target: `${own}/save`, headers, body: 'x' }),
      'NotImplemented',
    );
  });

  it('asks for the plain permission too, since a store may not know the sub-resource', async () => {
    const tagger = services.session('tagger', [
      { Effect: 'Allow', Action: 's3:DeleteObjectTagging', Resource: '*' },
    ]);
    await expectRefused(
      await send(
        gateway.url,
        signed(gateway.url, 's3', tagger, { method: 'DELETE', target: `${own}/save?tagging` }),
      ),
      'AccessDenied',
    );
    expect(services.denials).toMatchObject([{ action: 's3:DeleteObject' }]);
  });
});

describe('versions', () => {
  it('need the permission on the object too, since a store may not know versions', async () => {
    const versioner = services.session('versioner', [
      {
        Effect: 'Allow',
        Action: ['s3:DeleteObjectVersion', 's3:GetObjectVersion', 's3:PutObject'],
        Resource: '*',
      },
    ]);
    const body = '<Delete><Object><Key>save</Key><VersionId>1</VersionId></Object></Delete>';
    const batch = await send(
      gateway.url,
      signed(gateway.url, 's3', versioner, { method: 'POST', target: '/saves?delete', body }),
    );
    expect(batch).toMatchObject({ status: 200, body: expect.stringContaining('<Code>AccessDenied</Code>') });
    const headers = [['x-amz-copy-source', '/saves/save?versionId=1']] as const;
    const copy = await send(
      gateway.url,
      signed(gateway.url, 's3', versioner, { method: 'PUT', target: '/saves/copy', headers }),
    );
    expect(copy).toMatchObject({ status: 403, body: expect.stringContaining('s3:GetObject on resource') });
    expect(store.seen).toEqual([]);
  });
});

describe('copies', () => {
  it.each([
    ['from a foreign key', victim],
    ['from a foreign key, encoded', encodeURIComponent(victim.slice(1))],
    ['from a foreign version', `${victim}?versionId=1`],
    ['from a parent segment', `${own}/../${region}:victim/save`],
    ['from an access point', 'arn:aws:s3:us-east-1:000000000000:accesspoint/x/object/save'],
  ])('refuses a copy %s', async (_, source) => {
    const answer = await asEve({
      method: 'PUT',
      target: `${own}/save`,
      headers: [['x-amz-copy-source', source]],
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(store.seen).toEqual([]);
  });

  it('refuses a part copied from a foreign key', async () => {
    const headers = [['x-amz-copy-source', victim]] as const;
    await expectRefused(
      await asEve({ method: 'PUT', target: `${own}/save?partNumber=1&uploadId=u`, headers }),
      'AccessDenied',
    );
  });

  it('refuses a copy source in the query of a presigned request', async () => {
    await expectRefused(
      await asEve({ method: 'PUT', target: `${own}/save?x-amz-copy-source=${encodeURIComponent(victim)}` }),
      'AccessDenied',
    );
  });
});

describe('signatures', () => {
  const put = { method: 'PUT', target: `${own}/save`, body: 'good' };

  it.each([
    ['no signature', () => ({ ...put, headers: [['host', 'x']] as const }), 'AccessDenied'],
    [
      'a body swapped after signing',
      () => ({ ...signed(gateway.url, 's3', eve, put), body: 'evil' }),
      'XAmzContentSHA256Mismatch',
    ],
    [
      'a path swapped after signing',
      () => ({ ...signed(gateway.url, 's3', eve, put), target: `${own}/other` }),
      'SignatureDoesNotMatch',
    ],
    [
      'a method swapped after signing',
      () => ({ ...signed(gateway.url, 's3', eve, { ...put, body: '' }), method: 'DELETE' }),
      'SignatureDoesNotMatch',
    ],
    [
      'a parameter added after signing',
      () => ({ ...signed(gateway.url, 's3', eve, put), target: `${own}/save?versionId=1` }),
      'SignatureDoesNotMatch',
    ],
    [
      'a header left out of the signature',
      () => {
        const request = signed(gateway.url, 's3', eve, put);
        return { ...request, headers: [...(request.headers ?? []), ['x-amz-acl', 'public-read'] as const] };
      },
      'AccessDenied',
    ],
    [
      'credentials in header and query',
      () => ({
        ...signed(gateway.url, 's3', eve, put),
        target: `${own}/save?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=x`,
      }),
      'InvalidArgument',
    ],
    [
      'the scope of another service',
      () => signed(gateway.url, 'dynamodb', eve, put),
      'AuthorizationHeaderMalformed',
    ],
    [
      'the session token of another',
      () =>
        signed(
          gateway.url,
          's3',
          { ...eve, credentials: { ...eve.credentials, sessionToken: 'forged' } },
          put,
        ),
      'InvalidToken',
    ],
    [
      'a key nobody has',
      () => {
        const { sessionToken: _, ...credentials } = { ...eve.credentials, accessKeyId: 'AKIANOBODY' };
        return signed(gateway.url, 's3', { ...eve, credentials: credentials as Player['credentials'] }, put);
      },
      'InvalidAccessKeyId',
    ],
  ])('refuses %s', async (_, request, code) => {
    await expectRefused(await send(gateway.url, request()), code);
  });

  it('refuses a session past its time', async () => {
    const old = services.session('old', [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }]);
    services.expire(old);
    await expectRefused(await send(gateway.url, signed(gateway.url, 's3', old, put)), 'ExpiredToken');
  });

  it('refuses a request replayed after 15 minutes', async () => {
    const request = signed(gateway.url, 's3', eve, put);
    const later = createS3Handler({ ...services, clock: { now: () => Date.now() + 16 * 60_000 } });
    await using listening = await listen((incoming, response) => void later(incoming, response, 'request-2'));
    await expectRefused(await send(listening.url, request), 'RequestTimeTooSkewed');
  });
});

describe('framing', () => {
  async function raw(text: string): Promise<string> {
    const { port } = new URL(gateway.url);
    const socket = createConnection(Number(port), '127.0.0.1');
    socket.end(text);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    await once(socket, 'close');
    return answer;
  }

  it.each([
    ['a length and a transfer encoding', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde'],
    ['an obscure transfer encoding', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ])('refuses %s', async (_, rest) => {
    const { headers = [] } = signed(gateway.url, 's3', eve, {
      method: 'PUT',
      target: `${own}/save`,
      body: '',
    });
    const lines = headers
      .filter(([name]) => name !== 'content-length')
      .map(([name, value]) => `${name}: ${value}\r\n`);
    expect(await raw(`PUT ${own}/save HTTP/1.1\r\n${lines.join('')}${rest}`)).toMatch(/^HTTP\/1.1 4\d\d/);
    expect(store.seen).toEqual([]);
  });

  it('refuses an upload of unknown length', async () => {
    const request = signed(gateway.url, 's3', eve, { method: 'PUT', target: `${own}/save`, body: 'four' });
    const headers = (request.headers ?? []).map((header) =>
      header[0] === 'content-length' ? (['transfer-encoding', 'chunked'] as const) : header,
    );
    await expectRefused(await send(gateway.url, { ...request, headers }), 'MissingContentLength');
  });
});
