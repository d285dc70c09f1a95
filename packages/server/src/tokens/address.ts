import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';

/**
 * Addresses that are not of the public internet: nothing found in a provider's document may lead there.
 * Source: IANA IPv4 and IPv6 Special-Purpose Address Registries; of IPv6 only global unicast (2000::/3) is public.
 */
const special4 = new BlockList();
for (const range of [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]) {
  const [network = '', prefix] = range.split('/');
  special4.addSubnet(network, Number(prefix), 'ipv4');
}

/** A list of its own: in a shared one `::/3` would also match every IPv4 address, as a mapped one. */
const special6 = new BlockList();
for (const range of [
  '::/3',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '4000::/2',
  '8000::/1',
]) {
  const [network = '', prefix] = range.split('/');
  special6.addSubnet(network, Number(prefix), 'ipv6');
}

/** True for an IP address of the public internet; false for special-purpose ones and for what is no address. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special4.check(address, 'ipv4');
    case 6:
      return !special6.check(address, 'ipv6');
    default:
      return false;
  }
}

/** `hostname` as in a URL: IPv6 addresses in brackets. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))
  );
}

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/**
 * Resolves like `dns.lookup`, but fails when the name has any address that is not public. It is what the socket
 * connects to that is checked, so a name that changes its address between check and use gains nothing.
 */
export function lookupPublic(hostname: string, options: LookupOptions, callback: LookupCallback): void {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    const [first] = addresses;
    if (!first || !addresses.every(({ address }) => isPublicAddress(address))) {
      return callback(new Error(`${hostname} does not resolve to public addresses only`), []);
    }
    if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
}
