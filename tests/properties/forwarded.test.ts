// Whatever stands in X-Forwarded-*, Forwarded and their kin: a stranger moves nothing, and no list widens trust.
import { isIP } from 'node:net';
import fc from 'fast-check';
import { networkSet, parseAddress, parseNetwork } from '../../src/lib/addresses.ts';
import { addressOf, clientAddressOf } from '../../src/request/client-address.ts';
import { parseForwarded } from '../../src/request/forwarded.ts';
import { readOriginalRequest, type OriginalRequestParts } from '../../src/request/original-request.ts';
import { parsedRequest } from '../support/parsed-request.ts';
import { isCheap, repetitive, runs, wireText } from './runs.ts';

const parts: OriginalRequestParts = {
  reverseProxy: true,
  trustedProxyIps: ['10.0.0.0/24', 'fd00::/64'],
  realClientIpHeader: 'X-Forwarded-For',
  requestIdHeader: 'X-Request-Id',
  forwardedHeader: false,
};
const proxies = networkSet(['127.0.0.0/8', '::1', ...parts.trustedProxyIps]);
const fragments = [
  ...['for=', 'host=', 'proto=', 'by=', '"', '\\', ',', ';', '=', ' ', '\t', '[', ']', ':', '10.0.0.9', '10.1.1.1'],
  ...['203.0.113.9', '[2001:db8::1]', '::ffff:10.1.1.1', 'fd00::1', 'unknown', '_hidden', '010.1.1.1', '%eth0', ':80'],
  ...['https', 'app.test', 'evil.test', '/public', '..', '%2e', '__proto__'],
];
const anyText = wireText(fragments);
const lineText = anyText.map((text) => text.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, ''));

const names = [
  ...['For', 'Host', 'Proto', 'Uri', 'Method', 'Prefix', 'Port', 'Server'].map((name) => `X-Forwarded-${name}`),
  ...['X-Original-URI', 'X-Original-URL', 'X-Original-Method', 'X-Rewrite-URL', 'Forwarded', 'X-Real-IP'],
  ...['X-Client-IP', 'CF-Connecting-IP', 'True-Client-IP', 'X-Scheme', 'Front-End-Https', '__proto__'],
];
const line = fc
  .tuple(fc.constantFrom(...names), fc.nat(2), lineText)
  .map(([name, spelling, text]) => `${[name, name.toLowerCase(), name.toUpperCase()][spelling]}: ${text}`);

/** The facts of a request without its id, which is random. */
async function factsOf(given: OriginalRequestParts, lines: readonly string[], remoteAddress: string | undefined) {
  const req = await parsedRequest({ target: '/own?q=1', host: 'app.test', lines }, { remoteAddress });
  if (req === undefined) return undefined;
  const { id, ...facts } = readOriginalRequest(given)(req);
  return { ...facts, hasId: id !== '' };
}

test('H-1, H-2, H-4: whatever a peer sends that is no proxy of ours, and however often, the answer stays the same', async () => {
  const peer = fc.constantFrom('203.0.113.9', '10.0.1.9', '127.0.0.1', '::ffff:192.0.2.1', '2001:db8::7', 'garbage');
  const given = fc.record({
    reverseProxy: fc.boolean(),
    forwardedHeader: fc.boolean(),
    realClientIpHeader: fc.constantFrom('X-Real-IP', 'X-Forwarded-For', 'CF-Connecting-IP'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), peer, given, async (lines, address, over) => {
      const here = { ...parts, ...over };
      const facts = await factsOf(here, lines, address);
      fc.pre(facts !== undefined);
      expect(facts).toEqual(await factsOf(here, [], address));
    }),
    runs(250),
  );
});

test('H-1: a proxy of ours is heard, and what it says is an address or nothing', async () => {
  const peer = fc.constantFrom('10.0.0.7', '::ffff:10.0.0.8', 'fd00::3', undefined);
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), peer, fc.boolean(), async (lines, address, forwardedHeader) => {
      const facts = await factsOf({ ...parts, forwardedHeader }, lines, address);
      fc.pre(facts !== undefined);
      expect(facts).toMatchObject({ believed: true, ownUri: '/own?q=1' });
      expect(facts.clientAddress === undefined || isIP(facts.clientAddress) > 0).toBe(true);
    }),
    runs(250),
  );
});

