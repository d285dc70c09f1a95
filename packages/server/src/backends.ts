import type { BackendOptions, DaypassOptions } from './config.ts';
import type { Backend } from './gateway/gateway.ts';
import { bucketOfHost } from './gateway/s3/request.ts';
import { StartFailure } from './start-failure.ts';
import type { Traces } from './traces/traces.ts';

/** What the gateway needs to know of the store behind it for `service`. */
export function backendOf(
  service: string,
  { subresources, ...key }: BackendOptions,
  traces: Traces | undefined,
): Backend {
  const url = new URL(key.url);
  const watched = { calls: true, attributes: { 'server.address': url.host } };
  return {
    ...key,
    url,
    region: key.region ?? 'us-east-1',
    ...(subresources !== undefined && { subresources: new Set(subresources) }),
    ...(traces && { watch: (work) => traces.part(`${service} backend`, watched, work) }),
  };
}

/** Throws `StartFailure` where the service itself would be on the host of a bucket: objects would get its console's origin. */
export function refuseBucketHost({ publicUrl, s3Domain }: DaypassOptions): void {
  const host = publicUrl && new URL(publicUrl).host;
  if (bucketOfHost(host, s3Domain) === undefined) return;
  throw new StartFailure('options', 'the public URL must not be that of a bucket: choose another S3 domain');
}
