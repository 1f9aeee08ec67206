// What of a refresh while browsers hang up, the provider is slow, or the service is told to end?
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { bytesOf } from '../support/ask.ts';
import type { Browser } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { cookieLines, copyOf, sessionCookie, startFlow, type Flow } from '../support/flow.ts';
import { dial } from '../support/raw-client.ts';

let idp: BendableIdp;
let flow: Flow;
beforeAll(async () => {
  idp = await bendableIdp();
});
afterAll(() => idp.close());
beforeEach(async () => {
  idp.reset();
  flow = await startFlow({ 'cookie-refresh': '1m', 'set-xauthrequest': true, 'pass-access-token': true }, idp);
});
afterEach(() => flow.stop());

async function dueMember(): Promise<Browser> {
  const who = await flow.member();
  flow.sidecar.pass(61_000);
  return who;
}

const lineOf = ({ cookies }: Browser) =>
  `Cookie: ${[...cookies].map(([name, value]) => `${name}=${value}`).join('; ')}`;
const refreshed = () => flow.sidecar.log().includes('refreshed a session');

test('T-9: a client that hangs up cancels nothing: the next request gets the new session', async () => {
  const who = await dueMember();
  idp.bends.scripts = { refresh: { delayMs: 100 } };
  const hasty = dial(flow.sidecar.port, bytesOf({ lines: [lineOf(who)] }));
  await eventually('the token call', () => idp.count('refresh') === 1);
  hasty.socket.destroy();
  await eventually('the refresh', refreshed);
  const answer = await flow.auth(who);
  expect([answer.status, cookieLines(answer, sessionCookie).length, idp.count('refresh')]).toEqual([202, 1, 1]);
});

test('V-4: a slow token endpoint costs a good session about a second once, and the result is not lost', async () => {
  const who = await dueMember();
  idp.bends.scripts = { refresh: { delayMs: 1600 } };
  const late = copyOf(who);
  const first = await flow.auth(who);
  expect([first.status, first.setCookies]).toEqual([202, []]);
  const begun = performance.now();
  expect((await flow.auth(late)).status).toBe(202);
  expect(performance.now() - begun).toBeLessThan(500); // and not another second
  await eventually('the refresh', refreshed);
  const next = await flow.auth(who);
  expect([next.status, cookieLines(next, sessionCookie).length, idp.count('refresh')]).toEqual([202, 1, 1]);
});

test('the end of the service waits for a refresh that nobody waits for', async () => {
  const who = await dueMember();
  idp.bends.scripts = { refresh: { delayMs: 400 } };
  const hasty = dial(flow.sidecar.port, bytesOf({ lines: [lineOf(who)] }));
  await eventually('the token call', () => idp.count('refresh') === 1);
  hasty.socket.destroy();
  const own = flow.sidecar;
  await own.stop();
  expect(own.log()).toContain('refreshed a session');
  flow = await startFlow({}, idp); // for afterEach
});

test('T-10, BCP-11: tokens that came with a profile that failed are the ones to go on with: none is used twice', async () => {
  const { claims } = idp.bends;
  const who = await dueMember();
  idp.bends.claims = { sub: 'user-1' }; // the rest is left to the profile
  idp.bends.scripts = { userinfo: { status: 500, body: 'oops' } };
  const answer = await flow.auth(who);
  expect([answer.status, answer.setCookies]).toEqual([202, []]);
  idp.bends.claims = claims;
  idp.bends.scripts = {};
  flow.sidecar.pass(31_000);
  expect(cookieLines(await flow.auth(who), sessionCookie)).toHaveLength(1);
  const used = idp.calls.filter(({ endpoint }) => endpoint === 'refresh').map(({ form }) => form.get('refresh_token'));
  expect([used.length, new Set(used).size]).toEqual([2, 2]);
});

test('auto: refreshed shortly before the access token expires, and not before', async () => {
  idp.bends.tokens = { expires_in: 300 };
  const own = await startFlow({ 'cookie-refresh': 'auto' }, idp);
  const who = await own.member();
  own.sidecar.pass(235_000);
  expect([(await own.auth(who)).status, idp.count('refresh')]).toEqual([202, 0]);
  own.sidecar.pass(10_000);
  expect([(await own.auth(who)).status, idp.count('refresh')]).toEqual([202, 1]);
  own.sidecar.pass(235_000);
  expect([(await own.auth(who)).status, idp.count('refresh')]).toEqual([202, 1]);
  await own.stop();
});
