// What does userinfo tell, and to whom? (security O-5, P10)
import { browser, navigationHeaders } from '../support/browser.ts';
import { sessionCookie, startFlow, type Flow } from '../support/flow.ts';

let flow: Flow;
beforeAll(async () => {
  flow = await startFlow({ 'skip-auth-route': '/oauth2/userinfo' });
  flow.idp.bends.claims = { ...flow.idp.bends.claims, phone_number: '0800', secret_claim: 'do not tell' };
});
afterAll(() => flow.stop());

test('O-5, P10: who somebody is, without tokens and without claims that nobody asked for', async () => {
  const { status, text, headers } = await flow.open(await flow.member(), '/oauth2/userinfo');
  expect(status).toBe(200);
  expect(JSON.parse(text)).toEqual({
    user: 'user-1',
    email: 'jane@example.com',
    groups: ['dev', 'ops'],
    preferredUsername: 'jane',
  });
  expect(text).not.toMatch(/eyJ|at-|rt-|0800|do not tell/);
  expect(headers.get('content-type')).toContain('application/json');
});

test('O-5: not cached, not shared, not readable from other sites', async () => {
  const headers = { ...navigationHeaders, origin: 'https://evil.example' };
  for (const who of [await flow.member(), browser()]) {
    const answer = await flow.open(who, '/oauth2/userinfo', { headers });
    expect(answer.headers.get('cache-control')).toContain('no-store');
    expect(answer.headers.get('vary')).toContain('Cookie');
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});

test('strangers hear 401, and no sign-in begins', async () => {
  const own = await startFlow({}, flow.idp);
  for (const cookies of [new Map<string, string>(), new Map([[sessionCookie, 'garbage']])]) {
    const answer = await own.open(browser(cookies), '/oauth2/userinfo');
    expect([answer.status, answer.text]).toEqual([401, 'Unauthorized\n']);
    expect(answer.setCookies.some((line) => line.includes('_csrf'))).toBe(false);
  }
  await own.stop();
});

test('somebody who needs no session has no name', async () => {
  const answer = await flow.open(browser(), '/oauth2/userinfo');
  expect([answer.status, answer.text]).toEqual([200, '{}']);
});

test('who may not enter is told nothing', async () => {
  const own = await startFlow({ 'allowed-group': 'admins' }, flow.idp);
  const answer = await own.open(await flow.member(), '/oauth2/userinfo');
  expect([answer.status, answer.text]).toEqual([401, 'Unauthorized\n']);
  await own.stop();
});

test('O-1: names and groups are escaped for pages that embed them', async () => {
  flow.idp.bends.claims = { ...flow.idp.bends.claims, groups: ['</script><script>alert(1)</script>'] };
  const { text } = await flow.open(await flow.member(), '/oauth2/userinfo');
  expect(text).not.toContain('<');
});

test('--session-cookie-minimal: the session holds no tokens and still says who it is', async () => {
  const own = await startFlow({ 'session-cookie-minimal': true, 'set-xauthrequest': true }, flow.idp);
  const [small, usual] = [await own.member(), await flow.member()];
  expect(small.cookies.get(sessionCookie)?.length).toBeLessThan((usual.cookies.get(sessionCookie)?.length ?? 0) / 2);
  const answer = await own.auth(small);
  expect([answer.status, answer.headers.get('x-auth-request-email')]).toEqual([202, 'jane@example.com']);
  expect(JSON.parse((await own.open(small, '/oauth2/userinfo')).text)).toMatchObject({ email: 'jane@example.com' });
  await own.stop();
  // Another service of the same deployment would pass tokens on; in this session there are none.
  const passing = await startFlow({ 'pass-access-token': true, 'set-xauthrequest': true }, flow.idp);
  expect((await passing.auth(usual)).headers.has('x-auth-request-access-token')).toBe(true);
  expect((await passing.auth(small)).headers.has('x-auth-request-access-token')).toBe(false);
  await passing.stop();
});
