// What does a client see of an upstream's answer?
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { bodyOf, cleanUp, cleanups, get, linesOf, send, startFront, startUpstream } from '../support/upstream-front.ts';

afterEach(cleanUp);

describe('an answer', () => {
  test('keeps its lines, several cookies included; ours are added', async () => {
    const { url } = await startUpstream((_, res) => {
      res.writeHead(200, [
        'Set-Cookie',
        'app=1; Path=/',
        'Set-Cookie',
        'other=2',
        'GAP-Auth',
        'theirs',
        'X-Bytes',
        'j\xc3\xbc',
        'Cache-Control',
        'max-age=60',
      ]);
      res.end(Buffer.from('x'));
    });
    const front = await startFront([url], {
      responseHeaders: [
        ['Gap-Auth', 'ours'],
        ['Set-Cookie', 'mine=3'],
      ],
    });
    const text = await send(front.port, get('/x')).closed();
    const lines = linesOf(text);
    expect(lines.filter((line) => line.startsWith('set-cookie'))).toEqual([
      'set-cookie: mine=3',
      'set-cookie: app=1; path=/',
      'set-cookie: other=2',
    ]);
    expect(lines.filter((line) => line.startsWith('gap-auth'))).toEqual(['gap-auth: ours', 'gap-auth: theirs']);
    expect(lines).toEqual(expect.arrayContaining(['x-bytes: j\xc3\xbc', 'cache-control: max-age=60']));
    expect(lines.filter((line) => line.startsWith('date:'))).toHaveLength(1);
  });

  test.each([204, 301, 304, 404, 418, 500, 503])('with status %d passes', async (status) => {
    const { url } = await startUpstream((_, res) =>
      res.writeHead(status, { 'Content-Type': 'application/json' }).end('{}'),
    );
    const text = await send((await startFront([url])).port, get('/x')).closed();
    expect(text.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
    expect(linesOf(text)).toContain('content-type: application/json');
    expect(bodyOf(text)).toBe(
      status === 204 || status === 304 ? '' : text.includes('chunked') ? '2\r\n{}\r\n0\r\n\r\n' : '{}',
    );
  });

  test('to HEAD has the length and no body, and the connection stays usable', async () => {
    const { url } = await startUpstream((_, res) => res.setHeader('Content-Length', 5).end('hello'));
    const front = await startFront([url]);
    const exchange = send(front.port, 'HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(linesOf(await exchange.until('\r\n\r\n'))).toContain('content-length: 5');
    exchange.socket.write(get('/x'));
    const text = await exchange.closed();
    expect(text.split('HTTP/1.1 200 OK')).toHaveLength(3);
    expect(text.split('hello')).toHaveLength(2);
  });

  test('streams, headers first', async () => {
    const { url } = await startUpstream(async (_, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
      await sleep(200);
      res.write('data: 1\n\n');
      await sleep(200);
      res.end('data: 2\n\n');
    });
    const exchange = send((await startFront([url], { clientStallTimeoutMs: 50 })).port, get('/x'));
    expect(await exchange.until('event-stream')).not.toContain('data');
    expect(await exchange.until('data: 1')).not.toContain('data: 2');
    expect(await exchange.closed()).toContain('data: 2');
  });

  test('V-1: a client that does not read is cut after the idle time', async () => {
    const { url } = await startUpstream((_, res) => void res.end(Buffer.alloc(50 * 1024 * 1024)));
    const front = await startFront([url], { clientStallTimeoutMs: 200 });
    const exchange = send(front.port, get('/x'));
    exchange.socket.pause();
    while (front.open() === 0) await sleep(5);
    while (front.open() > 0) await sleep(20); // the server has cut it by itself
    exchange.socket.resume();
    expect((await exchange.closed()).length).toBeLessThan(50 * 1024 * 1024);
  });

  test('1xx in front of it is passed over, trailers behind it are passed on', async () => {
    const { url } = await startUpstream((_, res) => {
      res.writeEarlyHints({ link: '</a.css>; rel=preload' });
      res.writeHead(200, { Trailer: 'X-Sum' });
      res.write('abc');
      res.addTrailers({ 'X-Sum': '42' });
      res.end();
    });
    const text = await send((await startFront([url])).port, get('/x')).closed();
    expect(text).toMatch(/^HTTP\/1.1 200 OK[^]*abc\r\n0\r\nx-sum: 42\r\n\r\n$/i);
  });

  test('hop-by-hop headers of the upstream stay behind', async () => {
    const server = createTcpServer((socket) => {
      socket.once('data', () =>
        socket.end(
          'HTTP/1.1 200 OK\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nProxy-Authenticate: x\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nhi',
        ),
      );
    }).listen(0, '127.0.0.1');
    cleanups.push(() => server.close());
    await new Promise((done) => server.once('listening', done));
    const front = await startFront([`http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
    const text = await send(front.port, 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n').until('hi');
    expect(text).toMatch(/connection: keep-alive/i);
    expect(text).not.toMatch(/x-hop|proxy-authenticate|timeout=1\r/i);
  });

  test('that breaks off in the middle breaks off for the client too', async () => {
    const { url } = await startUpstream((_, res) => {
      res.write('half');
      setTimeout(() => res.destroy(), 50);
    });
    const front = await startFront([url]);
    const text = await send(front.port, 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n').closed();
    expect(text).toContain('half');
    expect(text).not.toContain('\r\n0\r\n');
    expect([front.problems, front.warnings]).toEqual([[], ['the upstream broke off its answer']]);
  });

  test('a client that goes away ends the call to the upstream', async () => {
    let [asked, closed] = [false, false];
    const { url } = await startUpstream((_, res) => {
      asked = true;
      res.once('close', () => (closed = true));
    });
    const front = await startFront([url]);
    const exchange = send(front.port, get('/x'));
    while (!asked) await sleep(5);
    exchange.socket.destroy();
    while (!closed) await sleep(5);
    expect(front.problems).toEqual([]);
  });
});
