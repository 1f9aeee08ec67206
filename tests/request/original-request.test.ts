// Forwarded headers count only when a believed proxy sends them.
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type NetConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  readOriginalRequest,
  type OriginalRequest,
  type OriginalRequestParts,
} from '../../src/request/original-request.ts';

const behindProxy: OriginalRequestParts = {
  reverseProxy: true,
  trustedProxyIps: [],
  realClientIpHeader: 'X-Real-IP',
  requestIdHeader: 'X-Request-Id',
  forwardedHeader: false,
};
const direct = { ...behindProxy, reverseProxy: false };
const elsewhere = { ...behindProxy, trustedProxyIps: ['192.0.2.1'] };
const standard = { ...behindProxy, forwardedHeader: true };

let parts = direct;
const answer = (req: IncomingMessage) => JSON.stringify(readOriginalRequest(parts)(req));
const server = createServer((req, res) => res.end(answer(req)));
const socketServer = createServer((req, res) => res.end(answer(req)));
const socketPath = join(tmpdir(), `original-request-${process.pid}.sock`);
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  await once(socketServer.listen(socketPath), 'listening');
});
afterAll(() => {
  server.close();
  socketServer.close();
  rmSync(socketPath, { force: true });
});

/** By hand: header names and bytes go out as they are written. */
async function ask(
  given: OriginalRequestParts,
  lines: readonly string[],
  options?: NetConnectOpts,
): Promise<OriginalRequest> {
  parts = given;
  const [requestLine = 'GET /own?q HTTP/1.1', ...headers] = lines[0]?.endsWith('HTTP/1.1')
    ? lines
    : ['GET /own?q HTTP/1.1', ...lines];
  const all = [requestLine, 'Host: app.test', 'Connection: close', ...headers, '', ''];
  const socket = connect(options ?? { host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  socket.write(all.join('\r\n'), 'latin1');
  const text = (await socket.toArray()).join('');
  return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
}

const strangers = [
  'X-Forwarded-For: 10.1.1.1',
  'X-Forwarded-Host: evil.test',
  'X-Forwarded-Proto: https',
  'X-Forwarded-Uri: /public',
  'X-Forwarded-Method: POST',
  'X-Forwarded-Prefix: /x',
  'X-Forwarded-Port: 1',
  'X-Forwarded-Server: evil.test',
  'X-Original-URI: /public',
  'X-Original-URL: /public',
  'X-Original-Method: POST',
  'X-Rewrite-URL: /public',
  'Forwarded: for=10.1.1.1;host=evil.test;proto=https',
  'X-Real-IP: 10.1.1.1',
  'X-Client-IP: 10.1.1.1',
  'CF-Connecting-IP: 10.1.1.1',
  'True-Client-IP: 10.1.1.1',
  'X-Scheme: https',
  'Front-End-Https: on',
];

describe('H-1, H-2, H-4: from a stranger nothing changes anything', () => {
  const withoutId = ({ id: _, ...facts }: OriginalRequest) => facts;
  test.each(strangers)('%s', async (line) => {
    const [name = '', value = ''] = line.split(': ');
    for (const given of [direct, elsewhere, { ...elsewhere, forwardedHeader: true }]) {
      const plain = withoutId(await ask(given, []));
      for (const lines of [
        [line],
        [line, line],
        [`${name}: a, ${value}`],
        [`${name}: ${value}, a`],
        [line.toLowerCase()],
        [`${name.toUpperCase()}:  \t${value} \t`],
      ]) {
        expect(withoutId(await ask(given, lines))).toEqual(plain);
      }
    }
  });
});

test.each<[string, OriginalRequestParts, readonly string[], Partial<OriginalRequest>]>([
  [
    'a plain request',
    direct,
    [],
    { believed: false, method: 'GET', scheme: '', host: 'app.test', uri: '/own?q', ownUri: '/own?q' },
  ],
  ['the peer is the client', direct, [], { clientAddress: '127.0.0.1' }],
  [
    'H-1: a named proxy',
    { ...behindProxy, trustedProxyIps: ['127.0.0.1/32'] },
    ['X-Forwarded-Uri: /p'],
    { believed: true, uri: '/p' },
  ],
  [
    'U-1: loopback is believed by default',
    behindProxy,
    ['X-Forwarded-Host: a.test:81'],
    { believed: true, host: 'a.test:81' },
  ],
  ['the scheme', behindProxy, ['X-Forwarded-Proto: https'], { scheme: 'https' }],
  ['to the letter, as the reference', behindProxy, ['X-Forwarded-Proto: https, http'], { scheme: 'https, http' }],
  ['the URI, and our own beside it', behindProxy, ['X-Forwarded-Uri: /p?x=1#y'], { uri: '/p?x=1#y', ownUri: '/own?q' }],
  ['P13: an empty URI is no URI', behindProxy, ['X-Forwarded-Uri:'], { uri: '' }],
  ['P13: two URIs are none', behindProxy, ['X-Forwarded-Uri: /a', 'X-Forwarded-Uri: /b'], { uri: '/a, /b' }],
  [
    'empty host and scheme are not said',
    behindProxy,
    ['X-Forwarded-Host:', 'X-Forwarded-Proto:'],
    { host: 'app.test', scheme: '' },
  ],
  ['H-15: the method', behindProxy, ['X-Forwarded-Method: post'], { method: 'POST' }],
  ['H-15: the method by its other name', behindProxy, ['X-Original-Method: PUT'], { method: 'PUT' }],
  ['our own method', behindProxy, ['PATCH /own?q HTTP/1.1'], { method: 'PATCH' }],
  ['U-2: the address', behindProxy, ['X-Real-IP: 10.1.1.1'], { clientAddress: '10.1.1.1' }],
  [
    'U-2: X-Forwarded-For',
    { ...behindProxy, realClientIpHeader: 'X-Forwarded-For' },
    ['X-Forwarded-For: 10.1.1.1, 203.0.113.9'],
    { clientAddress: '203.0.113.9' },
  ],
  [
    'H-11: two lines',
    { ...behindProxy, realClientIpHeader: 'x-forwarded-for' },
    ['X-Forwarded-For: 203.0.113.9', 'X-Forwarded-For: 10.1.1.1'],
    { clientAddress: '10.1.1.1' },
  ],
  [
    'an absolute target',
    direct,
    ['GET http://other.test:81/p?q HTTP/1.1'],
    { host: 'other.test:81', uri: '/p?q', ownUri: '/p?q' },
  ],
  [
    'an absolute target without path',
    direct,
    ['GET http://other.test?q HTTP/1.1'],
    { host: 'other.test', ownUri: '/?q' },
  ],
  ['an asterisk', direct, ['OPTIONS * HTTP/1.1'], { ownUri: '*' }],
  ['a request id from anyone', direct, ['X-Request-Id: abc'], { id: 'abc' }],
  [
    'RFC 7239',
    standard,
    ['Forwarded: for=203.0.113.9;host="a.test:81";proto=https'],
    { host: 'a.test:81', scheme: 'https', clientAddress: '203.0.113.9' },
  ],
  [
    'RFC 7239: the nearest element',
    standard,
    ['Forwarded: for=10.1.1.1;host=evil.test, for=203.0.113.9;host=a.test'],
    { host: 'a.test', clientAddress: '203.0.113.9' },
  ],
  [
    'RFC 7239: a proxy’s own proxy',
    standard,
    ['Forwarded: for=203.0.113.9;host=a.test, for="[::1]";host=b.test'],
    { host: 'a.test', clientAddress: '203.0.113.9' },
  ],
  ['RFC 7239: two lines', standard, ['Forwarded: host=evil.test', 'Forwarded: host=a.test'], { host: 'a.test' }],
  ['RFC 7239: garbled', standard, ['Forwarded: host=a.test;for=[::1]'], { host: 'app.test', scheme: '' }],
  [
    'RFC 7239: X-Forwarded-Host is then a stranger’s',
    standard,
    ['X-Forwarded-Host: evil.test', 'X-Forwarded-Proto: https'],
    { host: 'app.test', scheme: '' },
  ],
  ['RFC 7239: the URI still comes from X-Forwarded-Uri', standard, ['X-Forwarded-Uri: /p'], { uri: '/p' }],
  [
    'RFC 7239: unread by default',
    behindProxy,
    ['Forwarded: host=evil.test;proto=https'],
    { host: 'app.test', scheme: '' },
  ],
])('%s', async (_, given, lines, expected) => {
  expect(await ask(given, lines)).toMatchObject(expected);
});

test.each<[string, OriginalRequestParts, readonly string[]]>([
  ['no header', behindProxy, []],
  ['another header', behindProxy, ['X-Forwarded-For: 10.1.1.1']],
  ['an empty header', behindProxy, ['X-Real-IP:']],
  ['garbage', behindProxy, ['X-Real-IP: unknown']],
  ['a stranger', elsewhere, ['X-Real-IP: 10.1.1.1']],
  ['a hidden client of RFC 7239', standard, ['Forwarded: for=_hidden']],
  ['RFC 7239 without for', standard, ['Forwarded: host=a.test', 'X-Real-IP: 10.1.1.1']],
])('H-11: no address: %s', async (_, given, lines) => {
  expect(await ask(given, lines)).not.toHaveProperty('clientAddress');
});

describe('a unix socket', () => {
  test('H-12: has no address', async () => {
    expect(await ask(direct, ['X-Real-IP: 10.1.1.1'], { path: socketPath })).not.toHaveProperty('clientAddress');
  });

  test('U-1: is believed with --reverse-proxy, whoever is named', async () => {
    const facts = await ask(elsewhere, ['X-Forwarded-Host: a.test', 'X-Real-IP: 10.1.1.1'], { path: socketPath });
    expect(facts).toMatchObject({ believed: true, host: 'a.test', clientAddress: '10.1.1.1' });
  });

  test('is not believed without it', async () => {
    expect((await ask(direct, ['X-Forwarded-Host: a.test'], { path: socketPath })).host).toBe('app.test');
  });
});

test('a connection that is gone proves nothing', () => {
  const req = { socket: { remoteAddress: undefined, destroyed: true }, headers: { 'x-forwarded-host': 'evil.test' } };
  expect(readOriginalRequest(behindProxy)(req as unknown as IncomingMessage)).toMatchObject({
    believed: false,
    host: '',
  });
});

test('U-1, D1, D8: a peer outside the private ranges is not believed by default', () => {
  const ask = (remoteAddress: string, trustedProxyIps: string[]) =>
    readOriginalRequest({ ...behindProxy, trustedProxyIps })({
      socket: { remoteAddress },
      headers: {},
    } as unknown as IncomingMessage);
  expect(ask('203.0.113.9', []).believed).toBe(false);
  expect(ask('::ffff:203.0.113.9', []).believed).toBe(false);
  expect(ask('::ffff:10.0.0.9', []).believed).toBe(true);
  expect(ask('203.0.113.9', ['0.0.0.0/0']).believed).toBe(true);
});

test('an id is made where none is given, and for one that is too long', async () => {
  const ids = [
    await ask(direct, []),
    await ask(direct, []),
    await ask(direct, [`X-Request-Id: ${'x'.repeat(300)}`]),
  ].map(({ id }) => id);
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-/);
});

test('L14: a header called __proto__ is survived', async () => {
  expect(await ask(behindProxy, ['__proto__: 1', 'X-Forwarded-Host: a.test'])).toMatchObject({ host: 'a.test' });
});
