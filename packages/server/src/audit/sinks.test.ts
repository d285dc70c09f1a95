import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditEvent } from './event.ts';
import { Undeliverable } from './outbox.ts';
import { sinkOf } from './sinks.ts';

const event = auditEvent(
  { region: 'us-east-1', account: '000000000000' },
  1_700_000_000_000,
  { requestId: 'r', sourceIp: '203.0.113.9', changes: [] },
  { eventSource: 'daypass', eventName: 'Federate' },
);

describe('an audit destination', () => {
  it.each(['', 'file:', 'syslog:x', 'ftp://a.test', 'http://a.test/hook', 'http://127.0.0.1.a.test/'])(
    'is not %j',
    (destination) => expect(() => sinkOf(destination)).toThrow(/^An audit destination is/),
  );

  it.each([
    ['file:/var/log/audit.jsonl', 'file'],
    ['stdout', 'stdout'],
    ['https://collector.test/hook', 'webhook'],
    ['http://127.0.0.1:9/hook', 'webhook'],
  ])('is %s', (destination, name) => expect(sinkOf(destination).name).toBe(name));
});

describe('the file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daypass-audit-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gets one JSON document a line, is for its owner only, and may be renamed away', async () => {
    const path = join(folder, 'audit.jsonl');
    const { deliver } = sinkOf(`file:${path}`);
    await deliver([event, event]);
    renameSync(path, `${path}.1`);
    await deliver([event]);
    const linesOf = (file: string) =>
      readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    expect(linesOf(`${path}.1`)).toEqual([event, event]);
    expect(linesOf(path)).toEqual([event]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

describe('the webhook', () => {
  let status = 200;
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      bodies.push(JSON.parse(text));
      response.writeHead(status, { location: 'http://127.0.0.1:9/' }).end('thanks');
    });
  });
  beforeEach(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const deliver = () => {
    const { port } = server.address() as AddressInfo;
    return sinkOf(`http://127.0.0.1:${port}/hook`).deliver([event]);
  };

  it('is posted records as in CloudTrail’s files', async () => {
    status = 204;
    await deliver();
    expect(bodies.at(-1)).toEqual({ Records: [event] });
  });

  it.each<[number, boolean]>([
    [500, false],
    [429, false],
    [408, false],
    [400, true],
    [413, true],
  ])('that answers %i will never take it: %s', async (answer, never) => {
    status = answer;
    const failure = await deliver().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure instanceof Undeliverable).toBe(never);
  });

  it('is not followed elsewhere', async () => {
    status = 307;
    await expect(deliver()).rejects.toThrow();
  });
});
