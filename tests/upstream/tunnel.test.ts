// How do WebSockets pass? Upstreams here send back every byte, without framing.
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanUp, cleanups, get, linesOf, pairs, send, startFront, startUpstream } from '../support/upstream-front.ts';

afterEach(cleanUp);

const handshake = (...lines: string[]) =>
  [
    'GET /ws?x=1 HTTP/1.1',
    'Host: app.example.com',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    ...lines,
    '',
    '',
  ].join('\r\n');
const keepAliveUpgrade = 'Connection: keep-alive, Upgrade'; // Firefox
const upgrade = 'Connection: Upgrade';

/** Agrees to every handshake, tells what it saw in the header X-Seen, and sends bytes back as they come. */
async function startEcho() {
  const { server, url } = await startUpstream((_, res) => void res.writeHead(426, { 'X-Plain': '1' }).end('plain'));
  const closed: string[] = [];
  server.on('upgrade', (req, socket, head) => {
    socket.on('error', () => {}).on('close', () => closed.push(req.url ?? ''));
    cleanups.push(() => socket.destroy());
    const seen = Buffer.from(JSON.stringify([req.url, pairs(req.rawHeaders)])).toString('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: abc\r\nX-Seen: ${seen}\r\nSet-Cookie: app=1\r\n\r\nwelcome`,
    );
    if (head.length > 0) socket.write(head);
    socket.pipe(socket);
  });
  return { url, closed };
}

function seenIn(text: string): [string, [string, string][]] {
  const value = /x-seen: (\S+)/i.exec(text)?.[1] ?? '';
  return JSON.parse(Buffer.from(value, 'base64').toString()) as [string, [string, string][]];
}

test.each([upgrade, keepAliveUpgrade])('with "%s" bytes go both ways, also those sent too early', async (line) => {
  const { url } = await startEcho();
  const front = await startFront([url], { responseHeaders: [['Gap-Auth', 'jane']] });
  const client = send(front.port, `${handshake(line)}early`);
  const text = await client.until('early');
  expect(text).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n/);
  expect(linesOf(text)).toEqual(
    expect.arrayContaining([
      'upgrade: websocket',
      'connection: upgrade',
      'sec-websocket-accept: abc',
      'gap-auth: jane',
      'set-cookie: app=1',
    ]),
  );
  client.socket.write('later');
  expect((await client.until('later')).slice(text.indexOf('\r\n\r\n'))).toBe('\r\n\r\nwelcomeearlylater');
  expect(front.ids).toEqual(['/']);
});

test('H-7: identity headers are ours here too, and N11 holds', async () => {
  const { url } = await startEcho();
  const front = await startFront([url], {
    requestHeaders: [['X-Forwarded-User', 'jane']],
    isIdentityHeader: (name) => name.toLowerCase().replaceAll('_', '-') === 'x-forwarded-user',
  });
  const client = send(
    front.port,
    handshake('Connection: Upgrade, X-Forwarded-User', 'X_Forwarded_User: admin', 'X-Forwarded-User: admin'),
  );
  const [target, headers] = seenIn(await client.until('welcome'));
  expect(target).toBe('/ws?x=1');
  expect(headers.filter(([name]) => /user/.test(name))).toEqual([['x-forwarded-user', 'jane']]);
  expect(headers).toEqual(
    expect.arrayContaining([
      ['host', 'app.example.com'],
      ['connection', 'Upgrade'],
      ['upgrade', 'websocket'],
      ['x-forwarded-for', '127.0.0.1'],
    ]),
  );
});

test('H-9: header bytes stay what they are', async () => {
  const user = Buffer.from('jürgen').toString('latin1');
  const { url } = await startEcho();
  const front = await startFront([url], {
    requestHeaders: [['X-Forwarded-User', user]],
    responseHeaders: [['X-User', user]],
  });
  const text = await send(front.port, handshake(upgrade)).until('welcome');
  expect(linesOf(text)).toContain(`x-user: ${user}`);
  expect(seenIn(text)[1]).toContainEqual(['x-forwarded-user', user]);
});

