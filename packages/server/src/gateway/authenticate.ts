import { type ParsedSignature, parseSignature, type SignedHttpRequest } from '@daypass/sigv4';
import type { Caller } from '../access/caller.ts';
import type { GatewayServices } from './gateway.ts';

/** Who claims to have signed a request, with the key that proves it; `verifySignature` is still to come. */
export interface Claim {
  readonly signature: ParsedSignature;
  readonly secretKey: string;
  readonly caller: Caller;
}

/**
 * Why there is no claim: no credentials at all, an access key nobody has, a session token that is not of our making,
 * or one past its time. Each service has its own words for them.
 */
export class CredentialError extends Error {
  readonly kind: 'missing' | 'unknown-key' | 'unknown-token' | 'expired-token';

  constructor(kind: CredentialError['kind'], reason: string) {
    super(reason);
    this.name = 'CredentialError';
    this.kind = kind;
  }
}

/** Throws `CredentialError`, or `SignatureError` for a signature that cannot be read. */
export async function claimOf(request: SignedHttpRequest, services: GatewayServices): Promise<Claim> {
  const signature = parseSignature(request);
  if (signature === undefined) throw new CredentialError('missing', 'the request is not signed');
  return claimOfSignature(signature, services);
}

export async function claimOfSignature(
  signature: ParsedSignature,
  services: GatewayServices,
): Promise<Claim> {
  const opened = await services.openCredentials(signature.accessKeyId, signature.sessionToken);
  switch (opened.status) {
    case 'valid':
      return { signature, secretKey: opened.secretKey, caller: opened.caller };
    case 'expired':
      throw new CredentialError('expired-token', opened.reason);
    case 'unknown':
      throw new CredentialError(
        signature.sessionToken === undefined ? 'unknown-key' : 'unknown-token',
        opened.reason,
      );
  }
}
