// Addresses are read from the right, and strictly.
import { networkSet } from '../../src/lib/addresses.ts';
import { clientAddressOf } from '../../src/request/client-address.ts';

const proxies = networkSet(['127.0.0.0/8', '::1', '172.18.0.0/16']);

test.each<[string, string, string | undefined]>([
  ['one', '10.1.1.1', '10.1.1.1'],
  ['H-11: what a client wrote counts for nothing', '10.1.1.1, 203.0.113.9', '203.0.113.9'],
  ['H-11: named proxies and loopback are passed over', '203.0.113.9, 172.18.0.2, 127.0.0.1', '203.0.113.9'],
  ['H-11: the first other from the right', '10.1.1.1, 203.0.113.9, 172.18.0.2', '203.0.113.9'],
  ['H-11: a client on the LAN is no proxy', '203.0.113.9, 10.1.1.1', '10.1.1.1'],
  ['H-11: all are proxies', '172.18.0.9,127.0.0.1', '172.18.0.9'],
  ['garbage to the left of the client does not matter', 'unknown, 203.0.113.9', '203.0.113.9'],
  ['H-11: garbage beside a proxy', '203.0.113.9, unknown, 172.18.0.2', undefined],
  ['an empty element', '203.0.113.9,', undefined],
  ['H-11: empty', '', undefined],
  ['H-11: unknown', 'unknown', undefined],
  ['blanks', '  10.1.2.3\t', '10.1.2.3'],
  ['H-12: with a port', '10.1.1.1:80', '10.1.1.1'],
  ['H-12: mapped, in brackets, with a port', '[::ffff:10.1.1.1]:9', '10.1.1.1'],
  ['H-12: mapped', '::ffff:10.1.1.1', '10.1.1.1'],
  ['H-12: IPv6 in brackets', '[2001:DB8::1]', '2001:db8::1'],
  ['H-12: IPv6 without brackets', '2001:db8::1', '2001:db8::1'],
  ['H-12: octal', '010.1.1.1', undefined],
  ['H-12: short', '10.1', undefined],
  ['H-12: hex', '0x0a.1.1.1', undefined],
  ['H-12: zone', '10.1.1.1%eth0', undefined],
  ['H-12: a port that is none', '10.1.1.1:port', undefined],
  ['H-12: an open bracket', '[::1', undefined],
])('%s', (_, list, expected) => {
  expect(clientAddressOf(list, proxies)).toBe(expected);
});

test('V-3: blanks within an element cost no more than their length', () => {
  const before = process.cpuUsage();
  expect(clientAddressOf(`10.1.1.1${'\t'.repeat(60_000)}x`, proxies)).toBeUndefined();
  expect(process.cpuUsage(before).user).toBeLessThan(500_000);
});
