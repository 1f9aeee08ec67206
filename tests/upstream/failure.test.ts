// What happens when an upstream fails?
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { cleanUp, cleanups, echo, get, linesOf, send, startFront, startUpstream } from '../support/upstream-front.ts';

afterEach(cleanUp);

describe('an upstream that fails', () => {
  const message = 'There was a problem connecting to the upstream server.';

  async function deadUrl() {
    const { server, url } = await startUpstream(echo);
    await new Promise((done) => server.close(done));
    return url;
  }

  test.each<[string, string]>([
    ['a page', get('/x')],
    [
      'an upload',
      `POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 400000\r\n\r\n${'a'.repeat(400_000)}`,
    ],
  ])('356: down, makes %s a 502 that keeps our headers', async (_, bytes) => {
    const front = await startFront([await deadUrl()], { responseHeaders: [['Gap-Auth', 'jane']] });
    const text = await send(front.port, bytes).closed();
    expect(text).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n/);
    expect(linesOf(text)).toContain('gap-auth: jane');
    expect(text).toContain(message);
    expect(front.problems.map(({ status, reason }) => [status, reason])).toEqual([[502, 'upstream_failed']]);
  });

  test('too slow: 502 after the limit; in time: fine', async () => {
    const { url } = await startUpstream(
      (req, res) => void setTimeout(() => res.end('slow'), Number(req.url?.slice(1))).unref(),
    );
    const front = await startFront([url], { timeoutMs: 1000 });
    expect(await send(front.port, get('/60000')).closed()).toMatch(/^HTTP\/1.1 502 /);
    expect(front.problems.map(({ reason }) => reason)).toEqual(['upstream_timeout']);
    expect(await send(front.port, get('/50')).closed()).toMatch(/^HTTP\/1.1 200 /);
  });

  test('no HTTP: 502', async () => {
    const server = createTcpServer((socket) => socket.once('data', () => socket.end('SSH-2.0\r\n'))).listen(
      0,
      '127.0.0.1',
    );
    cleanups.push(() => server.close());
    await new Promise((done) => server.once('listening', done));
    const front = await startFront([`http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
    expect(await send(front.port, get('/x')).closed()).toMatch(/^HTTP\/1.1 502 /);
  });

  test('a connection that the upstream closed while idle is replaced for a GET', async () => {
    let served = 0;
    const { server, url } = await startUpstream((req, res) => {
      // From the second request on: closed without an answer the first time, as a server does whose idle time is over.
      if (++served === 2) req.socket.destroy();
      else res.end(`answer ${served}`);
    });
    expect(server.listening).toBe(true);
    const front = await startFront([url]);
    expect(await send(front.port, get('/x')).closed()).toContain('answer 1');
    expect(await send(front.port, get('/x')).closed()).toContain('answer 3');
    expect(front.problems).toEqual([]);
  });

  test('a POST is never sent twice', async () => {
    let served = 0;
    const { url } = await startUpstream((req) => void (served++, req.socket.destroy()));
    const front = await startFront([url]);
    expect(
      await send(front.port, 'POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\na').closed(),
    ).toMatch(/^HTTP\/1.1 502 /);
    expect(served).toBe(1);
  });
});