const ipv4 = fc.ipV4();
const address = fc.oneof(ipv4, fc.ipV6(), fc.constantFrom('10.0.0.1', '127.0.0.2', '::1', 'fd00::9'));

test('H-11: what stands to the left of the client changes nothing', () => {
  const list = fc.array(address, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(list, fc.oneof(anyText, address), (hops, claim) => {
      const told = clientAddressOf(hops.join(', '), proxies);
      if (hops.some((hop) => !proxies.contains(hop))) {
        expect(clientAddressOf(`${claim}, ${hops.join(', ')}`, proxies)).toBe(told);
        expect(proxies.contains(told ?? '')).toBe(false);
      }
      expect(clientAddressOf(`${hops.join(',')}, `, proxies)).toBeUndefined();
    }),
    runs(500),
  );
});

test('H-12: what counts as an address is one to Node as well, and has one spelling', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        anyText,
        address,
        address.map((text) => `[${text}]:80`),
      ),
      (text) => {
        const found = addressOf(text);
        if (found === undefined) return;
        expect(isIP(found)).toBeGreaterThan(0);
        expect(parseAddress(found)).toBe(found);
        expect(text).not.toMatch(/%|\b0\d+\./);
      },
    ),
    runs(1000),
  );
});

test('an address is in its own network, and in no other of that length', () => {
  fc.assert(
    fc.property(address, address, fc.nat(128), (one, other, length) => {
      const mine = parseNetwork(one);
      const bits = mine?.family === 4 ? 32 : 128;
      const prefix = Math.min(length, bits);
      const host = BigInt(bits - prefix);
      const first = parseNetwork(other);
      expect(networkSet([one]).contains(one)).toBe(true);
      expect(networkSet([one]).contains(other)).toBe(parseAddress(one) === parseAddress(other));
      if (mine === undefined || first?.family !== mine.family || mine.family !== 4) return;
      const network = ((mine.first >> host) << host).toString(16).padStart(8, '0');
      const text = `${[0, 2, 4, 6].map((at) => Number.parseInt(network.slice(at, at + 2), 16)).join('.')}/${prefix}`;
      expect(networkSet([text]).contains(one)).toBe(true);
      expect(networkSet([text]).contains(other)).toBe(first.first >> host === mine.first >> host);
    }),
    runs(400),
  );
});

test('a Forwarded header that was written by the rules is read back', () => {
  const escaped = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
  const parameter = fc.oneof(fc.constantFrom('10.1.1.1', '_hidden', 'unknown'), fc.stringMatching(/^[ -~\t]{0,20}$/));
  const element = fc.record(
    {
      for: parameter,
      by: parameter,
      host: fc.stringMatching(/^[\w.~:[\]-]{1,20}$/),
      proto: fc.constantFrom('http', 'https'),
    },
    { requiredKeys: [] },
  );
  const elements = fc.array(
    element.filter((each) => Object.keys(each).length > 0),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(elements, fc.boolean(), (list, quotesAll) => {
      const isToken = (text: string) => !quotesAll && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text);
      const header = list
        .map((each) =>
          Object.entries(each)
            .map(([name, text]) => `${quotesAll ? name.toUpperCase() : name}=${isToken(text) ? text : escaped(text)}`)
            .join('; '),
        )
        .join(' ,\t');
      // A tab needs its backslash in a quoted text of ours, but not by the rules.
      fc.pre(!header.includes('\t"') && !/"[^"]*\t/.test(header.replaceAll(' ,\t', '')));
      expect(parseForwarded(header)?.map((read) => ({ ...read }))).toEqual(list);
    }),
    runs(300),
  );
});

test('any Forwarded header is read or not, and what comes out is sound', () => {
  fc.assert(
    fc.property(wireText(fragments, 30), (header) => {
      for (const { host, proto } of parseForwarded(header) ?? []) {
        expect(host ?? 'x').toMatch(/^[\w.~:[\]-]+$/);
        expect(proto ?? 'http').toMatch(/^[a-z][a-z\d+.-]*$/i);
      }
    }),
    runs(1500),
  );
});

test('V-3: no list costs more than its length', () => {
  fc.assert(
    fc.property(repetitive(fragments), (pieces) =>
      isCheap(pieces, (header) => [parseForwarded(header), clientAddressOf(header, proxies), addressOf(header)]),
    ),
    runs(40),
  );
});
