import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Ceph's object gateway: S3, STS, IAM roles and OpenID Connect providers at one address. */
export interface Ceph {
  readonly url: string;
  /** May do anything with roles and providers, and owns the buckets it makes. */
  readonly administrator: { readonly accessKeyId: string; readonly secretAccessKey: string };
  stop(): Promise<void>;
}

/** S3's sub-resources that Ceph implements. */
export const cephSubresources: readonly string[] = [
  'acl',
  'cors',
  'delete',
  'legal-hold',
  'lifecycle',
  'location',
  'object-lock',
  'policy',
  'retention',
  'tagging',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
];

const script = join(import.meta.dirname, 'ceph-rgw.sh');

/** Whether Ceph's programs are on this machine. */
export function isCephInstalled(): boolean {
  return spawnSync(script, ['installed']).status === 0;
}

/** `bytes` is the room for objects, which are kept in memory; 1 GiB if left out. */
export async function startCeph({ bytes }: { readonly bytes?: number } = {}): Promise<Ceph> {
  const directory = await mkdtemp(join(tmpdir(), 'daypass-ceph-'));
  const [port, monitorPort] = await freePorts();
  const administrator = { accessKeyId: 'ADMINISTRATOR', secretAccessKey: 'administrators-secret' };
  const env = {
    ...process.env,
    RGW_ACCESS_KEY: administrator.accessKeyId,
    RGW_SECRET_KEY: administrator.secretAccessKey,
    ...(bytes !== undefined && { RGW_BYTES: String(bytes) }),
  };
  const stop = async () => {
    await promisify(execFile)(script, ['stop', directory]);
    await rm(directory, { recursive: true });
  };
  try {
    await promisify(execFile)(script, ['start', directory, String(port), String(monitorPort)], { env });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, administrator, stop };
}

async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()] as const;
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
  const [one, two] = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  if (one === undefined || two === undefined) throw new Error('there are no free ports');
  return [one, two];
}
