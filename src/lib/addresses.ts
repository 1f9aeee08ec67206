// Which IP address or network does a text name, and which networks hold an address?
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export interface Network {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly prefixLength: number;
}

export interface NetworkSet {
  /** False for whatever is no address. */
  contains(address: string): boolean;
}

export const loopbackNetworks: readonly string[] = ['127.0.0.0/8', '::1'];

/** Where a reverse proxy is believed when the operator names none (security U-1). */
export const privateNetworks: readonly string[] = [
  ...loopbackNetworks,
  '10.0.0.0/8', // RFC 1918
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7', // RFC 4193: unique local
  '169.254.0.0/16', // RFC 3927: link-local
  'fe80::/10', // RFC 4291 §2.5.6: link-local
  '100.64.0.0/10', // RFC 6598: shared, used by container networks
];

/** One spelling per address; IPv4-mapped IPv6 is IPv4. Undefined: octal, short, hex and zone forms, and no address at all (security H-12). */
export function parseAddress(text: string): string | undefined {
  return strictAddress(text)?.toString();
}

/** Who has one address of a /64 of IPv6 has all of them (RFC 4291 §2.5.4). What is no address stays as it is. */
export function subscriberOf(text: string): string {
  const address = strictAddress(text);
  if (address === undefined) return text;
  return address.kind() === 'ipv4'
    ? address.toString()
    : `${(address as ipaddr.IPv6).parts.slice(0, 4).join(':')}::/64`;
}

/** A single address or a CIDR range without host bits, as the reference takes it. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  if (slash === -1) {
    const address = strictAddress(text);
    return address && networkOf(address, bitsOf(address));
  }
  const written = text.slice(0, slash);
  const address = strictAddress(written);
  const digits = text.slice(slash + 1);
  if (!address || !/^(?:0|[1-9]\d{0,2})$/.test(digits)) return undefined;
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8
  const prefixLength = Number(digits) - (address.kind() === 'ipv4' && written.includes(':') ? 96 : 0);
  if (prefixLength < 0 || prefixLength > bitsOf(address)) return undefined;
  const network = networkOf(address, prefixLength);
  return network.first === numberOf(address) ? network : undefined;
}

/** Costs one look-up per prefix length in use, however many networks there are. @throws RangeError for what is no network */
export function networkSet(networks: readonly string[]): NetworkSet {
  const tables = { 4: new Map<number, Set<bigint>>(), 6: new Map<number, Set<bigint>>() };
  for (const text of networks) {
    const network = parseNetwork(text);
    if (!network) throw new RangeError(`not an address or network: "${text}"`);
    const table = tables[network.family];
    const firsts = table.get(network.prefixLength) ?? new Set();
    table.set(network.prefixLength, firsts.add(network.first));
  }

  return {
    contains: (text) => {
      const address = strictAddress(text);
      if (!address) return false;
      for (const [prefixLength, firsts] of tables[familyOf(address)]) {
        if (firsts.has(networkOf(address, prefixLength).first)) return true;
      }
      return false;
    },
  };
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** ipaddr.js alone takes what inet_aton takes (010.1 is 8.0.0.1); Node's own test is the strict one. */
function strictAddress(text: string): Address | undefined {
  const version = isIP(text);
  if (version === 0 || text.includes('%')) return undefined;
  if (version === 4) return ipaddr.IPv4.parse(text);
  const address = ipaddr.IPv6.parse(withoutDottedTail(text));
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/** ipaddr.js reads ::1.2.3.4 as ::ffff:1.2.3.4, which would make an IPv4 address of it. */
function withoutDottedTail(text: string): string {
  const colon = text.lastIndexOf(':') + 1;
  const tail = text.slice(colon);
  if (!tail.includes('.')) return text;
  const [a = 0, b = 0, c = 0, d = 0] = tail.split('.').map(Number);
  return `${text.slice(0, colon)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

function familyOf(address: Address): 4 | 6 {
  return address.kind() === 'ipv4' ? 4 : 6;
}

function bitsOf(address: Address): number {
  return address.kind() === 'ipv4' ? 32 : 128;
}

function numberOf(address: Address): bigint {
  return address.toByteArray().reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

function networkOf(address: Address, prefixLength: number): Network {
  const hostBits = BigInt(bitsOf(address) - prefixLength);
  return { family: familyOf(address), first: (numberOf(address) >> hostBits) << hostBits, prefixLength };
}
