// How does the body of a request reach the upstream?
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanUp, echo, seenThrough, send, startFront, startUpstream } from '../support/upstream-front.ts';

afterEach(cleanUp);

describe('the body of a request', () => {
  const post = (...lines: string[]) => ['POST /x HTTP/1.1', 'Host: a', 'Connection: close', ...lines].join('\r\n');

  test.each<[string, string, string]>([
    ['with a length', post('Content-Length: 5', '', 'abcde'), 'abcde'],
    ['in chunks', post('Transfer-Encoding: chunked', '', '3', 'abc', '2', 'de', '0', '', ''), 'abcde'],
    ['of a GET', post('Content-Length: 5', '', 'abcde').replace('POST', 'GET'), 'abcde'],
    ['of a DELETE', post('Content-Length: 5', '', 'abcde').replace('POST', 'DELETE'), 'abcde'],
    ['that is empty', post('Content-Length: 0', '', ''), ''],
    [
      'whose length the client calls hop-by-hop',
      post('Connection: Content-Length', 'Content-Length: 5', '', 'abcde'),
      'abcde',
    ],
  ])('passes %s', async (_, bytes, body) => {
    const front = await startFront([(await startUpstream(echo)).url]);
    const seen = await seenThrough(front, bytes);
    expect(seen.body).toBe(body);
  });

  test('streams: the upstream sees the beginning before the end is sent', async () => {
    let first = '';
    const { url } = await startUpstream((req, res) => {
      req.once('data', (chunk) => (first = String(chunk)));
      req.on('end', () => res.end('done')).resume();
    });
    const front = await startFront([url], { timeoutMs: 1000 });
    const exchange = send(front.port, post('Content-Length: 10', '', 'first'));
    while (first === '') await sleep(5);
    expect(first).toBe('first');
    await sleep(1300); // an upload may take longer than --upstream-timeout
    exchange.socket.write('final');
    expect(await exchange.closed()).toMatch(/^HTTP\/1.1 200 [^]*done/);
  });

  test('Expect: 100-continue is answered by us', async () => {
    const front = await startFront([(await startUpstream(echo)).url]);
    const exchange = send(front.port, post('Expect: 100-continue', 'Content-Length: 5', '', ''));
    await exchange.until('100 Continue');
    exchange.socket.write('abcde');
    const text = await exchange.closed();
    expect(text).toContain('HTTP/1.1 200 OK');
    expect(text).toContain('abcde');
    expect(text.split('100 Continue')).toHaveLength(2);
  });

  test('a client that gives up in the middle makes the upstream see an error', async () => {
    let outcome = '';
    const { url } = await startUpstream((req) => {
      req.on('error', () => (outcome = 'broken off')).on('end', () => (outcome = 'complete'));
      req.resume();
    });
    const front = await startFront([url]);
    const exchange = send(front.port, post('Transfer-Encoding: chunked', '', '3', 'abc', ''));
    await sleep(100);
    exchange.socket.destroy();
    for (let tries = 0; tries < 200 && outcome === ''; tries++) await sleep(10);
    expect(outcome).toBe('broken off');
    expect(front.problems).toEqual([]);
  });

  test('V-1: a client that stops sending is cut after the idle time, one that drips is not', async () => {
    const front = await startFront([(await startUpstream(echo)).url], { clientStallTimeoutMs: 1000 });
    const [stalled, dripping] = [
      send(front.port, post('Content-Length: 10', '', 'a')),
      send(front.port, post('Content-Length: 10', '', 'a')),
    ];
    for (let byte = 0; byte < 9; byte++) {
      await sleep(250);
      dripping.socket.write('b');
    }
    expect(await dripping.closed()).toMatch(/^HTTP\/1.1 200 [^]*abbbbbbbbb/);
    expect([stalled.isClosed(), stalled.text()]).toEqual([true, '']);
  });
});
