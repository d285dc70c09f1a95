import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestProvider, type TestProvider } from '@daypass/server/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { administrator, listIdentities } from './rig/administrator.ts';
import { callPublic } from './rig/call.ts';
import { type Memory, type NodeProcess, startNodeProcess } from './rig/node-process.ts';

const megabyte = 1e6;

let data: string;
let node: NodeProcess;
let IdentityPoolId: string;
let provider: TestProvider;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'daypass-abuse-'));
  provider = await startTestProvider({ key: 'accounts.google.com' });
  // Stores that nobody gets to: the gateway has to refuse everything.
  const nowhere = 'http://127.0.0.1:1';
  node = await startNodeProcess({
    data,
    options: [
      ...['--s3-backend', nowhere, '--dynamodb-backend', nowhere],
      ...['--provider-override', `${provider.key}=${provider.url}`],
    ],
    environment: {
      DAYPASS_S3_ACCESS_KEY_ID: 'key',
      DAYPASS_S3_SECRET_ACCESS_KEY: 'secret',
      DAYPASS_DYNAMODB_ACCESS_KEY_ID: 'key',
      DAYPASS_DYNAMODB_SECRET_ACCESS_KEY: 'secret',
    },
  });
  IdentityPoolId = await administrator(node).createPool({
    SupportedLoginProviders: { [provider.key]: provider.clientId },
  });
});

afterAll(async () => {
  await node.stop();
  await provider.close();
  rmSync(data, { recursive: true, force: true });
});

/** Meanwhile one person goes in and out. */
async function goesOn(): Promise<void> {
  const Logins = { [provider.key]: provider.token() };
  expect((await callPublic(node.url, 'GetId', { IdentityPoolId, Logins })).status).toBe(200);
}

/** Waits until about as much memory is in use as before; the megabytes that are more are returned. */
async function comesBackTo(before: Memory): Promise<number> {
  let more = Number.POSITIVE_INFINITY;
  const look = async () => {
    more = ((await node.memory()).used - before.used) / megabyte;
    return more;
  };
  await expect.poll(look, { timeout: 60_000, interval: 1000 }).toBeLessThan(16);
  return more;
}

function dial(): Socket {
  const { port, hostname } = new URL(node.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  return socket;
}

it('refuses 100,000 requests that are garbage, in bounded memory', async () => {
  const count = 100_000;
  const clients = 64;
  const random = randomness(20_261_123);
  let sent = 0;

  async function sendUntil(goal: number): Promise<void> {
    await Promise.all(
      Array.from({ length: clients }, async () => {
        while (sent < goal) {
          if (sent++ % 1000 === 0) await goesOn();
          await send(garbage(random, IdentityPoolId));
        }
      }),
    );
  }

  await sendUntil(count / 10);
  const before = await node.memory();
  await sendUntil(count);
  const more = await comesBackTo(before);
  const peak = (await node.memory()).peak / megabyte;
  console.log(
    `${count} requests of garbage: ${more.toFixed(1)} MB more are in use, ${peak.toFixed(0)} MB at most`,
  );
  expect(peak).toBeLessThan(600);
  expect(node.log.slice(0, 5)).toEqual([]);
  expect((await listIdentities(administrator(node), IdentityPoolId)).length).toBe(1);
});

/** Sends it, says that nothing more comes, and resolves when the server has closed the connection. */
function send(bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = dial();
    socket.on('close', () => resolve());
    socket.resume().end(bytes);
  });
}

it('goes on while 5,000 clients send a byte a second, and cuts them off', async () => {
  const count = 5000;
  const heads = [
    'POST / HTTP/1.1\r\nhost: x\r\nx-slow: ',
    'POST / HTTP/1.1\r\nhost: x\r\nx-amz-target: AWSCognitoIdentityService.GetId\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: 1000000\r\n\r\n',
  ];
  const before = await node.memory();
  const open = new Set<Socket>();
  for (let n = 0; n < count; n++) {
    const socket = dial();
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.resume().write(heads[n % heads.length] ?? '');
    if (n % 100 === 0) await goesOn();
  }
  const openFiles = (await node.memory()).openFiles;
  let seconds = 0;
  for (; open.size > 0 && seconds < 120; seconds++) {
    for (const socket of open) socket.write('x');
    await goesOn();
    await sleep(1000);
  }
  const more = await comesBackTo(before);
  console.log(
    `${openFiles - before.openFiles} slow clients at one time were cut off within ${seconds} s; ${more.toFixed(1)} MB more are in use`,
  );
  expect(open.size).toBe(0);
  expect((await node.memory()).openFiles).toBeLessThan(before.openFiles + 100);
  expect(node.log.slice(0, 5)).toEqual([]);
});