test('the end of the client ends the tunnel, and that of the upstream too', async () => {
  const { url, closed } = await startEcho();
  const front = await startFront([url]);
  const client = send(front.port, handshake(upgrade));
  await client.until('welcome');
  client.socket.destroy();
  for (let tries = 0; tries < 200 && closed.length === 0; tries++) await sleep(10);
  expect(closed).toEqual(['/ws?x=1']);

  const { server, url: other } = await startUpstream(() => {});
  server.on('upgrade', (_, socket) =>
    socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nbye'),
  );
  expect(await send((await startFront([other])).port, handshake(upgrade)).closed()).toMatch(/^HTTP\/1.1 101 [^]*bye$/);
});

test('a tunnel outlives --upstream-timeout', async () => {
  const { url } = await startEcho();
  const client = send(
    (await startFront([url], { timeoutMs: 1000, clientStallTimeoutMs: 50 })).port,
    handshake(upgrade),
  );
  await client.until('welcome');
  await sleep(1300);
  client.socket.write('still here');
  expect(await client.until('still here')).toContain('still here');
});

test('an upstream that declines is heard', async () => {
  const { url } = await startUpstream((_, res) => void res.writeHead(403, { 'X-Plain': '1' }).end('no'));
  const text = await send((await startFront([url])).port, handshake(upgrade)).closed();
  expect(text).toMatch(/^HTTP\/1.1 403 [^]*x-plain: 1[^]*no/i);
});

test('with --proxy-websockets=false the upstream sees an ordinary request', async () => {
  const { url } = await startEcho();
  const front = await startFront([url], { proxyWebsockets: false });
  expect(await send(front.port, handshake(upgrade)).until('plain')).toMatch(/^HTTP\/1.1 426 /);
});

test('an upstream of its own without WebSockets sees an ordinary request where others have tunnels', async () => {
  const { url } = await startEcho();
  const front = await startFront([
    { id: 'ws', path: '/', uri: url },
    { id: 'plain', path: '/ws', uri: url, proxyWebsockets: false },
  ]);
  const text = await send(front.port, handshake(upgrade)).closed();
  expect(text).toMatch(/^HTTP\/1.1 426 [^]*plain/);
  expect(front.ids).toEqual(['plain']);
  expect(await send(front.port, handshake(upgrade).replace('/ws?', '/other?')).until('welcome')).toMatch(
    /^HTTP\/1.1 101 /,
  );
});

test('a tunnel is signed like any request', async () => {
  const { url } = await startEcho();
  const front = await startFront([url], { signatureKey: { hash: 'sha256', key: 'k' } });
  const [, headers] = seenIn(await send(front.port, handshake(upgrade)).until('welcome'));
  expect(headers).toContainEqual(['gap-signature', expect.stringMatching(/^sha256 \S{44}$/)]);
});

test('an upstream that switches protocols unasked makes it a 502', async () => {
  const { server, url } = await startUpstream(() => {});
  server.removeAllListeners('request');
  server.on('connection', (socket) =>
    socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nsurprise'),
  );
  const front = await startFront([url]);
  expect(await send(front.port, get('/x')).closed()).toMatch(/^HTTP\/1.1 502 /);
});

test('a static upstream answers a handshake as any request', async () => {
  expect(await send((await startFront(['static://202'])).port, handshake(upgrade)).closed()).toMatch(
    /^HTTP\/1.1 202 [^]*Authenticated$/,
  );
});

test.each<[string, (text: string) => string, string]>([
  ['down', () => 'http://127.0.0.1:1', 'upstream_failed'],
  ['silent', (url) => url, 'upstream_timeout'],
])('an upstream that is %s makes it a 502', async (_, urlFor, reason) => {
  const silent = createTcpServer(() => {}).listen(0, '127.0.0.1');
  cleanups.push(() => silent.close());
  await new Promise((done) => silent.once('listening', done));
  const url = urlFor(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  const front = await startFront([url], { timeoutMs: 200 });
  expect(await send(front.port, handshake(upgrade)).closed()).toMatch(
    /^HTTP\/1.1 502 [^]*There was a problem connecting/,
  );
  expect(front.problems.map((problem) => problem.reason)).toEqual([reason]);
});
