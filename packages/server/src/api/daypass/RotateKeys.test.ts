import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signRequest } from '@daypass/sigv4';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Daypass } from '../../config.ts';
import { startDaypass } from '../../main.ts';

describe('RotateKeys', () => {
  let data: string;
  let nodes: readonly [Daypass, Daypass];

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'daypass-rotate-'));
    const start = () => startDaypass({ port: 0, data, logLevel: 'silent' });
    nodes = [await start(), await start()];
  });
  afterAll(async () => {
    for (const node of nodes) await node.close();
    rmSync(data, { recursive: true, force: true });
  });

  async function rotate(node: Daypass, input: object, key = node.rootCredentials): Promise<Response> {
    const body = JSON.stringify(input);
    const headers = [
      ['host', new URL(node.url).host],
      ['content-type', 'application/x-amz-json-1.1'],
      ['x-amz-target', 'Daypass.RotateKeys'],
    ] as const;
    const signed = signRequest(
      { method: 'POST', path: '/', query: '', headers },
      {
        accessKeyId: key.accessKeyId,
        secretKey: key.secretAccessKey,
        region: 'us-east-1',
        service: 'daypass',
        now: Date.now(),
      },
      createHash('sha256').update(body).digest('hex'),
    );
    const sent = [...headers.slice(1), ...signed].map(([name, value]): [string, string] => [name, value]);
    return fetch(node.url, { method: 'POST', headers: sent, body });
  }

  const kids = async ({ url }: Daypass): Promise<string[]> => {
    const document: { keys: { kid: string; alg: string }[] } = JSON.parse(
      await (await fetch(`${url}/.well-known/jwks_uri`)).text(),
    );
    return document.keys.filter(({ alg }) => alg === 'RS512').map(({ kid }) => kid);
  };

  it('publishes the next signing key on every node before it signs, and leaves the old one first', async () => {
    const [here, there] = nodes;
    expect(await kids(there)).toEqual(['us-east-11']);
    const answer = await rotate(here, { Kind: 'SIGNING' });
    expect(await answer.json()).toEqual({
      Keys: [
        {
          Kind: 'SIGNING',
          KeyId: 'us-east-12',
          UsedFrom: expect.any(Number),
          PreviousUntil: expect.any(Number),
        },
      ],
    });
    expect(await kids(here)).toEqual(['us-east-11', 'us-east-12']);
    await expect.poll(() => kids(there), { timeout: 5000 }).toEqual(['us-east-11', 'us-east-12']);
  });

  it('replaces both kinds at once when they may have been stolen', async () => {
    const [here, there] = nodes;
    const answer: { Keys: { Kind: string; KeyId: string }[] } = JSON.parse(
      await (await rotate(here, { Immediately: true })).text(),
    );
    expect(answer.Keys.map(({ Kind, KeyId }) => [Kind, KeyId])).toEqual([
      ['SEALING', 'k2'],
      ['SIGNING', 'us-east-13'],
    ]);
    await expect.poll(() => kids(there), { timeout: 5000 }).toEqual(['us-east-13']);
  });

  it('is for those who may', async () => {
    const [here] = nodes;
    const stranger = { ...here.rootCredentials, secretAccessKey: 'another' };
    expect((await rotate(here, {}, stranger)).status).toBe(400);
    expect((await rotate(here, { Kind: 'MASTER' })).status).toBe(400);
  });
});
