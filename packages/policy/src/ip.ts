/** An address as 16-bit groups: two for IPv4, eight for IPv6. */
type Address = readonly number[];

/** The addresses that agree with `address` in the first `bits` bits. */
export interface AddressRange {
  readonly address: Address;
  readonly bits: number;
}

const OCTET = /^(?:0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9a-fA-F]{1,4}$/;
const PREFIX_LENGTH = /^(?:0|[1-9]\d{0,2})$/;

/**
 * Reads an IPv4 or IPv6 address; an IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) is the IPv4 address, because that is
 * how a dual-stack socket names an IPv4 client.
 */
export function parseAddress(text: string): Address | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** Reads `address` or `address/prefix`; an address alone is a range of one. */
export function parseAddressRange(text: string): AddressRange | undefined {
  const slash = text.indexOf('/');
  const addressText = slash === -1 ? text : text.slice(0, slash);
  const address = parseAddress(addressText);
  if (address === undefined) return undefined;
  const width = address.length * 16;
  if (slash === -1) return { address, bits: width };
  const prefix = text.slice(slash + 1);
  if (!PREFIX_LENGTH.test(prefix)) return undefined;
  const mapped = addressText.includes(':') && address.length === 2;
  const bits = Number(prefix) - (mapped ? 96 : 0);
  return bits >= 0 && bits <= width ? { address, bits } : undefined;
}

export function contains(range: AddressRange, address: Address): boolean {
  if (range.address.length !== address.length) return false;
  for (let i = 0; i < address.length; i++) {
    const bits = Math.min(16, Math.max(0, range.bits - i * 16));
    if (((range.address[i] ?? 0) ^ (address[i] ?? 0)) >> (16 - bits) !== 0) return false;
  }
  return true;
}

function parseIpv4(text: string): Address | undefined {
  const octets = text.split('.', 5);
  if (octets.length !== 4 || !octets.every((octet) => OCTET.test(octet) && Number(octet) <= 255))
    return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = octets.map(Number);
  return [a * 256 + b, c * 256 + d];
}

function parseIpv6(text: string): Address | undefined {
  const halves = text.split('::', 3);
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : parseGroups(half)));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...(tail ?? [])];
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return mapped ? groups.slice(6) : groups;
}

function parseGroups(text: string): number[] | undefined {
  const groups: number[] = [];
  const words = text.split(':', 9);
  for (const [i, word] of words.entries()) {
    const ipv4 = i === words.length - 1 && word.includes('.') ? parseIpv4(word) : undefined;
    if (ipv4 !== undefined) groups.push(...ipv4);
    else if (GROUP.test(word)) groups.push(Number.parseInt(word, 16));
    else return undefined;
  }
  return groups;
}
