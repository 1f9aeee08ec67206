// What does nginx hear when the world behind the sidecar is broken?
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../support/ask.ts';
import { bendableIdp } from '../support/bendable-idp.ts';
import { browser, type Browser } from '../support/browser.ts';
import { startFlow, type Flow } from '../support/flow.ts';
import { startSidecar } from '../support/sidecar.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function flowWith(options: Parameters<typeof startFlow>[0] = {}): Promise<{ flow: Flow; member: Browser }> {
  const idp = await bendableIdp();
  const flow = await startFlow(options, idp);
  cleanups.push(
    () => idp.close(),
    () => flow.stop(),
  );
  return { flow, member: await flow.member() };
}

const lineOf = ({ cookies }: Browser) =>
  `Cookie: ${[...cookies].map(([name, value]) => `${name}=${value}`).join('; ')}`;
const verdict = async (flow: Flow, who?: Browser) =>
  (await ask(flow.sidecar.port, { lines: who === undefined ? [] : [lineOf(who)] })).status;

test('X-1: with the provider gone members stay in and strangers out', async () => {
  const { flow, member } = await flowWith();
  await flow.idp.close();
  expect([await verdict(flow, member), await verdict(flow)]).toEqual([202, 401]);
});

test.each<[string, (flow: Flow) => unknown]>([
  ['gone', ({ idp }) => idp.close()],
  ['out of order', ({ idp }) => (idp.bends.scripts.refresh = { status: 500, body: 'oops' })],
  ['talking nonsense', ({ idp }) => (idp.bends.scripts.refresh = { body: '<html>' })],
  ['cutting the line', ({ idp }) => (idp.bends.scripts.refresh = { trouble: 'cut' })],
])('X-1: a refresh that is due while the provider is %s is no reason for another answer', async (_, breakIt) => {
  const { flow, member } = await flowWith({ 'cookie-refresh': '1m' });
  await breakIt(flow);
  flow.sidecar.pass(61_000);
  expect([await verdict(flow, member), await verdict(flow)]).toEqual([202, 401]);
});

test('X-1, D9: a session beyond its end that nobody can refresh is 401 and keeps its cookie', async () => {
  const { flow, member } = await flowWith({ 'cookie-refresh': '1m' });
  await flow.idp.close();
  flow.sidecar.pass(2 * 3600_000);
  const { status, headers } = await ask(flow.sidecar.port, { lines: [lineOf(member)] });
  expect([status, headers.filter(([name]) => name === 'set-cookie')]).toEqual([401, []]);
});

test('V-4: a provider that hangs holds neither nginx nor the sessions of others', async () => {
  const { flow, member } = await flowWith({ 'cookie-refresh': '1m' });
  flow.idp.bends.scripts = { token: { trouble: 'hang' }, refresh: { trouble: 'hang' } };
  const newcomer = browser();
  const { callback } = await flow.begin(newcomer);
  const stuck = flow.open(newcomer, callback);
  flow.sidecar.pass(61_000);
  const waiting = verdict(flow, member);
  await sleep(50);
  flow.sidecar.pass(-61_000);
  const others = await Promise.all(
    Array.from({ length: 20 }, () => ask(flow.sidecar.port, { lines: [lineOf(member)] })),
  );
  expect(new Set(others.map(({ status }) => status))).toEqual(new Set([202]));
  expect(others.map(({ ms }) => ms).toSorted((a, b) => a - b)[10]).toBeLessThan(100);
  expect(await waiting).toBe(202); // its refresh failed, and it lives on to its own end
  const { status, headers } = await stuck;
  expect([status, headers.get('retry-after')]).toEqual([503, '10']);
}, 15_000);

test('X-1: a provider that was never there: 401, or 202 where strangers may enter', async () => {
  const options = { 'oidc-issuer-url': 'http://127.0.0.1:9', 'skip-auth-route': '^/public$', 'reverse-proxy': true };
  const sidecar = await startSidecar(options);
  cleanups.push(() => sidecar.stop());
  const answers = ['/private', '/public', '/'].map((uri) => ask(sidecar.port, { lines: [`X-Forwarded-Uri: ${uri}`] }));
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([401, 202, 401]);
  expect((await ask(sidecar.port, { lines: ['Cookie: _oauth2_proxy=Fe26.2*1*x~2'] })).status).toBe(401);
});

test('X-1: an upstream that is down is not the business of auth', async () => {
  const { flow, member } = await flowWith({ upstream: 'http://127.0.0.1:9/' });
  expect([await verdict(flow, member), await verdict(flow)]).toEqual([202, 401]);
  expect((await ask(flow.sidecar.port, { target: '/', lines: [lineOf(member)] })).status).toBe(502);
});

test('V-4: answers beyond 1 MiB are cut, and the user gets a page', async () => {
  const { flow } = await flowWith();
  flow.idp.bends.tokens = { padding: 'x'.repeat(2 * 1024 * 1024) };
  expect((await flow.signIn(browser())).status).toBe(503);
  expect(flow.sidecar.log()).toContain('token_endpoint_answer_too_large');
});

test('V-4, M16: sign-ins with unknown keys fetch the key set once', async () => {
  const { flow } = await flowWith();
  const before = flow.idp.count('jwks');
  for (let i = 0; i < 10; i++) {
    flow.idp.bends.header = { kid: `unknown-${i}` };
    expect((await flow.signIn(browser())).status).toBeGreaterThanOrEqual(400);
  }
  expect(flow.idp.count('jwks') - before).toBeLessThanOrEqual(1);
});
