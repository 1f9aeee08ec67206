// What does the listener answer that is neither the site nor a sign-in?
import { ask, valuesOf } from '../support/ask.ts';
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { startFlow, type Flow } from '../support/flow.ts';
import { navigation, startRecorder, type Recorder } from '../support/recorder.ts';
import type { Options } from '../support/sidecar.ts';

let idp: BendableIdp;
let app: Recorder;
const flows = new Map<string, Flow>();
beforeAll(async () => {
  idp = await bendableIdp();
  app = await startRecorder((_, response) => response.end('the application'));
});
afterAll(async () => {
  for (const flow of flows.values()) await flow.stop();
  await idp.close();
  await app.stop();
});

async function get(
  target: string,
  { options = {}, lines = [] }: { options?: Options; lines?: readonly string[] } = {},
) {
  const key = JSON.stringify(options);
  const flow = flows.get(key) ?? (await startFlow({ upstream: `http://127.0.0.1:${app.port}/`, ...options }, idp));
  flows.set(key, flow);
  const navigates = Object.entries(navigation).map(([name, value]) => `${name}: ${value}`);
  return ask(flow.sidecar.port, { target, lines: [...navigates, ...lines] });
}

const agent = (name: string) => [`User-Agent: ${name}`];

test('A11, F-10: the agent of a health check opens nothing but the health check', async () => {
  for (const options of [{}, { 'gcp-healthchecks': true }, { 'ping-user-agent': 'GoogleHC/1.0' }]) {
    for (const name of ['GoogleHC/1.0', 'kube-probe/1.30', 'ELB-HealthChecker/2.0']) {
      expect((await get('/oauth2/auth', { options, lines: agent(name) })).status).toBe(401);
      expect((await get('/', { options, lines: agent(name) })).status).toBe(302);
      expect((await get('/anything', { options, lines: agent(name) })).status).toBe(302);
    }
  }
  expect(app.requests).toEqual([]);
});

test.each<[string, string, Options, readonly string[], number]>([
  ['anybody', '/ping', {}, [], 200],
  ['the agent that is configured', '/ping', { 'ping-user-agent': 'Probe/1' }, agent('Probe/1'), 200],
  ['another agent than the one configured', '/ping', { 'ping-user-agent': 'Probe/1' }, agent('Probe/2'), 302],
  ['no agent where one is configured', '/ping', { 'ping-user-agent': 'Probe/1' }, [], 302],
  ['a path that begins like it', '/ping/x', {}, [], 302],
  ['another case', '/PING', {}, [], 302],
  ['a path of its own', '/healthz', { 'ping-path': '/healthz' }, [], 200],
  ['the default path then', '/ping', { 'ping-path': '/healthz' }, [], 302],
  ["Google's check", '/liveness_check', { 'gcp-healthchecks': true }, agent('GoogleHC/1.0'), 200],
  ["Google's path for others", '/liveness_check', { 'gcp-healthchecks': true }, [], 302],
  ['readiness', '/ready', {}, [], 200],
])('A11: %s on %s', async (_, target, options, lines, status) => {
  const heard = await get(target, { options, lines });
  expect(heard.status).toBe(status);
  if (status === 200) expect(heard.body).toBe('OK');
});

test('F-10: health checks begin, read and end no session', async () => {
  for (const target of ['/ping', '/ready', '/robots.txt']) {
    const heard = await get(target, { lines: ['Cookie: _oauth2_proxy=Fe26.2*junk~2'] });
    expect(valuesOf(heard, 'set-cookie')).toEqual([]);
  }
});

// prettier-ignore
test.each([
  '/debug', '/debug/pprof', '/debug/pprof/heap', '/metrics', '/oauth2/metrics', '/oauth2/debug', '/.env', '/.git/config',
  '/status', '/health', '/actuator', '/oauth2', '/oauth2/', '/oauth2/unknown', '/oauth2/static', '/server-status',
])('P8, F-10: %s is a page of the site like any other', async (target) => {
  const { status, headers } = await get(target);
  expect([status, headers.find(([name]) => name === 'location')?.[1]]).toEqual([302, expect.stringContaining(idp.issuer)]);
});

// prettier-ignore
test.each([
  '/oauth2/static/../app.ts', '/oauth2/static/%2e%2e/%2e%2e/package.json', '/oauth2/static/..%2f..%2fpackage.json',
  '/oauth2/static/css/../../../src/main.ts', '/oauth2/static/%00', '/oauth2/static/__proto__', '/oauth2/static/constructor',
  '/oauth2/static/css', '/oauth2/static/.env', '/oauth2/static//etc/passwd', '/oauth2/static/%ff',
])('P26: %s holds no file', async (target) => {
  const heard = await get(target);
  expect([301, 302, 400, 404]).toContain(heard.status);
  expect(heard.body).not.toMatch(/"name": "oauth2-sidecar"|import |root:/);
});

test('P20, F-8, BCP-13: nothing that begins or ends a session redirects with 307 or 308', async () => {
  for (const target of ['/oauth2/start', '/oauth2/sign_in', '/oauth2/sign_out', '/oauth2/callback?error=x', '/'])
    expect([302, 303, 403]).toContain((await get(target)).status);
});
