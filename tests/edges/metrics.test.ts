// What does the metrics listener of a running service tell, and what not?
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { startProgram } from '../browser/program.ts';
import { ask, valuesOf } from '../support/ask.ts';
import { bendableIdp } from '../support/bendable-idp.ts';
import { browser, type Browser } from '../support/browser.ts';
import { startFlow, type Flow } from '../support/flow.ts';
import { dial } from '../support/raw-client.ts';
import { samplesOf } from '../support/samples.ts';
import { startSidecar, type Options, type Sidecar } from '../support/sidecar.ts';
import { cleanUp, cleanups, startUpstream } from '../support/upstream-front.ts';

afterEach(cleanUp);

const somewhere = { 'metrics-address': '127.0.0.1:0' };
const unreachable = { 'oidc-issuer-url': 'http://127.0.0.1:9' };

async function sidecarWith(options: Options = {}): Promise<Sidecar> {
  const sidecar = await startSidecar({ ...unreachable, ...somewhere, ...options });
  cleanups.push(() => sidecar.stop());
  return sidecar;
}

async function flowWith(options: Options = {}): Promise<Flow> {
  const idp = await bendableIdp();
  cleanups.push(() => idp.close());
  const flow = await startFlow({ ...somewhere, ...options }, idp);
  cleanups.push(() => flow.stop());
  return flow;
}

async function samples({ metricsPort = 0 }: Pick<Sidecar, 'metricsPort'>): Promise<Record<string, number>> {
  const { status, body } = await ask(metricsPort, { target: '/metrics' });
  expect(status).toBe(200);
  return samplesOf(body);
}

/** The series of a family that count something, e.g. `{code="200"}`. */
async function counted(sidecar: Sidecar, family: string): Promise<Record<string, number>> {
  const found = Object.entries(await samples(sidecar)).filter(([name, value]) => name.startsWith(family) && value > 0);
  return Object.fromEntries(found.map(([name, value]) => [name.slice(family.length), value]));
}

/** Counting ends when the connection has told so, a moment after the answer. */
async function eventually(look: () => Promise<unknown>, expected: unknown): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (JSON.stringify(await look()) === JSON.stringify(expected)) return;
    await sleep(10);
  }
  expect(await look()).toEqual(expected);
}

const requests = 'oauth2_proxy_requests_total';
const signIns = 'oauth2_sidecar_sign_ins_total';

test('requests are counted by status and method, auth and the site alike', async () => {
  const sidecar = await sidecarWith({ 'skip-auth-route': '^/open$', upstream: 'static://204' });
  await ask(sidecar.port);
  await ask(sidecar.port, { target: '/robots.txt' });
  await ask(sidecar.port, { target: '/open', method: 'POST' });
  await eventually(() => counted(sidecar, requests), { '{code="401"}': 1, '{code="200"}': 1, '{code="204"}': 1 });
  expect(await counted(sidecar, 'oauth2_proxy_response_duration_seconds_count')).toEqual({
    '{method="get"}': 2,
    '{method="post"}': 1,
  });
});

test('probes and tidied paths are not counted; a probe for somebody else is', async () => {
  const sidecar = await sidecarWith({ 'ping-user-agent': 'prober', 'skip-auth-route': '.*', upstream: 'static://204' });
  for (const target of ['/ready', '//x', '/a/../b']) await ask(sidecar.port, { target });
  await ask(sidecar.port, { target: '/ping', lines: ['User-Agent: prober'] });
  await ask(sidecar.port, { target: '/ping' });
  await eventually(() => counted(sidecar, requests), { '{code="204"}': 1 });
});

test('a client that goes away is counted as 499, and is in flight until then', async () => {
  const { url } = await startUpstream(() => {});
  const sidecar = await sidecarWith({ 'skip-auth-route': '.*', upstream: url });
  const inFlight = async () => (await samples(sidecar))['oauth2_proxy_requests_in_flight'];
  const client = dial(sidecar.port, 'GET /slow HTTP/1.1\r\nHost: app.example.test\r\n\r\n');
  await eventually(inFlight, 1);
  client.socket.destroy();
  await eventually(() => counted(sidecar, requests), { '{code="499"}': 1 });
  expect(await inFlight()).toBe(0);
});

