import { UsageError } from '../usage-error.ts';
import type { Place, Target } from './registration.ts';

export interface PlaceFlags {
  readonly target: Target;
  readonly targetEndpoint?: string;
  readonly targetRegion: string;
  readonly targetAccount?: string;
  readonly targetRoleArn?: string;
}

/** How the target writes its ARNs and where its STS is. Throws a `UsageError` for what it needs and was not told. */
export function placeOf(flags: PlaceFlags): Place {
  const { target, targetEndpoint, targetRegion, targetAccount, targetRoleArn } = flags;
  if (target === 'aws') {
    const account = needed(targetAccount, '--target-account', target);
    return {
      target,
      sts: targetEndpoint ?? `https://sts.${targetRegion}.amazonaws.com`,
      roleArnOf: (name) => `arn:aws:iam::${account}:role/${name}`,
      providerArnOf: (key) => `arn:aws:iam::${account}:oidc-provider/${key}`,
    };
  }
  const sts = needed(targetEndpoint, '--target-endpoint', target);
  switch (target) {
    case 'ceph':
      return {
        target,
        sts,
        roleArnOf: (name) => `arn:aws:iam::${targetAccount ?? ''}:role/${name}`,
        providerArnOf: (key) => `arn:aws:iam::${targetAccount ?? ''}:oidc-provider/${key}`,
      };
    case 'minio': {
      // MinIO derives the ARN from the client id when the provider is added.
      const arn = targetRoleArn ?? 'arn:minio:iam:::role/AS_SHOWN_BY_MC';
      return { target, sts, roleArnOf: () => arn, providerArnOf: (key) => key };
    }
    case 'seaweedfs':
      return {
        target,
        sts,
        roleArnOf: (name) => `arn:aws:iam::role/${name}`,
        providerArnOf: () => seaweedProvider,
      };
  }
}

/** The name of the provider in SeaweedFS's configuration, by which trust policies know it there. */
export const seaweedProvider = 'daypass';

function needed(value: string | undefined, option: string, target: Target): string {
  if (value === undefined) throw new UsageError(`--target ${target} needs ${option}.`);
  return value;
}