type Random = (below: number) => number;

/** Mulberry32: the same numbers in every run. */
function randomness(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) % below;
  };
}

const some = <Item>(random: Random, items: readonly [Item, ...Item[]]): Item =>
  items[random(items.length)] ?? items[0];

/** A million bytes, of which every noise is a piece: making each anew costs more than the node's answer. */
const noises = (() => {
  const random = randomness(20_261_124);
  return Buffer.from(Array.from({ length: 1_000_000 }, () => random(256)));
})();

function noise(random: Random, length: number): Buffer {
  const from = random(noises.length - length);
  return noises.subarray(from, from + length);
}

const text = (random: Random, length: number) => noise(random, length).toString('base64url');

/** One request that nobody should send: noise, or what begins well, or what is right but for a few bytes. */
function garbage(random: Random, poolId: string): Buffer {
  if (random(8) === 0) return noise(random, 1 + random(2000));
  const token = some(random, [
    text(random, 300),
    `${text(random, 30)}.${text(random, 200)}.${text(random, 64)}`,
    `${Buffer.from('{"alg":"none"}').toString('base64url')}.${text(random, 90)}.`,
  ]);
  const body = some(random, [
    noise(random, random(3000)).toString('latin1'),
    JSON.stringify({ IdentityPoolId: poolId, Logins: { 'accounts.google.com': token } }),
    JSON.stringify({ IdentityPoolId: poolId, Logins: { [text(random, 50)]: token } }),
    JSON.stringify({ IdentityPoolId: text(random, 40), Logins: [[[[[random(9)]]]]] }),
    `{"Logins":${'['.repeat(random(5000))}`,
    `Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=${text(random, 30)}&WebIdentityToken=${token}`,
    `Action=AssumeRoleWithSAML&Version=2011-06-15&SAMLAssertion=${text(random, 400)}`,
  ]);
  const operation = some(random, ['GetId', 'GetCredentialsForIdentity', 'GetOpenIdToken', text(random, 9)]);
  const target = some(random, [
    `AWSCognitoIdentityService.${operation}`,
    'Daypass.Federate',
    `DynamoDB_20120810.${some(random, ['GetItem', 'Query', text(random, 12)])}`,
    text(random, 40),
  ]);
  const line = some(random, [
    'POST / HTTP/1.1',
    'POST /_daypass/federate HTTP/1.1',
    `PUT /${text(random, 20)}/${text(random, 200)} HTTP/1.1`,
    `GET /${text(random, 9)}?X-Amz-Signature=${text(random, 30)}&X-Amz-Credential=${text(random, 30)} HTTP/1.1`,
    `${text(random, 5)} ${text(random, 50)} HTTP/1.1`,
  ]);
  const headers = [
    'host: x',
    `x-amz-target: ${target}`,
    `content-type: ${some(random, ['application/x-amz-json-1.1', 'application/x-www-form-urlencoded', text(random, 20)])}`,
    `authorization: AWS4-HMAC-SHA256 Credential=${text(random, 15)}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=${text(random, 32)}`,
    `x-amz-security-token: ${text(random, 200)}`,
    `x-amz-date: ${some(random, ['20260101T000000Z', text(random, 9)])}`,
    `${text(random, 9)}: ${text(random, 99)}`,
  ].filter(() => random(4) > 0);
  const length = some(random, [
    `content-length: ${Buffer.byteLength(body, 'latin1')}`,
    `content-length: ${Buffer.byteLength(body, 'latin1')}`,
    `content-length: ${random(1e7)}`,
    'transfer-encoding: chunked',
  ]);
  const bytes = Buffer.from(`${[line, ...headers, length].join('\r\n')}\r\n\r\n${body}`, 'latin1');
  for (let flips = random(4); flips > 0; flips--) bytes[random(bytes.length)] = random(256);
  return bytes;
}
