// Answers that are remembered must be given up at the very next request after whatever they depend on has changed.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { browser, type Browser } from '../support/browser.ts';
import { copyOf, sessionCookie, startFlow, type Flow } from '../support/flow.ts';
import { has, needs } from '../support/needs.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { dial } from '../support/raw-client.ts';
import type { Options } from '../support/sidecar.ts';

let flow: Flow;
afterEach(() => flow.stop());
const start = async (options: Options = {}) => (flow = await startFlow({ 'set-xauthrequest': true, ...options }));

const statusOf = async (who: Browser, query = '') => (await flow.auth(who, query)).status;

/** A browser whose answer is ready: asked for several times, and let in. */
async function warm(query = ''): Promise<Browser> {
  const who = await flow.member();
  for (let i = 0; i < 3; i++) expect(await statusOf(who, query)).toBe(202);
  return who;
}

describe.each<[string, Options]>([
  ['cookies', {}],
  ...(has('redis-server') ? ([['Redis', { 'session-store-type': 'redis' }]] as [string, Options][]) : []),
])('sessions in %s', (kind, options) => {
  let redis: RedisServer | undefined;
  beforeAll(async () => {
    if (kind === 'Redis') redis = await startRedis();
  });
  afterAll(() => redis?.close());
  const begin = async (more: Options = {}) => {
    await start({ ...options, ...(redis && { 'redis-connection-url': redis.url }), ...more });
    if (redis) await sleep(200); // until Redis tells what changes
  };

  test('the answer is the same whether it was ready or not', async () => {
    await begin();
    const who = await flow.member();
    const first = await flow.auth(who);
    const second = await flow.auth(who);
    const third = await flow.auth(who);
    const facts = ({ status, headers, text }: typeof first) => [
      status,
      text,
      [...headers].filter(([name]) => name !== 'date'),
    ];
    expect(facts(second)).toEqual(facts(first));
    expect(facts(third)).toEqual(facts(first));
    expect(first.headers.get('x-auth-request-user')).toBe('user-1');
  });

  test('C-4: after a sign-out the very next request is refused, of every copy', async () => {
    await begin();
    const who = await warm();
    const copy = copyOf(who);
    await flow.open(who, '/oauth2/sign_out');
    expect([await statusOf(copy), await statusOf(copy)]).toEqual([401, 401]);
  });

  test('a session that is over is refused', async () => {
    await begin({ 'cookie-expire': '10m' });
    const who = await warm();
    flow.sidecar.pass(10 * 60_000 + 1_000);
    expect(await statusOf(who)).toBe(401);
  });

  test('a session that is due is refreshed, and its groups are the new ones', async () => {
    await begin({ 'cookie-refresh': '5m', 'allowed-group': 'dev' });
    const who = await warm();
    flow.idp.bends.claims = { ...flow.idp.bends.claims, groups: ['others'] };
    flow.sidecar.pass(5 * 60_000 + 1_000);
    expect(await statusOf(who)).toBe(401);
    expect(flow.idp.count('refresh')).toBe(1);
  });

  test('an access token that has expired is handed to nobody', async () => {
    await begin({ 'pass-access-token': true });
    const who = await warm();
    expect((await flow.auth(who)).headers.get('x-auth-request-access-token')).toBeTruthy();
    flow.sidecar.pass(3601_000);
    const later = await flow.auth(who);
    expect([later.status, later.headers.get('x-auth-request-access-token')]).toEqual([202, null]);
  });

  test('each location is judged by its own constraints', async () => {
    await begin();
    const who = await warm();
    expect(await statusOf(who, '?allowed_groups=nobody')).toBe(403);
    expect(await statusOf(who, '?allowed_groups=dev')).toBe(202);
    expect(await statusOf(who, '?allowed_groups=dev')).toBe(202);
    expect(await statusOf(who, '?allowed_groups=nobody')).toBe(403);
  });

  test('P33: a cookie that differs in one character is another one', async () => {
    await begin();
    const who = await warm();
    const value = who.cookies.get(sessionCookie) ?? '';
    for (const at of [10, 60, value.length - 60, value.length - 10]) {
      const other = value[at] === 'A' ? 'B' : 'A';
      const forged = browser(new Map([[sessionCookie, value.slice(0, at) + other + value.slice(at + 1)]]));
      expect([at, await statusOf(forged)]).toEqual([at, 401]);
    }
  });

  test('C-3: a second session cookie beside the remembered one is looked at', async () => {
    await begin();
    const [one, two] = [await warm(), await warm()];
    const values = [one, two].map((who) => who.cookies.get(sessionCookie) ?? '');
    const cookie = values.map((value) => `${sessionCookie}=${value}`).join('; ');
    const { status } = await flow.auth(browser(), '', { cookie });
    expect(status).toBe(401);
  });

  test('T-5, X-2: a body that is announced, or credentials, are looked at', async () => {
    await begin();
    const who = await warm();
    const cookie = `${sessionCookie}=${who.cookies.get(sessionCookie) ?? ''}`;
    const answer = await dial(
      flow.sidecar.port,
      `GET /oauth2/auth HTTP/1.1\r\nHost: a\r\nCookie: ${cookie}\r\nContent-Length: 5\r\n\r\n`,
    ).closed();
    expect(answer).toMatch(/^HTTP\/1\.1 202 [\s\S]*Connection: close/i);
  });
});

