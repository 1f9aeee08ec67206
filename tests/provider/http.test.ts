// Are calls to the provider bounded, and TLS checked? (security V-4, BCP-9)
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { http } from '../../src/provider/http.ts';
import type { Http, HttpParts } from '../../src/provider/http.ts';
import { reasonOf } from './make.ts';

let answer: (response: ServerResponse, url: string) => void;
let seen: { url: string; authorization: string | undefined; userAgent: string | undefined }[] = [];
const server = createServer((request, response) => {
  const { authorization, 'user-agent': userAgent } = request.headers;
  seen.push({ url: request.url ?? '', authorization, userAgent });
  answer(response, request.url ?? '');
});
let origin: string;
let client: Http;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
afterEach(() => {
  client.close();
  seen = [];
});

function outcome(limits: HttpParts['limits'], path = '/x?secret=1'): Promise<string> {
  client = http({ caFiles: [], useSystemTrustStore: false, skipTlsVerify: false, ...(limits && { limits }) });
  return client
    .call({ purpose: 'userinfo', url: origin + path, headers: { authorization: 'Bearer at' } })
    .then(({ text }) => text, reasonOf);
}

type Row = readonly [name: string, answer: typeof answer, limits: HttpParts['limits'], expected: string];

test.each<Row>([
  ['an answer', (response) => response.end('hello'), {}, 'hello'],
  ['an answer up to the limit', (response) => response.end('12345'), { bytes: 5 }, '12345'],
  ['one byte more', (response) => response.end('123456'), { bytes: 5 }, 'userinfo_answer_too_large'],
  [
    'small on the wire, large inside',
    (response) => response.setHeader('content-encoding', 'gzip').end(gzipSync('x'.repeat(1000))),
    { bytes: 100 },
    'userinfo_answer_too_large',
  ],
  ['nothing at all', () => {}, { totalMs: 100 }, 'userinfo_timeout'],
  ['headers, then nothing', (response) => response.writeHead(200).flushHeaders(), { totalMs: 100 }, 'userinfo_timeout'],
  ['one byte at a time for ever', drip, { totalMs: 150 }, 'userinfo_timeout'],
  ['connection cut', (response) => response.socket?.destroy(), {}, 'userinfo_unreachable'],
  [
    'cut in the middle',
    (response) => response.writeHead(200, { 'content-length': 10 }).write('x', () => response.socket?.destroy()),
    {},
    'userinfo_unreachable',
  ],
  [
    'a redirect',
    (response, url) => (url === '/to' ? response.end('there') : response.writeHead(302, { location: '/to' }).end()),
    {},
    'there',
  ],
  ['redirects for ever', (response) => response.writeHead(302, { location: '/x' }).end(), {}, 'userinfo_unreachable'],
])('V-4: %s', async (_, answers, limits, expected) => {
  answer = answers;
  expect(await outcome(limits)).toBe(expected);
});

test('V-4: when too many calls are under way, the next fails at once', async () => {
  answer = () => {};
  client = http({ caFiles: [], useSystemTrustStore: false, skipTlsVerify: false, limits: { calls: 3, totalMs: 200 } });
  const call = () => client.call({ purpose: 'userinfo', url: origin }).catch(reasonOf);
  expect(await Promise.all([call(), call(), call(), call()])).toEqual([
    ...Array(3).fill('userinfo_timeout'),
    'userinfo_busy',
  ]);
  answer = (response) => response.end('ok');
  expect(await call()).toMatchObject({ text: 'ok' });
});

test('U-3: what is told of a failed call holds no query and no token', async () => {
  answer = (response) => response.socket?.destroy();
  client = http({ caFiles: [], useSystemTrustStore: false, skipTlsVerify: false });
  const call = client.call({
    purpose: 'userinfo',
    url: `${origin}/x?secret=1`,
    headers: { authorization: 'Bearer at' },
  });
  await expect(call).rejects.toMatchObject({
    message: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/x failed: /),
  });
});

test('the caller is named', async () => {
  answer = (response) => response.end('ok');
  await outcome({});
  expect(seen[0]?.userAgent).toMatch(/^oauth2-sidecar\/\d+\.\d+\.\d+/);
});

test('a redirect to another place does not take the token along', async () => {
  const port = (server.address() as AddressInfo).port;
  answer = (response, url) =>
    url === '/to' ? response.end('there') : response.writeHead(302, { location: `http://localhost:${port}/to` }).end();
  const result = await outcome({});
  // where localhost is not this address the call fails, and the token stays here all the same
  expect(['there', 'userinfo_unreachable']).toContain(result);
  expect(seen.slice(1).map(({ authorization }) => authorization)).toEqual(seen.slice(1).map(() => undefined));
});

function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write('x'), 10);
  response.on('close', () => clearInterval(timer));
}
