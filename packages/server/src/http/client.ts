import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Where a request comes from. */
export interface Client {
  /** An IP address; empty when the connection is already gone. */
  readonly address: string;
  /** True when it came over TLS, to us or to a trusted proxy. */
  readonly secure: boolean;
}

/**
 * Reads who the client is. Each of `trustedHops` proxies in front has added the address it was called from to the end of
 * X-Forwarded-For, so that many entries count from the right and everything further left is the client's own claim,
 * which is not looked at. With no hops the headers say nothing. An entry that is no address leaves the connection's.
 */
export function clientReader(trustedHops: number): (request: IncomingMessage) => Client {
  if (trustedHops === 0) return clientOfConnection;
  return (request) => {
    const connection = clientOfConnection(request);
    const forwarded = header(request, 'x-forwarded-for').split(',');
    const entry = forwarded.at(-trustedHops) ?? forwarded[0] ?? '';
    const protocol = header(request, 'x-forwarded-proto').split(',').at(-1) ?? '';
    return {
      address: addressOf(entry) ?? connection.address,
      secure: connection.secure || protocol.trim().toLowerCase() === 'https',
    };
  };
}

function clientOfConnection({ socket }: IncomingMessage): Client {
  return {
    address: plain(socket.remoteAddress ?? ''),
    secure: 'encrypted' in socket && socket.encrypted === true,
  };
}

/** True for a request that a process of this machine made itself: a proxy's carry a header that says so. */
export function isLocal(request: IncomingMessage): boolean {
  const address = plain(request.socket.remoteAddress ?? '');
  if (address !== '::1' && !address.startsWith('127.')) return false;
  return forwardingHeaders.every((name) => header(request, name) === '');
}

const forwardingHeaders = ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'];

/** All values of a header as one list. Reads the headers as they came, which is cheaper than having them sorted. */
function header({ rawHeaders }: IncomingMessage, name: string): string {
  let values = '';
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const sent = rawHeaders[at] ?? '';
    if (sent.length !== name.length || sent.toLowerCase() !== name) continue;
    values += values === '' ? rawHeaders[at + 1] : `,${rawHeaders[at + 1]}`;
  }
  return values;
}

/** An entry of X-Forwarded-For; some proxies add the port. */
function addressOf(entry: string): string | undefined {
  const text = entry.trim();
  const address = /^\[(.*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return isIP(address) === 0 ? undefined : plain(address);
}

/** On a dual-stack socket an IPv4 client has an IPv6 address, which no policy would be written for. */
function plain(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
