// Do several processes behave as one: requests, log lines, counts, crashes, and what users did at another of them?
import { createServer } from 'node:net';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { ask } from '../support/ask.ts';
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser, type Browser } from '../support/browser.ts';
import { samplesOf } from '../support/samples.ts';
import { endAll, good, run, startService, type Service } from './program.ts';

let idp: BendableIdp;

beforeAll(async () => (idp = await bendableIdp()));
beforeEach(() => idp.reset());
afterEach(endAll);
afterAll(() => idp.close());

const two = '--workers=2';
const json = ['--log-format=json', '--logging-local-time=false'];

function site(...argv: readonly string[]): Promise<Service> {
  const provider = [`--oidc-issuer-url=${idp.issuer}`, '--client-id=the-client', '--client-secret=the-secret'];
  return startService([two, ...provider, '--skip-provider-button', ...argv]);
}

async function signedIn({ port }: Service): Promise<Browser> {
  const who = browser();
  const origin = `http://127.0.0.1:${port}`;
  const { location = '' } = await who.get(`${origin}/oauth2/start`);
  const back = await idp.signIn(location);
  expect((await who.get(`${origin}${back.pathname}${back.search}`)).status).toBe(302);
  return who;
}

const auth = ({ port }: Service, who: Browser) =>
  browser(new Map(who.cookies)).get(`http://127.0.0.1:${port}/oauth2/auth`);

function linesOf(text: string): readonly Record<string, unknown>[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Ids of the processes that serve. */
function workersOf({ pid }: Service): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 15_000; !holds() && Date.now() < end;) await sleep(10);
  expect(holds()).toBe(true);
}

test('both take requests, lines stay whole, what concerns all is said once, and only JSON names the worker', async () => {
  const service = await site(...json, '--redirect-url=/oauth2/callback');
  const long = 'x'.repeat(6000); // more than a pipe takes at once without mixing writers
  await Promise.all(
    Array.from({ length: 200 }, (_, i) => ask(service.port, { target: `/oauth2/auth?n=${i}&${long}` })),
  );
  service.signal('SIGTERM');
  const { code, out, err } = await service.ended();
  expect([code, err]).toEqual([0, '']);
  const lines = linesOf(out);
  const requests = lines.filter(({ kind }) => kind === 'request');
  expect(requests).toHaveLength(200);
  expect(new Set(requests.map(({ worker }) => worker))).toEqual(new Set([1, 2]));
  const said = (text: string) => lines.filter(({ message }) => String(message).includes(text));
  for (const once of [' listens', '--redirect-url has no host', 'stopping', 'sign-outs are remembered'])
    expect([once, said(once)]).toEqual([once, [expect.not.objectContaining({ worker: expect.anything() })]]);
});

test('text lines are those of one process, and SIGHUP reaches every worker and ends none', async () => {
  const service = await site();
  const pids = workersOf(service);
  service.signal('SIGHUP');
  await sleep(200);
  expect(workersOf(service)).toEqual(pids);
  await ask(service.port);
  service.signal('SIGTERM');
  const { out } = await service.ended();
  expect(out).toMatch(
    /^127\.0\.0\.1:\d+ - [\w-]+ - - \[[^\]]+\] app\.example\.test GET - "\/oauth2\/auth" HTTP\/1\.1 "" 401 \d+ [\d.]+$/m,
  );
});

test('C-4: who signs out at one worker is signed out at every one by the very next request', async () => {
  const service = await site();
  for (let round = 0; round < 3; round++) {
    const who = await signedIn(service);
    const copy = browser(new Map(who.cookies));
    expect((await auth(service, copy)).status).toBe(202);
    await who.get(`http://127.0.0.1:${service.port}/oauth2/sign_out`);
    const answers = await Promise.all(Array.from({ length: 12 }, () => auth(service, copy)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 401));
  }
});

test('C-4: a worker that starts later knows who has signed out', async () => {
  const service = await site();
  const who = await signedIn(service);
  const copy = browser(new Map(who.cookies));
  await who.get(`http://127.0.0.1:${service.port}/oauth2/sign_out`);
  for (const pid of workersOf(service)) process.kill(pid, 'SIGKILL');
  await until(() => service.out().split('a worker serves in place of another').length === 3);
  expect((await auth(service, copy)).status).toBe(401);
});

