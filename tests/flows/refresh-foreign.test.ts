// What of a session that oauth2-proxy wrote, whose token has expired while the provider fails?
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser, type Browser } from '../support/browser.ts';
import { cookieLines, sessionCookie, startFlow, type Flow } from '../support/flow.ts';
import { referenceSecret, sessionCookieValue } from '../support/reference-writer.ts';
import { keepSecret } from '../support/written.ts';

let idp: BendableIdp;
let flow: Flow;
beforeAll(async () => {
  idp = await bendableIdp();
  flow = await startFlow({ 'cookie-secret': referenceSecret, 'cookie-refresh': '5m' }, idp);
});
afterAll(async () => {
  await flow.stop();
  await idp.close();
});
beforeEach(() => idp.reset());

/** Ten minutes old; its access token ends in so many seconds. */
function inherited(seconds: number): Browser {
  const [made, end] = [new Date(Date.now() - 600_000), new Date(Date.now() + seconds * 1000)];
  const tokens = { at: 'at-of-old', rt: idp.refreshToken(), it: idp.idToken() };
  const value = sessionCookieValue({ ca: made, eo: end, ...tokens, e: 'jane@example.com', u: 'user-1' });
  keepSecret(value);
  return browser(new Map([[sessionCookie, value]]));
}

test('it ends with its cookie, as it did there', async () => {
  idp.bends.scripts = { refresh: { status: 500, body: 'oops' } };
  const answer = await flow.auth(inherited(-30));
  expect([answer.status, idp.count('refresh')]).toEqual([401, 1]);
  expect(cookieLines(answer, sessionCookie).at(-1)).toContain('Max-Age=0');
});

test('T-10: as long as its token is good it lives on', async () => {
  idp.bends.scripts = { refresh: { status: 500, body: 'oops' } };
  const answer = await flow.auth(inherited(300));
  expect([answer.status, answer.setCookies]).toEqual([202, []]);
});

test('a provider that answers brings it back, in our own format', async () => {
  const who = inherited(-30);
  expect((await flow.auth(who)).status).toBe(202);
  expect(who.cookies.get(sessionCookie)).toMatch(/^Fe26\.2\*/);
});
