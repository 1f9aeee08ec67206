// Which requests enter without a session, through auth and through us?
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser } from '../support/browser.ts';
import { startFlow, type Flow } from '../support/flow.ts';
import type { Options } from '../support/sidecar.ts';

let idp: BendableIdp;
beforeAll(async () => void (idp = await bendableIdp()));
afterAll(() => idp.close());

const running: Flow[] = [];
afterEach(async () => {
  for (const flow of running.splice(0)) await flow.stop();
});

async function started(options: Options): Promise<Flow> {
  const flow = await startFlow({ 'reverse-proxy': true, upstream: 'static://200', ...options }, idp);
  running.push(flow);
  return flow;
}

/** What nginx is told about a stranger's request. */
async function verdicts(flow: Flow, cases: readonly (readonly [uri: string, method?: string])[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const [uri, method = 'GET'] of cases) {
    const headers = { 'x-forwarded-uri': uri, 'x-forwarded-method': method };
    statuses.push((await flow.auth(browser(), '', headers)).status);
  }
  return statuses;
}

test('A8, A15, N1: --skip-auth-route judges the path that nginx routed', async () => {
  const flow = await started({ 'skip-auth-route': ['^/public/', 'GET=^/get$', 'POST!=^/private', '^/foo/.*/bar$'] });
  const open = [['/public/x'], ['/public/x?y=/admin'], ['/get'], ['/anything', 'POST'], ['/foo/a/bar']] as const;
  expect(await verdicts(flow, open)).toEqual(open.map(() => 202));
  const closed = [
    ['/'],
    ['/get', 'PUT'],
    ['/private', 'POST'],
    ['/x?/public/'],
    ['/foo/secret?x=/bar'],
    ['/foo/secret%23/bar'],
    ['/public/../admin'],
    ['/public/%2e%2e/admin'],
    ['/public/..%2fadmin'],
    ['/public/..;/admin'],
    ['/public//../admin'],
    ['/public/%252e%252e/admin'],
    ['/public/\\..\\admin'],
    ['/public/a#/../admin'],
  ] as const;
  expect(await verdicts(flow, closed)).toEqual(closed.map(() => 401));
});

test('H-3, D14: on a proxied path the request itself decides, never a header', async () => {
  const flow = await started({ 'skip-auth-route': '^/public/' });
  const forged = await flow.open(browser(), '/admin', { headers: { 'x-forwarded-uri': '/public/x' } });
  expect(forged.status).toBe(302);
  expect((await flow.open(browser(), '/public/x')).status).toBe(200);
});

test('an exempt path shows who is signed in, if somebody is', async () => {
  const flow = await started({ 'skip-auth-route': '^/public/', 'set-xauthrequest': true, 'allowed-group': 'dev' });
  const uri = { 'x-forwarded-uri': '/public/x' };
  expect((await flow.auth(await flow.member(), '', uri)).headers.get('x-auth-request-email')).toBe('jane@example.com');
  const stranger = await flow.auth(browser(), '', uri);
  expect([stranger.status, stranger.headers.get('x-auth-request-email')]).toEqual([202, null]);
  // Its own query still counts.
  expect((await flow.auth(await flow.member(), '?allowed_groups=admins', uri)).status).toBe(403);
});

test('--skip-auth-preflight opens OPTIONS and nothing else', async () => {
  const flow = await started({ 'skip-auth-preflight': true });
  expect(
    await verdicts(flow, [
      ['/x', 'OPTIONS'],
      ['/x', 'GET'],
      ['/x', 'HEAD'],
    ]),
  ).toEqual([202, 401, 401]);
  const proxied = await flow.open(browser(), '/x', { method: 'OPTIONS', headers: {} });
  expect(proxied.status).toBe(200);
  const disguised = await flow.open(browser(), '/x', { headers: { 'x-forwarded-method': 'OPTIONS' } });
  expect(disguised.status).toBe(302);
});

test('H-11, U-2: --trusted-ip looks at the address that the proxy vouches for', async () => {
  const flow = await started({ 'trusted-ip': ['10.0.0.0/8'], 'real-client-ip-header': 'X-Forwarded-For' });
  const from = async (address: string) => (await flow.auth(browser(), '', { 'x-forwarded-for': address })).status;
  expect(await from('10.1.1.1')).toBe(202);
  for (const address of ['10.1.1.1, 203.0.113.9', '203.0.113.9', '', 'unknown', '010.1.1.1', '10.1']) {
    expect([address, await from(address)]).toEqual([address, 401]);
  }
});

test('without --reverse-proxy no header opens anything', async () => {
  const flow = await started({ 'reverse-proxy': false, 'skip-auth-route': '^/public/', 'trusted-ip': '10.0.0.0/8' });
  const headers = { 'x-forwarded-uri': '/public/x', 'x-forwarded-for': '10.1.1.1', 'x-real-ip': '10.1.1.1' };
  expect((await flow.auth(browser(), '', headers)).status).toBe(401);
});

test('A11: health probes are answered on their own paths only', async () => {
  const flow = await started({ 'gcp-healthchecks': true });
  const headers = { 'user-agent': 'GoogleHC/1.0' };
  expect((await flow.open(browser(), '/oauth2/auth', { headers })).status).toBe(401);
  expect((await flow.open(browser(), '/liveness_check', { headers })).status).toBe(200);
});

test('P8: no debugging and no metrics on the public port', async () => {
  const flow = await started({});
  for (const path of ['/metrics', '/debug', '/debug/pprof', '/oauth2/metrics']) {
    expect((await flow.open(browser(), path)).status).toBe(302);
  }
});
