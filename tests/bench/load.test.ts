// Do the load generators send what they are told, and is it counted what comes back?
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatorHere, generators, isGenerator } from './generators.ts';
import { signIn } from './sign-in.ts';
import { sendSteadily } from './steady.ts';

const folder = mkdtempSync(join(tmpdir(), 'bench-load-'));
const seen = { cookies: new Map<string, number>(), headers: new Set<string>(), count: 0 };
let answer = (_req: IncomingMessage, res: ServerResponse): unknown => res.writeHead(202).end();
const server = createServer((req, res) => {
  seen.count += 1;
  const cookie = req.headers.cookie ?? '';
  seen.cookies.set(cookie, (seen.cookies.get(cookie) ?? 0) + 1);
  seen.headers.add(String(req.headers['x-real-ip']));
  answer(req, res);
});
let origin = '';

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  seen.cookies.clear();
  seen.headers.clear();
  seen.count = 0;
  answer = (_req, res) => res.writeHead(202).end();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

// wrk is no part of the project: where it is missing, autocannon is what the bench uses, too.
const here = (generatorHere() === 'wrk' ? ['autocannon', 'wrk'] : ['autocannon']) as readonly ('wrk' | 'autocannon')[];

test('the generator is one of two', () => {
  expect(['wrk', 'autocannon', 'toString'].map(isGenerator)).toEqual([true, true, false]);
});

test.each(here)('%s: all cookies in turn, with the headers', async (generator) => {
  const cookies = Array.from({ length: 50 }, (_, i) => `session=${i}`);
  const task = { url: origin, cookies, headers: [['X-Real-IP', '192.0.2.7']] as const, seconds: 1, folder };
  const outcome = await generators[generator](task);
  expect(outcome).toMatchObject({ odd: 0, broken: 0 });
  expect(outcome.requests).toBeGreaterThan(200);
  expect(outcome.perSecond).toBeGreaterThan(0);
  expect(outcome.p99Ms).toBeGreaterThanOrEqual(outcome.p50Ms);
  expect([...seen.cookies.keys()].toSorted()).toEqual(cookies.toSorted());
  const counts = [...seen.cookies.values()];
  // A connection ahead of the others may be on its way through its part once more.
  expect(Math.max(...counts)).toBeLessThan(3 * Math.min(...counts) + 20);
  expect([...seen.headers]).toEqual(['192.0.2.7']);
});

test.each(here)('%s: requests without a cookie, and answers of another status counted', async (generator) => {
  answer = (_req, res) => res.writeHead(401).end('Unauthorized');
  const outcome = await generators[generator]({ url: origin, cookies: [], headers: [], seconds: 1, folder });
  expect([...seen.cookies.keys()]).toEqual(['']);
  expect(outcome.odd).toBe(outcome.requests);
});

test('at a fixed rate everything is sent and answered, however the answer ends', async () => {
  answer = (_req, res) => res.writeHead(202).end('a body\r\n\r\nwith what looks like an end');
  const request = 'GET / HTTP/1.1\r\nHost: localhost\r\nCookie: session=1\r\n\r\n';
  const { port } = server.address() as AddressInfo;
  const outcome = await sendSteadily({ port, request, perSecond: 300, seconds: 0.5 });
  expect(outcome.answered).toBe(150);
  expect(seen.count).toBe(151); // and one to see how long an answer is
  expect(outcome.p99Ms).toBeGreaterThan(0);
  expect(outcome.p50Ms).toBeLessThanOrEqual(outcome.p99Ms);
});

test('at a fixed rate a server that stalls cannot hide it', async () => {
  let stalledMs = 0;
  answer = (_req, res) => {
    if (seen.count === 20) {
      const beganMs = performance.now();
      while (performance.now() < beganMs + 300);
      stalledMs = performance.now() - beganMs;
    }
    res.writeHead(202).end();
  };
  const request = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const { port } = server.address() as AddressInfo;
  const { p99Ms } = await sendSteadily({ port, request, perSecond: 300, seconds: 0.5 });
  expect(p99Ms).toBeGreaterThan(0.5 * stalledMs);
});

test('a sign-in keeps what it is given and drops what is taken away', async () => {
  answer = (req, res) => {
    const { pathname } = new URL(req.url ?? '', origin);
    if (pathname === '/oauth2/start')
      return res.writeHead(302, { location: `${origin}/authorize`, 'set-cookie': ['try=1; Path=/', 'x=1'] }).end();
    if (pathname === '/authorize')
      return res.writeHead(302, { location: 'https://elsewhere.example/oauth2/callback?code=1' }).end();
    const isRight = pathname === '/oauth2/callback' && req.headers.cookie === 'try=1; x=1';
    const lines = ['session=a=b; Path=/; HttpOnly', 'try=; Max-Age=0', 'x=2; expires=Thu, 01 Jan 1970 00:00:00 GMT'];
    return res.writeHead(isRight ? 302 : 403, { location: '/', 'set-cookie': lines }).end();
  };
  expect(await signIn(origin, origin)).toBe('session=a=b');
  await expect(signIn(origin, 'https://other.example')).rejects.toThrow('begins with 302');
});
