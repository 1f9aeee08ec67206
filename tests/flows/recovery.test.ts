// A callback that cannot be completed: where does the user end up? Never at a dead page.
import { browser } from '../support/browser.ts';
import { pathOf, sessionCookie, startFlow, targetIn, type Flow } from '../support/flow.ts';

let flow: Flow;
beforeAll(async () => void (flow = await startFlow({ 'allowed-group': 'dev' })));
afterAll(() => flow.stop());
beforeEach(() => flow.idp.reset());

test('the back button: a callback that was completed leads on to its target', async () => {
  const who = browser();
  const { callback } = await flow.begin(who, '/deep?a=1&b=2');
  await flow.open(who, callback);
  const before = who.cookies.get(sessionCookie);
  const again = await flow.open(who, callback);
  expect([again.status, again.location]).toEqual([302, '/deep?a=1&b=2']);
  expect(flow.idp.count('token')).toBe(1);
  expect(who.cookies.get(sessionCookie)).toBe(before);
});

test('another tab signed in meanwhile: a lost attempt leads to its own target', async () => {
  const who = browser();
  const { callback } = await flow.begin(who, '/first');
  who.cookies.clear();
  await flow.signIn(who, '/second');
  expect((await flow.open(who, callback)).location).toBe('/first');
});

test('cookie gone: it starts over once and then succeeds at the old target', async () => {
  const who = browser();
  const { callback } = await flow.begin(who, '/wanted?x=1');
  who.cookies.clear();
  const again = await flow.open(who, callback);
  const authorization = new URL(again.location ?? '');
  expect([authorization.origin, targetIn(authorization)]).toEqual([flow.idp.issuer, '/wanted?x=1']);
  expect((await flow.open(who, pathOf(await flow.idp.signIn(authorization)))).location).toBe('/wanted?x=1');
});

test('cookie expired: the same', async () => {
  const own = await startFlow({}, flow.idp);
  const who = browser();
  const { callback } = await own.begin(who, '/wanted');
  own.sidecar.pass(16 * 60_000);
  expect((await own.open(who, callback)).location).toContain(flow.idp.issuer);
  await own.stop();
});

test('V-9: cookies never kept: the second time a page explains, and its button works', async () => {
  const { callback } = await flow.begin(browser(), '/wanted');
  const second = await flow.open(browser(), callback);
  const third = await flow.open(browser(), pathOf(await flow.idp.signIn(second.location ?? '')));
  expect(third.status).toBe(403);
  expect(third.setCookies).toEqual([]);
  expect(third.text).toContain('does not keep the cookies');
  // The button, pressed in a browser that keeps cookies, gets the user where they wanted to go.
  const [, action = '', rd = ''] =
    /<form method="get" action="([^"]+)">\s*<input[^>]+name="rd" value="([^"]+)"/.exec(third.text) ?? [];
  expect([action, rd]).toEqual(['/oauth2/sign_in', '/wanted']);
  const who = browser();
  const { location } = await flow.open(who, `${action}?rd=${encodeURIComponent(rd)}`);
  expect((await flow.open(who, pathOf(await flow.idp.signIn(location ?? '')))).location).toBe('/wanted');
});

test('V-9: the count is authenticated: it cannot be turned back', async () => {
  const { callback } = await flow.begin(browser(), '/x');
  const second = await flow.open(browser(), callback);
  const state = new URL(second.location ?? '').searchParams.get('state') ?? '';
  for (const forged of [`${state.slice(0, 20)}A${state.slice(21)}`, state.replace(':/x', ':/y')]) {
    const answer = await flow.open(browser(), `/oauth2/callback?code=x&state=${encodeURIComponent(forged)}`);
    expect(answer.status).toBe(403);
  }
});

test('a script that lands there gets an answer, not a redirect', async () => {
  const { callback } = await flow.begin(browser());
  const headers = { accept: 'application/json', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
  const answer = await flow.open(browser(), callback, { headers });
  expect([answer.status, answer.text, answer.setCookies]).toEqual([403, '{}', []]);
});

test('the provider’s own "no" is passed on with a way back, and not tried again by itself', async () => {
  const who = browser();
  const { authorization } = await flow.begin(who, '/wanted');
  const state = encodeURIComponent(authorization.searchParams.get('state') ?? '');
  const answer = await flow.open(who, `/oauth2/callback?error=access_denied&state=${state}`);
  expect([answer.status, answer.location]).toEqual([403, undefined]);
  expect(answer.text).toContain('access_denied');
  expect(answer.text).toContain('value="/wanted"');
  expect(answer.text).toContain('Sign in with another account');
});

test('a session that would be refused does not count as signed in', async () => {
  const own = await startFlow({ 'allowed-group': 'ops' }, flow.idp);
  const who = browser();
  await flow.signIn(who);
  const { callback } = await own.begin(browser(), '/x');
  flow.idp.bends.claims = { ...flow.idp.bends.claims, groups: ['dev'] };
  const poor = browser();
  await flow.signIn(poor); // a member there, none here
  expect((await own.open(poor, callback)).location).toContain(flow.idp.issuer);
  expect((await own.open(who, callback)).location).toBe('/x');
  await own.stop();
});

test('--encode-state changes how a state looks, not what holds', async () => {
  const own = await startFlow({ 'encode-state': true }, flow.idp);
  const who = browser();
  const { authorization, callback } = await own.begin(who, '/x?y=ž');
  expect(authorization.searchParams.get('state')).toMatch(/^[\w-]+$/);
  who.cookies.clear();
  const again = await own.open(who, callback);
  expect((await own.open(who, pathOf(await flow.idp.signIn(again.location ?? '')))).location).toBe('/x?y=%C5%BE');
  await own.stop();
});
