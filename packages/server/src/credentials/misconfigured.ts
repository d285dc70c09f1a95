import { ServiceError } from '../errors.ts';

/** The one text AWS has for every fault of a pool's roles; the reason says which it was. */
export function misconfigured(reason: string, cause?: unknown): ServiceError {
  return new ServiceError(
    'InvalidIdentityPoolConfigurationException',
    'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
    { reason, cause },
  );
}