test('a WebSocket is one request, counted when it ends', async () => {
  const { server, url } = await startUpstream(() => {});
  server.on('upgrade', (_, socket) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.pipe(socket);
  });
  const sidecar = await sidecarWith({ 'skip-auth-route': '.*', upstream: url });
  const lines = 'Host: app.example.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';
  const client = dial(sidecar.port, `GET /ws HTTP/1.1\r\n${lines}\r\n`);
  await client.until('101');
  expect(await counted(sidecar, requests)).toEqual({});
  client.socket.destroy();
  await eventually(() => counted(sidecar, requests), { '{code="101"}': 1 });
});

test.each([
  ['the usual path', '/metrics', 'GET'],
  ['any other path', '/', 'GET'],
  ['HEAD', '/metrics', 'HEAD'],
  ['POST', '/x', 'POST'],
])('%s answers', async (_, target, method) => {
  const { metricsPort = 0 } = await sidecarWith();
  const answer = await ask(metricsPort, { target, method });
  expect([answer.status, valuesOf(answer, 'content-type')]).toEqual([200, [expect.stringMatching(/^text\/plain;/)]]);
  expect(Number(valuesOf(answer, 'content-length')[0])).toBeGreaterThan(1000);
  if (method === 'HEAD') expect(answer.body).toBe('');
  else expect(answer.body).toContain('\n# TYPE oauth2_proxy_requests_total counter\n');
});

test('P8, F-10: the public listener shows nothing of them', async () => {
  const sidecar = await sidecarWith();
  const { status, body } = await ask(sidecar.port, { target: '/metrics', lines: ['Accept: application/json'] });
  expect([status, body]).toEqual([401, expect.not.stringContaining('oauth2_')]);
});

test('a busy port stops the start, naming address and option', async () => {
  const busy = createServer().listen(0, '127.0.0.1');
  cleanups.push(() => busy.close());
  await new Promise((done) => busy.once('listening', done));
  const address = `127.0.0.1:${(busy.address() as AddressInfo).port}`;
  await expect(startSidecar({ ...unreachable, 'metrics-address': address })).rejects.toThrow(
    `cannot listen on ${address} (--metrics-address): the address is already in use`,
  );
});

