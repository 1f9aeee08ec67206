// A refresh that fails: who keeps their session, and who does not? (security T-10, D9)
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import type { Script } from '../support/bends.ts';
import { browser, type Browser } from '../support/browser.ts';
import { cookieLines, copyOf, sessionCookie, startFlow, type Flow } from '../support/flow.ts';

let idp: BendableIdp;
let flow: Flow;
beforeAll(async () => {
  idp = await bendableIdp();
  // Where nothing is announced, a refused client is tried once more in the other style.
  idp.bends.discovery = { token_endpoint_auth_methods_supported: ['client_secret_basic'] };
  flow = await startFlow({ 'cookie-refresh': '1m', upstream: 'static://200' }, idp);
  await flow.begin(browser());
});
afterAll(async () => {
  await flow.stop();
  await idp.close();
});
beforeEach(() => idp.reset());

async function dueMember(): Promise<Browser> {
  const who = await flow.member();
  flow.sidecar.pass(61_000);
  return who;
}

const oauthError = (status: number, error: string): Script => ({ status, body: { error } });

describe.each<[string, Script]>([
  ['a closed connection', { trouble: 'cut' }],
  ['an error of the server', { status: 500, body: 'oops' }],
  ['a server that is overloaded', { status: 503 }],
  ['too many requests', oauthError(429, 'slow_down')],
  ['a refused client', oauthError(401, 'invalid_client')],
  ['an unauthorised client', oauthError(400, 'unauthorized_client')],
  ['a request that was not understood', oauthError(400, 'invalid_request')],
  ['invalid_grant with the status of a broken server', oauthError(502, 'invalid_grant')],
  ['a page instead of JSON', { status: 200, body: '<html>', type: 'text/html' }],
  ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
  ['no token in the answer', { status: 200, body: { token_type: 'Bearer' } }],
])('T-10: %s', (_, script) => {
  test('keeps the session and touches no cookie, for everybody who asks', async () => {
    const who = await dueMember();
    idp.bends.scripts = { refresh: script };
    for (let attempt = 0; attempt < 5; attempt++) {
      const answer = await flow.auth(who);
      expect([answer.status, answer.setCookies]).toEqual([202, []]);
    }
    expect(idp.count('refresh')).toBe(1); // the provider is left alone for a while
    expect((await flow.open(who, '/page')).status).toBe(200);
    // Later it is tried again, and works.
    idp.bends.scripts = {};
    flow.sidecar.pass(31_000);
    expect(cookieLines(await flow.auth(who), sessionCookie)).toHaveLength(1);
  });
});

test('T-10: a refused client is the operator’s fault, and the log says so loudly', async () => {
  const who = await dueMember();
  idp.bends.scripts = { refresh: oauthError(401, 'invalid_client') };
  await flow.auth(who);
  expect(flow.sidecar.log()).toContain('the provider refuses this client');
});

test('a refused client at a sign-in is one ERROR line, which names the remedy', async () => {
  const who = browser();
  const { callback } = await flow.begin(who);
  idp.bends.scripts = { token: oauthError(401, 'invalid_client') };
  const before = flow.sidecar.log().length;
  expect((await flow.open(who, callback)).status).toBe(502);
  const lines = flow.sidecar.log().slice(before).split('\n');
  const errors = lines.filter((line) => line.includes('ERROR'));
  expect(errors).toEqual([expect.stringContaining('check --client-id and --client-secret')]);
});

test('a token endpoint that is none blames no secret', async () => {
  const who = browser();
  const { callback } = await flow.begin(who);
  idp.bends.scripts = { token: { status: 404, body: 'not here' } };
  const before = flow.sidecar.log().length;
  expect((await flow.open(who, callback)).status).toBe(502);
  const said = flow.sidecar.log().slice(before);
  expect(said).toContain('check that the token endpoint');
  expect(said).not.toContain('client-secret');
});

test('T-10: invalid_grant ends the session and clears the cookie', async () => {
  const who = await dueMember();
  idp.bends.scripts = { refresh: oauthError(400, 'invalid_grant') };
  const answer = await flow.auth(copyOf(who));
  expect(answer.status).toBe(401);
  expect(cookieLines(answer, sessionCookie).at(-1)).toContain('Max-Age=0');
  // The site asks to sign in again.
  expect((await flow.open(who, '/page')).location).toContain(`${idp.issuer}/authorize`);
});

test('T-10: a refreshed ID token that does not verify keeps the session as it was', async () => {
  const who = await dueMember();
  idp.bends.idToken = { aud: 'another-client' };
  const answer = await flow.auth(who);
  expect([answer.status, answer.setCookies]).toEqual([202, []]);
});

describe('D9: the access token has ended and nobody can refresh it', () => {
  async function stranded(): Promise<Browser> {
    idp.bends.tokens = { expires_in: 90 };
    const who = await flow.member();
    flow.sidecar.pass(91_000);
    idp.bends.scripts = { refresh: { status: 503 } };
    return who;
  }

  test('auth says 401, and no cookie is touched', async () => {
    const answer = await flow.auth(await stranded());
    expect([answer.status, answer.setCookies]).toEqual([401, []]);
  });

  test('the site says 503 with Retry-After instead of starting a loop', async () => {
    const answer = await flow.open(await stranded(), '/page');
    expect([answer.status, answer.setCookies, answer.location]).toEqual([503, [], undefined]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.text).toContain('you are still signed in');
  });

  test('once the provider answers, the same cookie works again', async () => {
    const who = await stranded();
    expect((await flow.auth(who)).status).toBe(401);
    idp.reset();
    flow.sidecar.pass(31_000);
    expect((await flow.auth(who)).status).toBe(202);
  });
});

test('no refresh token: the session goes on while its access token lives, and ends with it', async () => {
  idp.bends.tokens = { refresh_token: undefined };
  const own = await startFlow({ 'cookie-refresh': '1m' }, idp);
  const who = await own.member();
  own.sidecar.pass(61_000);
  const answer = await own.auth(who);
  expect([answer.status, answer.setCookies, idp.count('refresh')]).toEqual([202, [], 0]);
  own.sidecar.pass(3600_000);
  expect((await own.auth(who)).status).toBe(401);
  await own.stop();
});

test('a refresh that hangs holds up nobody else', async () => {
  const [slow, other] = [await flow.member(), await flow.member()];
  flow.sidecar.pass(61_000);
  await flow.auth(other);
  idp.bends.scripts = { refresh: { delayMs: 800 } };
  const waiting = flow.auth(slow);
  const started = performance.now();
  expect((await flow.auth(other)).status).toBe(202);
  expect((await flow.auth(browser())).status).toBe(401);
  expect(performance.now() - started).toBeLessThan(400);
  expect((await waiting).status).toBe(202);
});