test('an e-mail address that is taken off the list is refused once the list is read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ready-'));
  const file = join(folder, 'emails');
  writeFileSync(file, 'jane@example.com\n');
  await start({ 'email-domain': 'nowhere.test', 'authenticated-emails-file': file });
  const who = await warm();
  writeFileSync(file, 'somebody@example.com\n');
  let status = 202;
  for (let i = 0; status === 202 && i < 200; i++) {
    await sleep(20);
    status = await statusOf(who);
  }
  expect(status).toBe(401);
  rmSync(folder, { recursive: true });
});

test('a cookie secret that is taken away ends what it sealed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ready-'));
  const files = ['one', 'two'].map((name) => join(folder, name));
  files.forEach((path, i) => writeFileSync(path, `a-cookie-secret-number-${i}`));
  await start({ 'cookie-secret': [], 'cookie-secret-file': files });
  const who = await warm();
  writeFileSync(files[0] ?? '', 'a-cookie-secret-of-later');
  flow.sidecar.app.reload();
  expect(await statusOf(who)).toBe(401);
  rmSync(folder, { recursive: true });
});

test('a stranger on the skip list is not remembered as a member', async () => {
  await start({ 'skip-auth-route': '^/open', 'reverse-proxy': true, 'allowed-group': 'nobody' });
  const who = browser();
  const open = { 'x-forwarded-uri': '/open/x' };
  for (let i = 0; i < 3; i++) expect((await flow.auth(who, '', open)).status).toBe(202);
  expect((await flow.auth(who, '', { 'x-forwarded-uri': '/closed' })).status).toBe(401);
});

test('D3: strangers hear the same 401, ready or not', async () => {
  await start();
  const ready = await flow.auth(browser());
  const worked = await flow.auth(browser(), '', { cookie: `${sessionCookie}_csrf=x` });
  const facts = ({ status, headers, text }: typeof ready) => [
    status,
    text,
    [...headers].filter(([name]) => name !== 'date'),
  ];
  expect(facts(ready)).toEqual(facts(worked));
});

test('O-3: requests whose answer was ready are in the request log like others', async () => {
  await start();
  const who = await flow.member();
  for (let i = 0; i < 3; i++) await flow.auth(who, '?n=1', { 'x-request-id': `id-${i}`, 'user-agent': 'agent "x"' });
  const lines = flow.sidecar
    .log()
    .split('\n')
    .filter((line) => line.includes('/oauth2/auth?n=1'));
  const alike = lines.map((line) =>
    line
      .replace(/id-\d/, 'id')
      .replace(/\[[^\]]*\]/, '[time]')
      .replace(/:\d+ -/, ':port -')
      .replace(/[\d.]+$/, 'seconds'),
  );
  expect(lines).toHaveLength(3);
  expect(new Set(alike).size).toBe(1);
  expect(lines.map((line) => /id-\d/.exec(line)?.[0])).toEqual(['id-0', 'id-1', 'id-2']);
});

test('C-3: parts of a cookie whose long name they cannot keep are looked at', async () => {
  await start({ 'cookie-name': 'n'.repeat(256) });
  const noise = Array.from({ length: 400 }, () => randomBytes(12).toString('hex'));
  flow.idp.bends.claims = { ...flow.idp.bends.claims, groups: noise };
  const who = await flow.member();
  expect([...who.cookies.keys()].filter((name) => name.endsWith('_1'))).toHaveLength(1);
  for (let i = 0; i < 3; i++) expect(await statusOf(who)).toBe(202);
});

needs('redis-server')('with Redis', () => {
  test('a session that somebody removes from Redis is refused a moment later', async () => {
    const redis = await startRedis();
    await start({ 'session-store-type': 'redis', 'redis-connection-url': redis.url });
    await sleep(200);
    const who = await warm();
    const [key = ''] = (await redis.command('KEYS', '_oauth2_proxy-*')).split('\n');
    await redis.command('DEL', key);
    let status = 202;
    for (let i = 0; status === 202 && i < 50; i++) {
      status = await statusOf(who);
      if (status === 202) await sleep(5);
    }
    expect(status).toBe(401);
    await redis.close();
  });
});
