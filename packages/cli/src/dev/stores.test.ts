import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callJson } from '../service/aws-api.ts';
import { seedTables } from './seed.ts';
import { type DevStore, startDynamoDbStore, startS3Store } from './stores.ts';

let directory: string;
let s3: DevStore;
let dynamodb: DevStore;

async function start(): Promise<void> {
  s3 = await startS3Store(join(directory, 's3'), 'rooms');
  dynamodb = await startDynamoDbStore(join(directory, 'dynamodb'));
}

async function stop(): Promise<void> {
  await s3.close();
  await dynamodb.close();
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'daypass-stores-'));
  await start();
});

afterAll(async () => {
  await stop();
  await rm(directory, { recursive: true, force: true });
});

/** A request whose path is sent as it is written, unlike fetch's. */
function raw(
  store: DevStore,
  method: string,
  path: string,
  body = '',
): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(store.backend.url);
  const authorization = `AWS4-HMAC-SHA256 Credential=${store.backend.accessKeyId}/20260101/us-east-1/s3/aws4_request`;
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers: { authorization } }, async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      resolve({ status: response.statusCode ?? 0, text });
    });
    sent.on('error', reject).end(body);
  });
}

const each = [
  ['S3', () => s3],
  ['DynamoDB', () => dynamodb],
] as const;

describe.each(each)('the %s store', (_name, store) => {
  it.each<[string, () => Record<string, string>]>([
    ['no key', () => ({})],
    [
      'another key',
      () => ({ authorization: 'AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/s3/aws4_request' }),
    ],
    ['its key elsewhere', () => ({ 'x-amz-key': `Credential=${store().backend.accessKeyId}/` })],
  ])('refuses a request with %s', async (_case, headers) => {
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const response = await fetch(`${store().backend.url}/`, { method, headers: headers() });
      expect(response.status).toBe(403);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('listens on no other address', async () => {
    // A server on all interfaces would answer here, too.
    const elsewhere = store().backend.url.replace('127.0.0.1', '127.0.0.2');
    await expect(fetch(elsewhere)).rejects.toThrow();
  });
});

describe('what is stored', () => {
  it('stands under its own key, whatever is in the key', async () => {
    await raw(s3, 'PUT', '/rooms/private/b/save', 'of b');
    await raw(s3, 'PUT', '/rooms/private/a/%2e%2e/b/save', 'of a');
    expect(await raw(s3, 'GET', '/rooms/private/b/save')).toEqual({ status: 200, text: 'of b' });
    expect(await raw(s3, 'GET', '/rooms/private/a/%2e%2e/b/save')).toEqual({ status: 200, text: 'of a' });
  });

  it('is there after a restart', async () => {
    const endpoint = () => ({ ...dynamodb.backend, region: 'us-east-1' });
    const key = { player: { S: 'ada' }, at: { S: '2026-01-01T00:00:00Z' } };
    await seedTables(endpoint());
    await callJson(endpoint(), 'dynamodb', 'DynamoDB_20120810.PutItem', { TableName: 'scores', Item: key });
    await raw(s3, 'PUT', '/rooms/kept', 'kept');
    await stop();
    await start();
    await seedTables(endpoint());
    const read = await callJson(endpoint(), 'dynamodb', 'DynamoDB_20120810.GetItem', {
      TableName: 'scores',
      Key: key,
    });
    expect(read).toEqual({ Item: key });
    expect(await raw(s3, 'GET', '/rooms/kept')).toEqual({ status: 200, text: 'kept' });
  });
});
