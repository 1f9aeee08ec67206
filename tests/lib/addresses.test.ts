// Addresses are read strictly, and a set of networks answers quickly.
import { networkSet, parseAddress, parseNetwork, privateNetworks } from '../../src/lib/addresses.ts';

describe('H-12: strict parsing', () => {
  test.each<[string, string, string | undefined]>([
    ['IPv4', '10.1.1.1', '10.1.1.1'],
    ['IPv6 is normalised', '2001:DB8:0:0::1', '2001:db8::1'],
    ['IPv4-mapped is IPv4', '::ffff:10.1.1.1', '10.1.1.1'],
    ['IPv4-mapped in hex', '::ffff:0a01:0101', '10.1.1.1'],
    ['IPv4-mapped in full', '0:0:0:0:0:FFFF:10.1.1.1', '10.1.1.1'],
    ['IPv4-compatible is not IPv4', '::10.1.1.1', '::a01:101'],
    ['octal', '010.1.1.1', undefined],
    ['octal in IPv6', '::ffff:010.1.1.1', undefined],
    ['short', '10.1', undefined],
    ['decimal', '167837953', undefined],
    ['hex', '0x0a.1.1.1', undefined],
    ['zone', '10.1.1.1%eth0', undefined],
    ['IPv6 zone', 'fe80::1%eth0', undefined],
    ['brackets', '[::1]', undefined],
    ['port', '10.1.1.1:80', undefined],
    ['blank', ' 10.1.1.1', undefined],
    ['too large', '10.1.1.256', undefined],
    ['empty', '', undefined],
    ['a word', 'unknown', undefined],
  ])('%s', (_, text, expected) => {
    expect(parseAddress(text)).toBe(expected);
  });
});

test.each<[string, string, boolean]>([
  ['a single address', '10.0.0.1', true],
  ['a range', '10.0.0.0/24', true],
  ['everything', '0.0.0.0/0', true],
  ['IPv6', '2001:db8::/32', true],
  ['mapped range', '::ffff:10.0.0.0/104', true],
  ['host bits', '10.0.0.1/24', false],
  ['IPv6 host bits', '2001:db8::1/32', false],
  ['mask too long', '10.0.0.0/33', false],
  ['mapped mask too short', '::ffff:0.0.0.0/90', false],
  ['IPv6 mask too long', '::/129', false],
  ['no mask', '10.0.0.0/', false],
  ['mask with sign', '10.0.0.0/+8', false],
  ['two slashes', '10.0.0.0/8/8', false],
  ['brackets', '[::1]', false],
  ['a word', 'alkwlkbn/32', false],
])('network: %s', (_, text, valid) => {
  expect(parseNetwork(text) !== undefined).toBe(valid);
});

test.each<[string, string[], string, boolean]>([
  ['inside', ['10.0.0.0/8'], '10.255.0.1', true],
  ['outside', ['10.0.0.0/8'], '11.0.0.1', false],
  ['mapped address in an IPv4 range', ['10.0.0.0/8'], '::ffff:10.1.1.1', true],
  ['IPv4 in a mapped range', ['::ffff:10.0.0.0/104'], '10.1.1.1', true],
  ['all IPv4 holds no IPv6', ['0.0.0.0/0'], '2001:db8::1', false],
  ['all IPv6 holds no IPv4', ['::/0'], '10.1.1.1', false],
  ['all IPv6 holds no mapped IPv4', ['::/0'], '::ffff:10.1.1.1', false],
  ['a single IPv6 address', ['::1'], '0:0:0:0:0:0:0:1', true],
  ['no networks', [], '10.1.1.1', false],
  ['no address', ['0.0.0.0/0'], 'unknown', false],
])('set: %s', (_, networks, address, expected) => {
  expect(networkSet(networks).contains(address)).toBe(expected);
});

test('a set refuses what is no network', () => {
  expect(() => networkSet(['10.0.0.1/24'])).toThrow('10.0.0.1/24');
});

test.each([
  ['127.0.0.1', true],
  ['::1', true],
  ['172.31.255.255', true],
  ['172.32.0.0', false],
  ['192.168.3.4', true],
  ['100.127.1.1', true],
  ['100.128.0.0', false],
  ['169.254.1.1', true],
  ['fd12::1', true],
  ['fe80::1', true],
  ['203.0.113.9', false],
  ['2001:db8::1', false],
])('U-1: %s is private: %s', (address, expected) => {
  expect(networkSet(privateNetworks).contains(address)).toBe(expected);
});

test('a thousand ranges answer quickly', () => {
  const ranges = Array.from({ length: 1000 }, (_, n) => `10.${n >> 8}.${n & 255}.0/24`);
  const set = networkSet([...ranges, ...Array.from({ length: 1000 }, (_, n) => `2001:db8:${n.toString(16)}::/48`)]);
  const started = performance.now();
  const hits = Array.from({ length: 10_000 }, () => set.contains('203.0.113.9')).filter(Boolean);
  expect(hits).toEqual([]);
  expect(performance.now() - started).toBeLessThan(1000);
});
