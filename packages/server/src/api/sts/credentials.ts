import type { TemporaryCredentials } from '../../credentials/issuer.ts';
import type { Output } from '../protocol/operation.ts';

/** `Credentials`, as every answer of STS has them. */
export function credentialsOutput(credentials: TemporaryCredentials): Output {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: expiration,
  };
}
