// The provider does not answer when the service starts: what works, what does not, and does it come up by itself?
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser, type Browser } from '../support/browser.ts';
import { startFlow, type Flow } from '../support/flow.ts';

let idp: BendableIdp;
let flow: Flow;
let member: Browser;
beforeAll(async () => {
  idp = await bendableIdp();
  const before = await startFlow({}, idp);
  member = await before.member();
  await before.stop();
  idp.bends.scripts = { discovery: { status: 503 } };
  flow = await startFlow({ 'skip-provider-button': false, upstream: 'static://200' }, idp);
});
afterAll(async () => {
  await flow.stop();
  await idp.close();
});

test.each([
  ['/oauth2/start?rd=/x', true],
  ['/oauth2/sign_in?rd=/x', true],
  ['/page', false],
])('D9: %s: 503 with a page and Retry-After, and no cookie is touched', async (path, isMember) => {
  const answer = await flow.open(browser(new Map(isMember ? member.cookies : [])), path);
  expect([answer.status, answer.setCookies]).toEqual([503, []]);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(answer.text).toContain('Please try again in a moment');
});

test('the page leads back to where the user wanted to go', async () => {
  const { text } = await flow.open(browser(), '/oauth2/start?rd=/wanted?a=1');
  expect(text).toContain('href="/wanted?a=1"');
});

test('a script hears 401: it could not sign in anyway', async () => {
  const headers = { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
  const answer = await flow.open(browser(), '/page', { headers });
  expect([answer.status, answer.text]).toEqual([401, '{}']);
});

test('F-10: /ready says why without addresses, the log has them, and /ping lives', async () => {
  const ready = await flow.open(browser(), '/ready');
  expect([ready.status, ready.text]).toEqual([503, 'error: discovery_status\n']);
  expect(flow.sidecar.log()).toMatch(/is not ready.*reason=discovery_status.*openid-configuration answered 503/);
  expect((await flow.open(browser(), '/ping')).status).toBe(200);
});

test('those who are signed in go on working, strangers hear 401', async () => {
  expect((await flow.auth(member)).status).toBe(202);
  expect((await flow.open(member, '/page')).status).toBe(200);
  expect((await flow.open(member, '/oauth2/userinfo')).status).toBe(200);
  expect((await flow.auth(browser())).status).toBe(401);
});

test('signing out works without it', async () => {
  const who = browser(new Map(member.cookies));
  const answer = await flow.open(who, '/oauth2/sign_out?rd=/bye');
  expect([answer.status, who.cookies.size]).toEqual([302, 0]);
  expect((await flow.auth(browser(new Map(member.cookies)))).status).toBe(401); // a copy of the cookie is dead, too
});

test('BCP-9: a document of another issuer is not used: users hear that the operator must look, the log says at what', async () => {
  idp.bends.scripts = {};
  idp.bends.discovery = { issuer: 'https://other.example' };
  const own = await startFlow({}, idp);
  const page = await own.open(browser(), '/oauth2/start');
  expect([page.status, page.text]).toEqual([
    502,
    expect.stringContaining('The people who run this site have to look at it'),
  ]);
  expect(page.text).not.toContain('other.example');
  expect((await own.open(browser(), '/ready')).text).toBe('error: discovery_issuer_mismatch\n');
  expect(own.sidecar.log()).toMatch(/discovery_issuer_mismatch.*https:\/\/other\.example/);
  await own.stop();
});

test('V-4: many who wait do not make it ask more than about once a second', async () => {
  idp.reset();
  idp.bends.scripts = { discovery: { status: 503 } };
  await Promise.all(Array.from({ length: 50 }, () => flow.open(browser(), '/oauth2/start')));
  expect(idp.count('discovery')).toBeLessThanOrEqual(2);
});

test('later it comes up by itself', async () => {
  idp.reset();
  const ready = async () => (await flow.open(browser(), '/ready')).status === 200;
  for (let wait = 0; wait < 400 && !(await ready()); wait++) await new Promise((resolve) => setTimeout(resolve, 25));
  expect(await ready()).toBe(true);
  expect((await flow.signIn(browser(), '/x')).location).toBe('/x');
});

test('a provider that goes away in the middle of a sign-in: 503 with a page, and the next try works', async () => {
  const who = browser();
  const { callback } = await flow.begin(who, '/x');
  idp.bends.scripts = { token: { trouble: 'cut' } };
  const answer = await flow.open(who, callback);
  expect([answer.status, answer.headers.has('retry-after')]).toEqual([503, true]);
  expect(answer.text).toContain('/x');
  idp.reset();
  expect((await flow.signIn(who, '/x')).location).toBe('/x');
});
