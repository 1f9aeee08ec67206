// Whose forwarded headers are believed, and what do everybody else's change?
import type { AddressInfo } from 'node:net';
import { createListener, type Listener } from '../../src/lib/listen.ts';
import { parseListenAddress } from '../../src/lib/listen-address.ts';
import { ask, valuesOf, type Heard, type Question } from '../support/ask.ts';
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { startFlow, type Flow } from '../support/flow.ts';
import type { Options, Sidecar } from '../support/sidecar.ts';
import { navigation } from '../support/recorder.ts';

const stranger = '127.0.0.2';
const believing: Options = {
  'reverse-proxy': true,
  'trusted-proxy-ip': '127.0.0.1/32',
  'real-client-ip-header': 'X-Forwarded-For',
  'skip-auth-route': ['^/public$', 'PUT=^/oauth2/auth'],
  'trusted-ip': '10.0.0.0/8',
  'cookie-domain': ['evil.com', 'example.test'],
  'whitelist-domain': 'evil.com',
};

let idp: BendableIdp;
let flow: Flow;
const cleanups: (() => Promise<void>)[] = [];

beforeAll(async () => {
  idp = await bendableIdp();
  flow = await startFlow(believing, idp);
});
afterAll(async () => {
  await flow.stop();
  await idp.close();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const asked = (question: Question) => ask(flow.sidecar.port, question);
const navigates = Object.entries(navigation).map(([name, value]) => `${name}: ${value}`);
const start = (lines: readonly string[], from?: string) =>
  asked({ target: '/oauth2/start', lines: [...navigates, ...lines], ...(from !== undefined && { from }) });

test('H-1, A13: the same header from the proxy and from a neighbour', async () => {
  const lines = ['X-Forwarded-Uri: /public'];
  expect((await asked({ lines })).status).toBe(202);
  expect((await asked({ lines, from: stranger })).status).toBe(401);
});

/** What a sign-in that begins says of the request: all but what is random. */
function begun(heard: Heard): object {
  const [location = ''] = valuesOf(heard, 'location');
  const query = new URL(location).searchParams;
  return {
    status: heard.status,
    redirectUri: query.get('redirect_uri'),
    target: query.get('state')?.replace(/^[^:]*/, ''),
    cookies: valuesOf(heard, 'set-cookie').map((line) => line.replace(/^[^;]*/, '')),
  };
}

/** Believed, each of these would change a decision, the redirect URI, a target or a cookie. */
const spoofable: readonly (readonly [name: string, value: string])[] = [
  ['X-Forwarded-For', '10.1.1.1'],
  ['X-Forwarded-Host', 'evil.com'],
  ['X-Forwarded-Proto', 'http'],
  ['X-Forwarded-Uri', '/public'],
  ['X-Forwarded-Method', 'PUT'],
  ['X-Original-Method', 'PUT'],
  ['X-Forwarded-Prefix', '/public'],
  ['X-Forwarded-Port', '1'],
  ['X-Forwarded-Server', 'evil.com'],
  ['X-Original-URI', '/public'],
  ['X-Original-URL', '/public'],
  ['X-Rewrite-URL', '/public'],
  ['Forwarded', 'for=10.1.1.1;host=evil.com;proto=http'],
  ['X-Real-IP', '10.1.1.1'],
  ['X-Client-IP', '10.1.1.1'],
  ['CF-Connecting-IP', '10.1.1.1'],
  ['True-Client-IP', '10.1.1.1'],
  ['X-Scheme', 'http'],
  ['Front-End-Https', 'off'],
];

describe('H-2, P23: from a peer that is no proxy', () => {
  test.each(spoofable)('%s changes nothing', async (name, value) => {
    const forms = [
      [`${name}: ${value}`],
      [`${name}: ${value}`, `${name}: ${value}`],
      [`${name}: ${value}, other`],
      [`${name}: other, ${value}`],
      [`${name.toLowerCase()}: ${value}`],
      [`${name.toUpperCase()}: ${value}`],
      [`${name}: \t ${value} \t `],
      [`${name.replaceAll('-', '_')}: ${value}`],
    ];
    const plain = begun(await start([], stranger));
    for (const lines of forms) {
      expect((await asked({ lines, from: stranger })).status).toBe(401);
      expect(begun(await start(lines, stranger))).toEqual(plain);
    }
  });

  test('while the proxy is believed in just these', async () => {
    const plain = JSON.stringify(begun(await start([])));
    const effective = [];
    for (const [name, value] of spoofable) {
      const line = `${name}: ${value}`;
      const isChanged = JSON.stringify(begun(await start([line]))) !== plain;
      if (isChanged || (await asked({ lines: [line] })).status !== 401) effective.push(name);
    }
    const expected = ['For', 'Host', 'Uri', 'Method'].map((name) => `X-Forwarded-${name}`);
    expect(effective).toEqual([...expected, 'X-Original-Method']);
  });
});

test('H-4: X-Forwarded-Host of a stranger moves neither redirect URI nor target nor cookie domain', async () => {
  const seen = JSON.stringify(begun(await start(['X-Forwarded-Host: evil.com'], stranger)));
  expect(seen).toContain('https://app.example.test/oauth2/callback');
  expect(seen).toContain('Domain=example.test');
  expect(seen).not.toContain('evil.com');
  expect(JSON.stringify(begun(await start(['X-Forwarded-Host: evil.com'])))).toContain('Domain=evil.com');
});

test.each(['127.0.0.1', stranger])(
  'H-5, P26: X-Forwarded-Proto of %s never takes Secure from a cookie',
  async (from) => {
    for (const proto of ['http', 'HTTP', 'http, https', '', 'ws', 'file']) {
      const heard = await start([`X-Forwarded-Proto: ${proto}`], from);
      const cookies = valuesOf(heard, 'set-cookie');
      expect(cookies.length).toBeGreaterThan(0);
      for (const line of cookies) expect(line).toMatch(/; Secure(;|$)/i);
    }
  },
);

test.each(['evil.com', 'EVIL.com', 'Evil.Com'])('P16: the proxy may write %s as it likes', async (host) => {
  const seen = begun(await start([`X-Forwarded-Host: ${host}`]));
  expect(seen).toMatchObject({ status: 302, cookies: [expect.stringContaining('; Domain=evil.com;')] });
});

/** The service as a peer of this address sees it: no test machine has one on the internet. */
async function seenFrom(address: string, { app }: Sidecar): Promise<number> {
  const listener: Listener = createListener({
    handler(req, res) {
      Object.defineProperty(req.socket, 'remoteAddress', { value: address });
      app.listener(req, res);
    },
  });
  await listener.listen(parseListenAddress('127.0.0.1:0'), 'http-address');
  cleanups.push(() => listener.shutdown(0));
  return (listener.server.address() as AddressInfo).port;
}

describe('U-1, A14: with --reverse-proxy and nothing else', () => {
  const lines = ['X-Forwarded-Uri: /public'];
  const options: Options = { 'reverse-proxy': true, 'skip-auth-route': '^/public$' };

  test.each<[string, number]>([
    ['203.0.113.9', 401],
    ['8.8.8.8', 401],
    ['172.32.0.1', 401],
    ['100.128.0.1', 401],
    ['2001:db8::1', 401],
    ['::ffff:203.0.113.9', 401],
    ['127.0.0.1', 202],
    ['10.1.2.3', 202],
    ['172.31.255.255', 202],
    ['192.168.0.1', 202],
    ['100.64.0.1', 202],
    ['169.254.1.1', 202],
    ['::1', 202],
    ['fd00::1', 202],
    ['::ffff:10.1.2.3', 202],
  ])('a peer %s hears %i', async (address, status) => {
    const bare = await startFlow(options, idp);
    cleanups.push(() => bare.stop());
    expect((await ask(await seenFrom(address, bare.sidecar), { lines })).status).toBe(status);
  });

  test.each(['0.0.0.0/0', '203.0.113.0/24'])('--trusted-proxy-ip=%s is obeyed', async (net) => {
    const wide = await startFlow({ ...options, 'trusted-proxy-ip': net }, idp);
    cleanups.push(() => wide.stop());
    expect((await ask(await seenFrom('203.0.113.9', wide.sidecar), { lines })).status).toBe(202);
    expect((await ask(await seenFrom('2001:db8::1', wide.sidecar), { lines })).status).toBe(401);
  });

  test('H-1: without --reverse-proxy nobody is believed', async () => {
    const alone = await startFlow({ 'skip-auth-route': '^/public$', 'trusted-ip': '10.0.0.0/8' }, idp);
    cleanups.push(() => alone.stop());
    for (const line of [...lines, 'X-Forwarded-For: 10.1.1.1', 'X-Real-IP: 10.1.1.1'])
      expect((await ask(alone.sidecar.port, { lines: [line] })).status).toBe(401);
  });
});
