import { createHash, type X509Certificate } from 'node:crypto';
import { isIP, type LookupFunction } from 'node:net';
import { connect } from 'node:tls';

/** OpenSSL's verdicts on a chain that ends in no trusted authority; an expired certificate or another host's is none. */
const untrusted: ReadonlySet<unknown> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
const longestChain = 10;

/** True when a connection failed only because no trusted authority stands behind the server's certificate. */
export function isUntrusted(error: unknown): boolean {
  return error instanceof Error && 'code' in error && untrusted.has(error.code);
}

/**
 * The certificate in PEM that the server at `url` sends as the end of its chain, if its SHA-1 is one of `thumbprints`
 * (hexadecimal, in lower case). Nothing is proven by that: the chain must still be verified with this certificate
 * as the one authority. Throws an `Error` when it is none of them, or when there is no answer.
 * Source: IAM User Guide, "Obtain the thumbprint for an OpenID Connect identity provider".
 */
export async function registeredAuthority(
  url: URL,
  thumbprints: readonly string[],
  { lookup, signal }: { lookup: LookupFunction | undefined; signal: AbortSignal },
): Promise<string> {
  const top = await topOfChain(url, lookup, signal);
  const thumbprint = createHash('sha1').update(top.raw).digest('hex');
  if (!thumbprints.includes(thumbprint)) {
    throw new Error(
      `no trusted authority vouches for ${url.host}, and thumbprint ${thumbprint} is not registered`,
    );
  }
  return top.toString();
}

/** Connects without trusting anything and without sending anything, only to see the chain as the server has it. */
async function topOfChain(
  { hostname, port }: URL,
  lookup: LookupFunction | undefined,
  signal: AbortSignal,
): Promise<X509Certificate> {
  signal.throwIfAborted();
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: port === '' ? 443 : Number(port),
      // A server name is never an address (RFC 6066 section 3).
      servername: isIP(host) === 0 ? host : '',
      ca: [],
      rejectUnauthorized: false,
      ...(lookup && { lookup }),
    });
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      settle();
    };
    const abort = (): void => end(() => reject(signal.reason));
    signal.addEventListener('abort', abort);
    socket.on('error', (error) => end(() => reject(error)));
    socket.once('secureConnect', () => {
      let top = socket.getPeerX509Certificate();
      for (let length = 1; top?.issuerCertificate && length < longestChain; length++) {
        top = top.issuerCertificate;
      }
      const found = top;
      end(() => (found ? resolve(found) : reject(new Error(`${host} shows no certificate`))));
    });
  });
}
