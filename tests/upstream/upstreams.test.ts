// Answers without an upstream server, and how upstreams are reached.
import type { Server } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bodyOf,
  cleanUp,
  cleanups,
  echo,
  get,
  linesOf,
  seenThrough,
  send,
  startFront,
  startUpstream,
  valuesOf,
} from '../support/upstream-front.ts';

afterEach(cleanUp);

describe('answers without an upstream server', () => {
  test.each<[string, readonly string[], string, RegExp, string]>([
    ['a status', ['static://202'], get('/x'), /^HTTP\/1.1 202 Accepted\r\n/, 'Authenticated'],
    ['a status to HEAD', ['static://202'], get('/x').replace('GET', 'HEAD'), /^HTTP\/1.1 202 Accepted\r\n/, ''],
    ['a status to POST', ['static://418'], get('/x').replace('GET', 'POST'), /^HTTP\/1.1 418 /, 'Authenticated'],
    ['a status without body', ['static://204'], get('/x'), /^HTTP\/1.1 204 /, ''],
    ['no route', [], get('/x'), /^HTTP\/1.1 404 Not Found\r\n/, '404 page not found\n'],
    ['a redirect', ['http://a/b/'], get('/b?c'), /\r\nLocation: \/b\/\?c\r\n/, ''],
    ['a malformed path', ['static://202'], get('/%zz'), /^HTTP\/1.1 400 /, 'The address of this page is malformed.'],
  ])('%s', async (_, upstreams, bytes, head, body) => {
    const front = await startFront(upstreams, { responseHeaders: [['Gap-Auth', 'jane']] });
    const text = await send(front.port, bytes).closed();
    expect(text).toMatch(head);
    expect(linesOf(text)).toContain('gap-auth: jane');
    expect(bodyOf(text)).toContain(body);
    if (body === '') expect(bodyOf(text)).toBe('');
  });

  test('H-9: our headers keep their bytes', async () => {
    const user = Buffer.from('jürgen').toString('latin1');
    const front = await startFront(['static://202'], { responseHeaders: [['X-User', user]] });
    expect(linesOf(await send(front.port, get('/x')).closed())).toContain(`x-user: ${user}`);
  });

  test('the id is that of the status', async () => {
    const front = await startFront(['static://202']);
    await send(front.port, get('/x')).closed();
    expect(front.ids).toEqual(['static://202']);
  });
});

test('an upstream may be a unix socket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'upstream-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const { url } = await startUpstream(echo, join(folder, 's'));
  const seen = await seenThrough(await startFront([url]), get('/u?x=1'));
  expect([seen.url, valuesOf(seen, 'host')]).toEqual(['/u?x=1', ['app.example.com']]);
});

test('a tunnel may lead to a unix socket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'upstream-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const { server, url } = await startUpstream(echo, join(folder, 's'));
  server.on('upgrade', (_, socket) =>
    socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nwelcome'),
  );
  const lines = 'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  expect(await send((await startFront([url])).port, lines).closed()).toMatch(/^HTTP\/1.1 101 [^]*welcome$/);
});

test('each upstream has settings of its own', async () => {
  const { url } = await startUpstream(echo);
  const front = await startFront([
    { id: 'own', path: '/own/', uri: url, passHostHeader: false },
    { id: 'rewritten', path: '^/api/(.*)$', rewriteTarget: '/v1/$1?via=us', uri: url },
    { id: 'rest', path: '/', uri: url },
  ]);
  const [own, rewritten, rest] = [
    await seenThrough(front, get('/own/x')),
    await seenThrough(front, get('/api/a%20b?q=1')),
    await seenThrough(front, get('/x?q=1')),
  ];
  expect(valuesOf(own, 'host')).toEqual([url.slice('http://'.length)]);
  expect([rewritten.url, valuesOf(rewritten, 'host')]).toEqual(['/v1/a%20b?q=1&via=us', ['app.example.com']]);
  expect(rest.url).toBe('/x?q=1');
  expect(front.ids).toEqual(['own', 'rewritten', 'rest']);
});

test.each<[string, boolean, number]>([
  ['reused', false, 1],
  ['not reused with --disable-keep-alives', true, 3],
])('connections to the upstream are %s', async (_, disableKeepAlives, expected) => {
  const { server, url } = await startUpstream(echo);
  let connections = 0;
  (server as Server).on('connection', () => connections++);
  const front = await startFront([url], { disableKeepAlives });
  for (let round = 0; round < 3; round++) await seenThrough(front, get('/x'));
  expect(connections).toBe(expected);
});
