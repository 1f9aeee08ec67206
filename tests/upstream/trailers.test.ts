// Do trailers pass, in both directions (RFC 9110 §6.5)?
import type { RequestListener } from 'node:http';
import { cleanUp, pairs, seenThrough, send, startFront, startUpstream, type Seen } from '../support/upstream-front.ts';

afterEach(cleanUp);

const post = (...lines: string[]) => ['POST /x HTTP/1.1', 'Host: a', 'Connection: close', ...lines].join('\r\n');
const chunked = (names: string, ...trailers: string[]) =>
  post(
    `Trailer: ${names}`,
    'TE: trailers, deflate',
    'Transfer-Encoding: chunked',
    '',
    '3',
    'abc',
    '0',
    ...trailers,
    '',
    '',
  );

/** Its answer has what came behind the body as its own body. */
const lateEcho: RequestListener = (req, res) => {
  let body = '';
  req.on('data', (chunk: Buffer) => (body += chunk.toString()));
  req.on('end', () => {
    const headers = [
      ...pairs(req.rawHeaders),
      ...pairs(req.rawTrailers).map(([name, value]) => [`late ${name}`, value]),
    ];
    res.end(JSON.stringify({ method: req.method, url: req.url, headers, body }));
  });
};
const lateOf = ({ headers }: Seen) => headers.filter(([name]) => name.startsWith('late '));

test('of a request reach the upstream, announced', async () => {
  const front = await startFront([(await startUpstream(lateEcho)).url]);
  const seen = await seenThrough(front, chunked('X-Sum, X-Other', 'X-Sum: 42', 'X-Other: 43'));
  expect(seen.body).toBe('abc');
  expect(lateOf(seen)).toEqual([
    ['late x-sum', '42'],
    ['late x-other', '43'],
  ]);
  expect(seen.headers).toEqual(
    expect.arrayContaining([
      ['trailer', 'X-Sum, X-Other'],
      ['te', 'trailers'],
      ['transfer-encoding', 'chunked'],
    ]),
  );
});

test.each<[string, string, string]>([
  ['nobody announced', 'X-Sum', 'X-Late: 1'],
  ['that name who asks (H-6)', 'X-Forwarded-User', 'X-Forwarded-User: admin'],
  ['that are identity headers of the configuration (H-6)', 'X-Who', 'X-Who: admin'],
  ['that hold credentials', 'Authorization', 'Authorization: Bearer x'],
  ['that decide about routing', 'Host', 'Host: other'],
  ['that say where a client is', 'X-Real-IP', 'X-Real-IP: 10.0.0.1'],
  ['that pose as our signature', 'GAP-Signature', 'GAP-Signature: sha256 x'],
  ['that do so in another spelling (A9)', 'X_Forwarded_For, GAP_Signature', 'X_Forwarded_For: 10.0.0.1'],
])('%s stay behind', async (_, names, trailer) => {
  const front = await startFront([(await startUpstream(lateEcho)).url], {
    isIdentityHeader: (name) => name.toLowerCase() === 'x-who',
  });
  expect(lateOf(await seenThrough(front, chunked(names, trailer)))).toEqual([]);
});

test('are kept when the body had to be read for its signature', async () => {
  const front = await startFront([(await startUpstream(lateEcho)).url], { signatureKey: { hash: 'sha256', key: 'k' } });
  const seen = await seenThrough(front, chunked('X-Sum', 'X-Sum: 42'));
  expect([seen.body, lateOf(seen)]).toEqual(['abc', [['late x-sum', '42']]]);
});

describe('of an answer', () => {
  const withTrailer: RequestListener = (_, res) => {
    res.writeHead(200, { Trailer: 'X-Sum' });
    res.write('abc');
    res.addTrailers({ 'X-Sum': '42' });
    res.end();
  };

  test('reach the client, announced', async () => {
    const text = await send((await startFront([(await startUpstream(withTrailer)).url])).port, post('', '')).closed();
    expect(text).toMatch(/^HTTP\/1.1 200 OK[^]*\r\ntrailer: X-Sum\r\n[^]*abc\r\n0\r\nx-sum: 42\r\n\r\n$/i);
  });

  test('are left out for HTTP/1.0, which has no place for them', async () => {
    const front = await startFront([(await startUpstream(withTrailer)).url]);
    const text = await send(front.port, 'GET /x HTTP/1.0\r\nHost: a\r\n\r\n').closed();
    expect(text).toMatch(/^HTTP\/1.1 200 OK[^]*\r\n\r\nabc$/);
    expect(text).not.toMatch(/x-sum/i);
  });
});