test('the program serves them until its end, and an idle reader does not hold that up', async () => {
  const idp = await bendableIdp();
  cleanups.push(() => idp.close());
  const [port, metricsPort] = [await freePort(), await freePort()];
  const program = await startProgram(`http://127.0.0.1:${port}`, {
    OAUTH2_PROXY_HTTP_ADDRESS: `127.0.0.1:${port}`,
    OAUTH2_PROXY_METRICS_ADDRESS: `127.0.0.1:${metricsPort}`,
    OAUTH2_PROXY_PROVIDER: 'oidc',
    OAUTH2_PROXY_OIDC_ISSUER_URL: idp.issuer,
    OAUTH2_PROXY_CLIENT_ID: 'app',
    OAUTH2_PROXY_CLIENT_SECRET: 'a-secret-of-the-tests',
    OAUTH2_PROXY_COOKIE_SECRET: 'a-cookie-secret-of-the-tests-42',
    OAUTH2_PROXY_EMAIL_DOMAINS: '*',
  });
  cleanups.push(() => program.stop());
  await ask(port);
  await eventually(() => counted({ metricsPort } as Sidecar, requests), { '{code="401"}': 1 });
  const reader = dial(metricsPort, 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await reader.until('oauth2_proxy_requests_total');
  const begun = performance.now();
  await program.stop();
  expect(performance.now() - begun).toBeLessThan(3000);
  expect(program.log()).not.toMatch(/Warning/); // prom-client asks Node for things that may go
});

describe('sign-ins', () => {
  test('one that came about', async () => {
    const flow = await flowWith();
    await flow.signIn(browser());
    expect(await counted(flow.sidecar, signIns)).toEqual({ '{result="ok"}': 1 });
  });

  test.each<[string, Options, (flow: Flow, who: Browser) => Promise<unknown>, string]>([
    ['somebody who may not enter', { 'email-domain': 'elsewhere.test' }, signIn, 'refused",reason="email_not_allowed'],
    ['an account without e-mail', {}, withClaims({ email: undefined }), 'refused",reason="email_missing'],
    ['a user who says no', {}, withError, 'refused",reason="provider_error_access_denied'],
    ['a state of nobody', {}, withForeignState, 'refused",reason="csrf_cookie_missing'],
    ['a code that is no good', {}, withToken(400, 'invalid_grant'), 'refused",reason="token_endpoint_invalid_grant'],
    ['a provider in trouble', {}, withToken(500, 'oops'), 'failed",reason="token_endpoint_unavailable'],
    ['a wrong client secret', { 'client-secret': 'wrong' }, signIn, 'failed",reason="token_endpoint_invalid_client'],
  ])('%s', async (_, options, run, expected) => {
    const flow = await flowWith(options);
    await run(flow, browser());
    expect(await counted(flow.sidecar, signIns)).toEqual({ [`{result="${expected}"}`]: 1 });
  });

  test.each([
    ['asked for', '/oauth2/start'],
    ['that opening the site begins', '/'],
  ])('one %s while the provider was never there', async (_, path) => {
    const sidecar = await sidecarWith();
    expect((await browser().get(sidecar.origin + path)).status).toBe(503);
    expect(await counted(sidecar, signIns)).toEqual({ '{result="failed",reason="discovery_unreachable"}': 1 });
  });

  test('a callback that leads into a fresh sign-in is not over yet', async () => {
    const flow = await flowWith();
    const { callback } = await flow.begin(browser());
    expect((await flow.open(browser(), callback)).location).toContain(flow.idp.issuer);
    expect(await counted(flow.sidecar, signIns)).toEqual({});
  });
});

test.each<[string, object | undefined, string]>([
  ['renewed', undefined, 'renewed'],
  ['revoked', { status: 400, body: { error: 'invalid_grant' } }, 'revoked'],
  ['not possible', { status: 500 }, 'unavailable'],
])('a refresh that was %s is counted once', async (_, refresh, result) => {
  const flow = await flowWith({ 'cookie-refresh': '1m' });
  const member = await flow.member();
  if (refresh !== undefined) flow.idp.bends.scripts = { refresh };
  flow.sidecar.pass(61_000);
  await Promise.all([flow.auth(member), flow.auth(member)]);
  expect(await counted(flow.sidecar, 'oauth2_sidecar_refreshes_total')).toEqual({ [`{result="${result}"}`]: 1 });
});

test('V-4: a provider that fails for several sessions opens the circuit, and the metrics say so', async () => {
  const flow = await flowWith({ 'cookie-refresh': '1m' });
  const members = [await flow.member(), await flow.member(), await flow.member()];
  const circuit = () => counted(flow.sidecar, 'oauth2_sidecar_provider_circuit');
  expect(await circuit()).toEqual({ '{state="closed"}': 1 });
  flow.idp.bends.scripts = { refresh: { status: 503 } };
  for (let round = 0; round < 5; round++) {
    flow.sidecar.pass(90_000);
    for (const member of members) expect((await flow.auth(member)).status).toBe(202);
  }
  expect(await circuit()).toEqual({ '{state="open"}': 1 });
  flow.idp.bends.scripts = {};
  flow.sidecar.pass(90_000);
  for (const member of members) expect((await flow.auth(member)).status).toBe(202);
  expect(await circuit()).toEqual({ '{state="closed"}': 1 });
});

async function signIn(flow: Flow, who: Browser): Promise<unknown> {
  return flow.signIn(who);
}

function withClaims(claims: Record<string, unknown>) {
  return async (flow: Flow, who: Browser) => {
    Object.assign(flow.idp.bends.claims, claims);
    return flow.signIn(who);
  };
}

function withToken(status: number, error: string) {
  return async (flow: Flow, who: Browser) => {
    flow.idp.bends.scripts = { token: { status, body: { error } } };
    return flow.signIn(who);
  };
}

async function withError(flow: Flow, who: Browser): Promise<unknown> {
  const { callback } = await flow.begin(who);
  return flow.open(who, callback.replace(/code=[^&]*/, 'error=access_denied'));
}

async function withForeignState(flow: Flow, who: Browser): Promise<unknown> {
  return flow.open(who, '/oauth2/callback?code=x&state=nobody:/');
}
