// Where does a sign-in or a sign-out end? Honest targets are kept, loops and thefts are not.
import { browser } from '../support/browser.ts';
import { startFlow, targetIn, type Flow } from '../support/flow.ts';
import { navigation, send } from '../support/recorder.ts';

let flow: Flow;
beforeAll(async () => {
  flow = await startFlow({ 'whitelist-domain': ['.example.com', '127.0.0.1:*'] });
  await flow.begin(browser()); // the provider is known from now on, so that signing out needs no explanation
});
afterAll(() => flow.stop());

/** Where signing out leads. */
async function signedOutTo(path: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await send(flow.sidecar.origin + path, { headers: { ...navigation, ...headers } });
  return answer.headers.location;
}

test.each([
  ['RD-4: two slashes in the path', '/app//x', '/'],
  ['RD-4: a dot segment in the path', '/app/../x', '/'],
  ['RD-4: two slashes in the query', '/app?next=//x', '/app?next=//x'],
  ['P2: a URL in the query', '/app?u=https:%2F%2Fok', '/app?u=https:%2F%2Fok'],
  ['RD-8: sign_out', '/oauth2/sign_out', '/'],
  ['RD-8: start', '/oauth2/start?rd=/x', '/'],
  ['RD-8: callback', '/oauth2/callback', '/'],
  ['RD-8: sign_in, escaped', '/oauth2/%73ign_in', '/'],
  ['RD-8: sign_out behind dots', '/x/%2e%2e/oauth2/sign_out', '/'],
  ['an ordinary page', '/a/b?c=d&e=f#g', '/a/b?c=d&e=f#g'],
  ['a host of the whitelist', 'https://a.example.com/x?y=1', 'https://a.example.com/x?y=1'],
  ['A6: only on a dot boundary', 'https://badexample.com/', '/'],
  ['P1: never "contains"', 'https://example.com.evil.net/', '/'],
])('%s: %s leads to %s', async (_, rd, target) => {
  expect(await signedOutTo(`/oauth2/sign_out?rd=${encodeURIComponent(rd)}`)).toBe(target);
  const { authorization, answer } = await flow.begin(browser(), rd);
  expect(answer.status).toBe(302);
  expect(targetIn(authorization)).toBe(target);
});

describe('RD-8: sign_out does not lead back to itself', () => {
  const self = '/oauth2/sign_out';
  test.each<[string, string, Readonly<Record<string, string>>]>([
    ['by the header', self, { 'x-auth-request-redirect': self }],
    ['by the header with a query', self, { 'x-auth-request-redirect': `${self}?rd=/` }],
    ['by rd', `${self}?rd=${self}`, {}],
    ['by rd, escaped twice', `${self}?rd=%252foauth2%252fsign_out`, {}],
    ['by an absolute rd on this host', `${self}?rd=http://app.example.test${self}`, {}],
    ['by an absolute header', self, { 'x-auth-request-redirect': `https://app.example.test${self}` }],
  ])('%s', async (_, path, headers) => {
    const location = (await signedOutTo(path, { host: 'app.example.test', ...headers })) ?? '';
    expect(new URL(location, 'http://app.example.test').pathname).not.toMatch(/^\/oauth2\//);
  });
});

test('an absolute target on the host that was asked for needs no whitelist', async () => {
  const headers = { host: 'app.example.test', ...navigation };
  const rd = 'http://app.example.test/deep?a=1&b=2';
  const { body } = await send(`${flow.sidecar.origin}/oauth2/sign_out?rd=${encodeURIComponent(rd)}`, { headers });
  expect(body).toContain('http://app.example.test/deep?a=1&amp;b=2');
});

test('RD-5: of several rd the first counts, and the form before the query', async () => {
  const first = await signedOutTo('/oauth2/sign_out?rd=/good&rd=//evil.com');
  const form = await flow.open(browser(), '/oauth2/sign_out?rd=/query', {
    method: 'POST',
    body: new URLSearchParams({ rd: '/form' }),
  });
  expect([first, form.location]).toEqual(['/good', '/form']);
});

test('RD-7: an rd with a raw question mark runs to the end of the query', async () => {
  const who = browser();
  const { location = '' } = await flow.open(who, `/oauth2/start?rd=${flow.sidecar.origin}/app?x=1&y=2&z=a%26b`);
  const callback = await flow.idp.signIn(location);
  const landed = await flow.open(who, callback.pathname + callback.search);
  expect(landed.location).toBe(`${flow.sidecar.origin}/app?x=1&y=2&z=a%26b`);
});

test('RD-7: the header that our snippet sends keeps everything', async () => {
  const target = '/app?x=1&y=2&rd=/other';
  expect(await signedOutTo('/oauth2/sign_out', { 'x-auth-request-redirect': target })).toBe(target);
});

describe('N3, P6: the target behind the colon of `state` is bound to the attempt', () => {
  test.each(['/other', '//evil.com', '://evil.com', 'https://a.example.com/', ''])('%s', async (tail) => {
    const who = browser();
    const { callback } = await flow.begin(who, '/wanted');
    const query = new URL(callback, flow.sidecar.origin).searchParams;
    query.set('state', (query.get('state') ?? '').replace(/:.*$/, `:${tail}`));
    const calls = flow.idp.count('token');
    const answer = await flow.open(who, `/oauth2/callback?${query}`);
    expect(answer.status).toBe(403);
    expect(flow.idp.count('token')).toBe(calls);
    // Somebody who is signed in lands on `/`, never on the target that was slipped in.
    const member = await flow.member();
    expect((await flow.open(member, `/oauth2/callback?${query}`)).location).toBe('/');
  });

  test('A2: it is judged once more where it is used: another service may have made the state', async () => {
    const strict = await startFlow({ 'redirect-url': `https://127.0.0.1:${flow.sidecar.port}` }, flow.idp);
    const who = browser();
    const { callback, authorization } = await flow.begin(who, 'https://a.example.com/');
    expect(targetIn(authorization)).toBe('https://a.example.com/');
    expect((await strict.open(who, callback)).location).toBe('/');
    await strict.stop();
  });

  test('unchanged it is where the sign-in ends', async () => {
    expect((await flow.signIn(browser(), '/wanted?a=:b')).location).toBe('/wanted?a=:b');
  });
});

describe('N2, P5: the ID token goes to the provider and nowhere else', () => {
  test.each([
    ['a host of the whitelist', () => 'https://any.example.com/?a=1&t={id_token}', 'https://any.example.com/?a=1'],
    ['the site itself', () => '/bye?t={id_token}', '/bye'],
    ['a host that looks like the provider', () => `${flow.idp.issuer}.example.com/?t={id_token}`, '/'],
  ])('%s gets none', async (_, rd, expected) => {
    const who = await flow.member();
    const { location } = await flow.open(who, `/oauth2/sign_out?rd=${encodeURIComponent(rd())}`);
    expect(location).toBe(expected);
  });

  test('the provider gets it', async () => {
    const who = await flow.member();
    const rd = `${flow.idp.issuer}/logout?id_token_hint={id_token}`;
    const { location } = await flow.open(who, `/oauth2/sign_out?rd=${encodeURIComponent(rd)}`);
    expect(location).toMatch(/\/logout\?id_token_hint=eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  test('a stranger’s link has nothing to fill in', async () => {
    const rd = `${flow.idp.issuer}/logout?id_token_hint={id_token}`;
    expect(await signedOutTo(`/oauth2/sign_out?rd=${encodeURIComponent(rd)}`)).toBe(`${flow.idp.issuer}/logout`);
  });
});
