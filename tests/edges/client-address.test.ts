// From which address does nginx's client come, and who may say so?
import { ask } from '../support/ask.ts';
import { startSidecar, type Options, type Sidecar } from '../support/sidecar.ts';

const base: Options = {
  'oidc-issuer-url': 'http://127.0.0.1:9',
  'reverse-proxy': true,
  'trusted-proxy-ip': '127.0.0.1',
  'trusted-ip': '10.0.0.0/8',
};
const running = new Map<string, Sidecar>();
afterAll(() => Promise.all([...running.values()].map((sidecar) => sidecar.stop())));

async function sidecarWith(options: Options): Promise<Sidecar> {
  const key = JSON.stringify(options);
  const sidecar = running.get(key) ?? (await startSidecar({ ...base, ...options }));
  running.set(key, sidecar);
  return sidecar;
}

async function verdict(lines: readonly string[], { options = {}, from }: { options?: Options; from?: string } = {}) {
  const { port } = await sidecarWith({ 'real-client-ip-header': 'X-Forwarded-For', ...options });
  return (await ask(port, { lines, ...(from !== undefined && { from }) })).status;
}

const forwardedFor = (value: string) => [`X-Forwarded-For: ${value}`];

test.each<[string, readonly string[], number]>([
  ['one exempt address, set by the proxy', forwardedFor('10.1.1.1'), 202],
  ['what the client wrote stands to the left', forwardedFor('10.1.1.1, 203.0.113.9'), 401],
  ['two lines are one list', [...forwardedFor('10.1.1.1'), ...forwardedFor('203.0.113.9')], 401],
  ['the nearest one counts', forwardedFor('203.0.113.9, 10.1.1.1'), 202],
  ['known proxies are passed over', forwardedFor('10.1.1.1, 127.0.0.1'), 202],
  ['loopback is passed over', forwardedFor('10.1.1.1, 127.9.9.9, ::1'), 202],
  ['a neighbour that no option names is a client, no proxy', forwardedFor('10.1.1.1, 192.168.0.9'), 401],
  ['only proxies: the leftmost, and that is not exempt', forwardedFor('127.0.0.1, 127.0.0.1'), 401],
  ['no header', [], 401],
  ['an empty one', forwardedFor(''), 401],
  ['unknown', forwardedFor('unknown'), 401],
  ['something garbled nearest to us', forwardedFor('10.1.1.1, unknown'), 401],
  ['something garbled behind a proxy', forwardedFor('10.1.1.1, x, 127.0.0.1'), 401],
  ['an empty element', forwardedFor('10.1.1.1,'), 401],
  ['another header than the one named', ['X-Real-IP: 10.1.1.1'], 401],
])('U-2, H-11, A16: %s', async (_, lines, status) => {
  expect(await verdict(lines)).toBe(status);
});

test('U-2, A16: nobody but the proxy is asked', async () => {
  expect(await verdict(forwardedFor('10.1.1.1'), { from: '127.0.0.2' })).toBe(401);
});

test('U-2: X-Real-IP is read by the same rules', async () => {
  const options = { 'real-client-ip-header': 'X-Real-IP' };
  expect(await verdict(['X-Real-IP: 10.1.1.1'], { options })).toBe(202);
  expect(await verdict(['X-Real-IP: 10.1.1.1'], { options, from: '127.0.0.2' })).toBe(401);
  expect(await verdict(forwardedFor('10.1.1.1'), { options })).toBe(401);
  expect(await verdict(['X-Real-IP: 10.1.1.1', 'X-Real-IP: 203.0.113.9'], { options })).toBe(401);
});

test.each<[string, number]>([
  ['10.1.1.1:80', 202],
  ['[::ffff:10.1.1.1]:9', 202],
  ['::ffff:10.1.1.1', 202],
  ['[::ffff:10.1.1.1]', 202],
  ['010.1.1.1', 401],
  ['10.1', 401],
  ['0x0a.1.1.1', 401],
  ['10.1.1.1%eth0', 401],
  ['10.1.1.256', 401],
  ['167837953', 401],
  ['10.1.1.1.', 401],
  ['10.1.1.1/32', 401],
  ['"10.1.1.1"', 401],
  ['10.1.1.1:99999999', 401],
  ['[10.1.1.1', 401],
  ['10.1.1.1\xa0', 401],
])('H-12: %s is strictly read: %i', async (address, status) => {
  expect(await verdict(forwardedFor(address))).toBe(status);
});

test.each<[string, string, number]>([
  ['for one proxy', 'for=10.1.1.1', 202],
  ['with port and quotes', 'for="10.1.1.1:80";proto=https', 202],
  ['forged to the left', 'for=10.1.1.1, for=203.0.113.9', 401],
  ['hidden', 'for=_hidden', 401],
  ['garbled', 'for=10.1.1.1, for=', 401],
])('H-11: Forwarded of RFC 7239, %s', async (_, value, status) => {
  const options = { 'forwarded-header': true };
  expect(await verdict([`Forwarded: ${value}`], { options })).toBe(status);
  expect(await verdict([`Forwarded: ${value}`])).toBe(401); // off by default
});

test.each<[string, Options]>([
  ['inside a named network', { 'trusted-ip': '10.0.0.5', 'trusted-proxy-ip': '10.0.0.0/24' }],
  ['around a named proxy', { 'trusted-ip': '0.0.0.0/0', 'trusted-proxy-ip': '10.0.0.5' }],
  ['the same', { 'trusted-ip': '::1', 'trusted-proxy-ip': '::1' }],
])('A18, H-13: a trusted client that is the trusted proxy (%s) stops the start', async (_, options) => {
  const start = startSidecar({ ...base, ...options });
  await expect(start).rejects.toThrow(/--trusted-ip .*--trusted-proxy-ip/);
});
