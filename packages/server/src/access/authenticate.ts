import { createHash } from 'node:crypto';
import { parseSignature, SignatureError, type SignedHttpRequest, verifySignature } from '@daypass/sigv4';
import type { Clock } from '../clock.ts';
import type { Caller } from './caller.ts';
import type { OpenCredentials } from './credentials.ts';

/** Why nobody is known to have signed a request; each protocol has its own code for it. */
export type AuthenticationFault = 'missing' | 'incomplete' | 'unknown-key' | 'expired' | 'mismatch';

/** The message is the text on the wire, the cause the reason for the log. */
export class NotAuthenticated extends Error {
  readonly fault: AuthenticationFault;

  constructor(fault: AuthenticationFault, message: string, reason: string) {
    super(message, { cause: reason });
    this.name = 'NotAuthenticated';
    this.fault = fault;
  }
}

export interface AuthenticationServices {
  readonly clock: Clock;
  readonly region: string;
  readonly openCredentials: OpenCredentials;
}

/** Minutes: AWS's tolerance for everything but S3. */
const skewMinutes = 5;

/** Who signed a request for `service`, proven by Signature Version 4. Throws `NotAuthenticated`. */
export async function authenticate(
  { clock, region, openCredentials }: AuthenticationServices,
  request: SignedHttpRequest,
  body: Buffer,
  service: string,
): Promise<Caller> {
  const now = clock.now();
  try {
    const signature = parseSignature(request);
    if (signature === undefined)
      throw new NotAuthenticated('missing', 'Missing Authentication Token', 'not signed');
    const opened = await openCredentials(signature.accessKeyId, signature.sessionToken);
    if (opened.status !== 'valid') throw notOpened(opened.status, opened.reason);
    const key = { secretKey: opened.secretKey, now, service, region, maxSkewSeconds: skewMinutes * 60 };
    try {
      verifySignature(signature, request, key, createHash('sha256').update(body).digest('hex'));
    } catch (error) {
      throw refusal(error, now, signature.timestamp);
    }
    return opened.caller;
  } catch (error) {
    throw refusal(error, now);
  }
}

function notOpened(status: 'unknown' | 'expired', reason: string): NotAuthenticated {
  return status === 'unknown'
    ? new NotAuthenticated('unknown-key', 'The security token included in the request is invalid.', reason)
    : new NotAuthenticated('expired', 'The security token included in the request is expired', reason);
}

const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

function refusal(error: unknown, now: number, timestamp = now): unknown {
  if (!(error instanceof SignatureError)) return error;
  switch (error.reason) {
    case 'incomplete':
    case 'malformed':
    case 'ambiguous':
    case 'unsupported-algorithm':
      return new NotAuthenticated('incomplete', error.message, error.reason);
    case 'skewed':
    case 'expired':
    case 'not-yet-valid':
      return new NotAuthenticated('mismatch', skewText(now, timestamp), error.reason);
    default:
      return new NotAuthenticated('mismatch', mismatch, error.reason);
  }
}

function skewText(now: number, timestamp: number): string {
  const limit = skewMinutes * 60_000;
  return timestamp < now
    ? `Signature expired: ${basic(timestamp)} is now earlier than ${basic(now - limit)} (${basic(now)} - ${skewMinutes} min.)`
    : `Signature not yet current: ${basic(timestamp)} is still later than ${basic(now + limit)} (${basic(now)} + ${skewMinutes} min.)`;
}

/** ISO 8601 in its basic form, as in `x-amz-date`. */
function basic(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '');
}