test('T-7: 200 requests on one due session at two workers cause one call to the token endpoint', async () => {
  const service = await site('--cookie-refresh=1s');
  const who = await signedIn(service);
  await sleep(1100);
  idp.bends.scripts.refresh = { delayMs: 100 };
  const answers = await Promise.all(Array.from({ length: 200 }, () => auth(service, who)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(idp.count('refresh')).toBe(1);
  expect((await auth(service, who)).status).toBe(202); // the old cookie still gets the refreshed session
  expect(idp.count('refresh')).toBe(1);
});

test('a worker that is killed under load is replaced, no other request fails, sessions live on, and no lock stays', async () => {
  const service = await site('--cookie-refresh=1s', '--request-logging=false');
  const who = await signedIn(service);
  await sleep(1100);
  idp.bends.scripts.refresh = { delayMs: 300 };
  const statuses: number[] = [];
  const load = Promise.all(
    Array.from({ length: 40 }, async () => {
      const { status } = await auth(service, who).catch(() => ({ status: 0 }));
      statuses.push(status);
    }),
  );
  await until(() => idp.count('refresh') === 1);
  const [victim = 0] = workersOf(service);
  process.kill(victim, 'SIGKILL');
  await load;
  expect(statuses.filter((status) => status !== 0 && status !== 202)).toEqual([]);
  expect(statuses).toContain(202);
  expect(statuses).toHaveLength(40); // none hangs: with Node's round robin the one in the hands of the first process would
  await until(() => service.out().includes('a worker serves in place of another'));
  expect(service.err()).toMatch(/ERROR: a worker ended unexpectedly reason=worker_ended worker=[12] how=SIGKILL/);
  expect(workersOf(service)).toHaveLength(2);
  const again = await Promise.all(Array.from({ length: 20 }, () => auth(service, who)));
  expect(new Set(again.map(({ status }) => status))).toEqual(new Set([202]));
});

test('metrics are the sums of all workers, whichever is asked, and never go down', async () => {
  const metricsPort = await freePort();
  const service = await site(`--metrics-address=127.0.0.1:${metricsPort}`);
  const read = async () => samplesOf((await ask(metricsPort, { target: '/metrics' })).body);
  const answered = async () => (await read())['oauth2_proxy_requests_total{code="401"}'];
  await Promise.all(Array.from({ length: 60 }, () => ask(service.port)));
  for (let i = 0; i < 4; i++) expect(await answered()).toBe(60);
  const before = await read();
  expect(before['oauth2_proxy_response_duration_seconds_count{method="get"}']).toBe(60);
  expect(before['oauth2_proxy_response_duration_seconds_bucket{method="get",le="+Inf"}']).toBe(60);
  expect(before['process_start_time_seconds']).toBeLessThan(Date.now() / 1000 + 1);
  expect(before['oauth2_sidecar_provider_circuit{state="closed"}']).toBe(1);

  process.kill(workersOf(service)[0] ?? 0, 'SIGKILL'); // its last counts were just read
  await until(() => service.out().includes('a worker serves in place of another'));
  expect(await answered()).toBe(60);
  process.kill(workersOf(service)[0] ?? 0, 'SIGTERM'); // one that may say its last counts itself
  await until(() => service.out().split('a worker serves in place of another').length === 3);
  await ask(service.port);
  await until(() => service.out().includes('a worker has ended, as it was asked to'));
  expect(await answered()).toBe(61);
});

test('a unix socket is shared, with its mode, and is gone afterwards', async () => {
  const path = `/tmp/oauth2-sidecar-workers-${process.pid}.sock`;
  const service = await site(`--http-address=unix://${path},mode=0660`);
  expect(statSync(path).mode & 0o777).toBe(0o660);
  service.signal('SIGTERM');
  expect((await service.ended()).code).toBe(0);
  expect(existsSync(path)).toBe(false);
});

describe('what keeps it from starting is said once', () => {
  const count = (text: string, part: string) => text.split(part).length - 1;

  test('a busy port', async () => {
    const busy = createServer().listen(0, '127.0.0.1');
    await once(busy, 'listening');
    const { port } = busy.address() as { port: number };
    const { code, err } = await run([...good, '--workers=3', `--http-address=127.0.0.1:${port}`]);
    busy.close();
    expect(code).toBe(1);
    expect(count(err, `cannot listen on 127.0.0.1:${port} (--http-address): the address is already in use`)).toBe(1);
    expect(err.trim().split('\n').length).toBeLessThanOrEqual(2); // the listener itself says a line, as in one process
  });

  test.each([
    ['no worker at all', '0'],
    ['a typing mistake', 'many'],
    ['half a worker', '1.5'],
    ['more than any machine has', '1000'],
  ])('%s', async (_, value) => {
    const { code, err } = await run([...good, `--workers=${value}`]);
    expect(code).not.toBe(0);
    expect(count(err, `--workers must be auto, or a whole number from 1 to 256 (got "${value}")`)).toBe(1);
  });

  test('--config-test starts no worker', async () => {
    expect(await run([...good, '--workers=auto', '--config-test'])).toMatchObject({
      code: 0,
      out: 'configuration is valid\n',
    });
  });
});
