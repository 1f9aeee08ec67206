// --cookie-refresh: one refresh per session at a time, whose result everybody gets.
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import type { Browser } from '../support/browser.ts';
import { cookieLines, copyOf, sessionCookie, startFlow, type Flow } from '../support/flow.ts';

let idp: BendableIdp;
let flow: Flow;
beforeAll(async () => {
  idp = await bendableIdp();
  flow = await startFlow(
    {
      'cookie-refresh': '1m',
      'set-xauthrequest': true,
      'pass-access-token': true,
      'allowed-group': ['dev', 'ops'],
      upstream: 'static://200',
    },
    idp,
  );
});
afterAll(async () => {
  await flow.stop();
  await idp.close();
});
beforeEach(() => idp.reset());

/** A member whose session is due for a refresh. */
async function dueMember(): Promise<Browser> {
  const who = await flow.member();
  flow.sidecar.pass(61_000);
  return who;
}

test('before its time a session is not refreshed', async () => {
  const who = await flow.member();
  flow.sidecar.pass(55_000);
  const answer = await flow.auth(who);
  expect([answer.status, answer.setCookies, idp.count('refresh')]).toEqual([202, [], 0]);
});

test('T-7, K1: fifty requests at once make one token call, and all get in', async () => {
  const who = await dueMember();
  idp.bends.scripts = { refresh: { delayMs: 50 } };
  const answers = await Promise.all(Array.from({ length: 50 }, () => flow.auth(copyOf(who))));
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(202));
  expect(idp.count('refresh')).toBe(1);
  // Every one of them carries the new session: whichever the browser keeps, it is good.
  const tokens = new Set(answers.map(({ headers }) => headers.get('x-auth-request-access-token')));
  expect(tokens.size).toBe(1);
  for (const answer of answers) expect(cookieLines(answer, sessionCookie)).toHaveLength(1);
});

test('T-9: the old cookie just after the refresh gets the new session, and no token is used twice', async () => {
  const who = await dueMember();
  const late = copyOf(who);
  const first = await flow.auth(who);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const second = await flow.auth(late);
  expect([first.status, second.status, idp.count('refresh')]).toEqual([202, 202, 1]);
  expect(second.headers.get('x-auth-request-access-token')).toBe(first.headers.get('x-auth-request-access-token'));
  // The browser that heard of it late has the new session now, and needs no other refresh.
  expect((await flow.auth(late)).setCookies).toEqual([]);
  expect(idp.count('refresh')).toBe(1);
});

test('BCP-11: a provider that rotates its refresh tokens is given the newest', async () => {
  const who = await dueMember();
  await flow.auth(who);
  flow.sidecar.pass(61_000);
  await flow.auth(who);
  const used = idp.calls.filter(({ endpoint }) => endpoint === 'refresh').map(({ form }) => form.get('refresh_token'));
  expect([used.length, new Set(used).size]).toEqual([2, 2]);
});

test('C-2, C-3: both cookies of one sign-in at once: the newest counts', async () => {
  const who = await dueMember();
  const old = who.cookies.get(sessionCookie);
  await flow.auth(who);
  for (const pair of [
    [old, who.cookies.get(sessionCookie)],
    [who.cookies.get(sessionCookie), old],
  ]) {
    const cookie = pair.map((value) => `${sessionCookie}=${value}`).join('; ');
    const answer = await flow.open(copyOf(who), '/oauth2/auth', { headers: { cookie } });
    expect([answer.status, idp.count('refresh')]).toEqual([202, 1]);
  }
});

test('a provider that sends no new refresh token leaves the old one in force', async () => {
  idp.bends.tokens = { refresh_token: idp.refreshToken() };
  const who = await dueMember();
  idp.bends.tokens = { refresh_token: undefined };
  await flow.auth(who);
  flow.sidecar.pass(61_000);
  expect((await flow.auth(who)).status).toBe(202);
  expect(idp.count('refresh')).toBe(2);
});

describe('T-11, P7: who somebody is now decides, not who they were', () => {
  test('another group', async () => {
    const who = await dueMember();
    idp.bends.claims = { ...idp.bends.claims, groups: ['ops', 'new'] };
    const answer = await flow.auth(who);
    expect([answer.status, answer.headers.get('x-auth-request-groups')]).toEqual([202, 'ops,new']);
    expect((await flow.auth(who, '?allowed_groups=dev')).status).toBe(403);
    expect((await flow.auth(who, '?allowed_groups=new')).status).toBe(202);
  });

  test('no group any more: out, and the cookie with it', async () => {
    const who = await dueMember();
    idp.bends.claims = { ...idp.bends.claims, groups: [] };
    const answer = await flow.auth(who);
    expect(answer.status).toBe(401);
    expect(who.cookies.has(sessionCookie)).toBe(false);
    expect(cookieLines(answer, sessionCookie).at(-1)).toContain('Max-Age=0');
  });

  test('another e-mail address', async () => {
    const who = await dueMember();
    idp.bends.claims = { ...idp.bends.claims, email: 'new@example.com' };
    expect((await flow.auth(who)).headers.get('x-auth-request-email')).toBe('new@example.com');
  });

  test('an address that is not verified any more ends the session', async () => {
    const who = await dueMember();
    idp.bends.claims = { ...idp.bends.claims, email_verified: false };
    expect((await flow.auth(who)).status).toBe(401);
  });

  test('T-8: another person ends it as well', async () => {
    const who = await dueMember();
    idp.bends.claims = { ...idp.bends.claims, sub: 'somebody-else' };
    expect((await flow.auth(who)).status).toBe(401);
    expect(who.cookies.has(sessionCookie)).toBe(false);
  });
});

test.each(['/oauth2/userinfo', '/page'])('%s refreshes too, and hands the new cookie on', async (path) => {
  const who = await dueMember();
  const answer = await flow.open(who, path);
  expect([answer.status, cookieLines(answer, sessionCookie).length, idp.count('refresh')]).toEqual([200, 1, 1]);
  expect((await flow.auth(who)).setCookies).toEqual([]);
});

test('signing out with a session that is due asks the provider for nothing', async () => {
  const who = await dueMember();
  expect((await flow.open(who, '/oauth2/sign_out')).status).toBe(302);
  expect(idp.count('refresh')).toBe(0);
});

test('a refresh moves the end of the session on', async () => {
  const own = await startFlow({ 'cookie-refresh': '1m', 'cookie-expire': '5m' }, idp);
  const who = await own.member();
  for (let minute = 0; minute < 8; minute++) {
    own.sidecar.pass(61_000);
    expect((await own.auth(who)).status).toBe(202);
  }
  own.sidecar.pass(301_000);
  expect((await own.auth(who)).status).toBe(401);
  await own.stop();
});
