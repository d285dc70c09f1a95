import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, parseAddress, parseAddressRange } from './ip.ts';

function isIn(range: string, address: string): boolean | undefined {
  const parsedRange = parseAddressRange(range);
  const parsedAddress = parseAddress(address);
  return parsedRange && parsedAddress && contains(parsedRange, parsedAddress);
}

describe('address ranges', () => {
  it.each([
    ['203.0.113.0/24', '203.0.113.255', true],
    ['203.0.113.0/24', '203.0.114.0', false],
    ['203.0.113.77/24', '203.0.113.1', true],
    ['203.0.113.128/25', '203.0.113.127', false],
    ['203.0.113.5', '203.0.113.5', true],
    ['203.0.113.5', '203.0.113.4', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['10.0.0.0/7', '11.1.2.3', true],
    ['2001:DB8:1234:5678::/64', '2001:db8:1234:5678::1', true],
    ['2001:DB8:1234:5678::/64', '2001:db8:1234:5679::1', false],
    ['::/0', '::1', true],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['2001:db8::', '2001:db8::1', false],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0', true],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201', true],
    ['::/0', '192.0.2.1', false],
    ['0.0.0.0/0', '::1', false],
    ['192.0.2.0/24', '::ffff:192.0.2.7', true],
    ['::ffff:192.0.2.0/120', '192.0.2.7', true],
    ['::ffff:192.0.2.0/120', '192.0.3.7', false],
  ])('%s has %s: %j', (range, address, expected) => {
    expect(isIn(range, address)).toBe(expected);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '1.2.3.04',
    '1.2.3.4 ',
    '0x1.2.3.4',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    '::1.2.3',
    '::1.2.3.4:5',
    'fe80::1%eth0',
    '1.2.3.4/33',
    '::/129',
    '1.2.3.4/',
    '1.2.3.4/-1',
    '1.2.3.4/08',
    '::ffff:1.2.3.4/95',
  ])('%j is no range', (text) => {
    expect(parseAddressRange(text)).toBeUndefined();
  });

  it('has its own address for every prefix length', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const ipv4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
    fc.assert(
      fc.property(
        ipv4,
        fc.integer({ min: 0, max: 32 }),
        (address, bits) => isIn(`${address}/${bits}`, address) === true,
      ),
    );
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 0, max: 32 }), (address, bits) => {
        const mapped = parseAddress(address)?.length === 2;
        expect(isIn(`${address}/${bits + 96}`, address)).toBe(true);
        if (!mapped) expect(isIn(`${address}/${bits}`, address)).toBe(true);
      }),
    );
  });
});
