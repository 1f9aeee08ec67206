// The provider says, server to server, that somebody has signed out. (security B1–B20; RP-L2)
import { browser } from '../support/browser.ts';
import { copyOf, type Flow } from '../support/flow.ts';
import { logoutToken } from '../support/logout-tokens.ts';
import { hasSession, soon, withSignOuts } from '../support/sign-outs.ts';

const use = withSignOuts();

const url = '/oauth2/backchannel-logout';
const post = (flow: Flow, body: string | URLSearchParams, headers: Record<string, string> = {}) =>
  flow.open(browser(), url, { method: 'POST', body, headers });
const tell = (flow: Flow, claims?: Record<string, unknown>) =>
  post(flow, new URLSearchParams({ logout_token: logoutToken(flow.idp, claims) }));

/** A member whose session at the provider has this name. */
async function memberOf(flow: Flow, sid: string | undefined, claims: Record<string, unknown> = {}) {
  flow.idp.bends.idToken = { sid, ...claims };
  return flow.member();
}
const statusOf = async (flow: Flow, who: Parameters<Flow['auth']>[0]) => (await flow.auth(copyOf(who))).status;

test('B11, B12, B15: a sid ends exactly that session, at the next question of nginx; the other browser goes on', async () => {
  await use({}, async (flow) => {
    const [one, two] = [await memberOf(flow, 's1'), await memberOf(flow, 's2')];
    const told = await tell(flow, { sid: 's1' });
    expect([told.status, told.text, told.headers.get('cache-control')]).toEqual([200, '', 'no-store']);
    const refused = await flow.auth(one);
    expect([refused.status, hasSession(one), await statusOf(flow, two)]).toEqual([401, false, 202]);
    await soon(() => /the provider ended sessions scope=sid/.test(flow.sidecar.log()));
  });
});

test('B11: no sid: all sessions of the user, of whatever browser, and nobody else’s', async () => {
  await use({}, async (flow) => {
    const [one, two] = [await memberOf(flow, 's1'), await memberOf(flow, 's2')];
    flow.idp.bends.claims = { ...flow.idp.bends.claims, sub: 'user-2' };
    const other = await memberOf(flow, 's3');
    expect((await tell(flow)).status).toBe(200);
    expect([await statusOf(flow, one), await statusOf(flow, two), await statusOf(flow, other)]).toEqual([
      401, 401, 202,
    ]);
  });
});

test('B11, P34: a sign-in afterwards is valid, and does not bring the older session back', async () => {
  await use({}, async (flow) => {
    const old = await memberOf(flow, 's1');
    await tell(flow, { sid: undefined });
    await tell(flow, { sid: 's1' });
    const fresh = await memberOf(flow, 's9');
    expect([await statusOf(flow, old), await statusOf(flow, fresh)]).toEqual([401, 202]);
    const again = copyOf(old);
    await flow.signIn(again);
    expect([(await flow.auth(again)).status, await statusOf(flow, old)]).toEqual([202, 401]);
  });
});

test('B11: auth_time decides where there is one: signed in at the provider before, however late here', async () => {
  await use({}, async (flow) => {
    const now = Math.floor(Date.now() / 1000);
    const [before, after] = [
      await memberOf(flow, 's1', { auth_time: now - 60 }),
      await memberOf(flow, 's2', { auth_time: now + 5 }),
    ];
    await tell(flow, { iat: now });
    expect([await statusOf(flow, before), await statusOf(flow, after)]).toEqual([401, 202]);
  });
});

test('B20: with --backchannel-logout-all-sessions a sid stands for the user; without a sub for itself', async () => {
  await use({ 'backchannel-logout-all-sessions': true }, async (flow) => {
    const [one, two] = [await memberOf(flow, 's1'), await memberOf(flow, 's2')];
    await tell(flow, { sid: 's1' });
    expect([await statusOf(flow, one), await statusOf(flow, two)]).toEqual([401, 401]);
    const [three, four] = [await memberOf(flow, 's3'), await memberOf(flow, 's4')];
    await tell(flow, { sid: 's3', sub: undefined });
    expect([await statusOf(flow, three), await statusOf(flow, four)]).toEqual([401, 202]);
  });
});

describe('B16: a sid that is logged out between authorization and callback makes no session', () => {
  test('the user signs in anew, once by itself', async () => {
    await use({}, async (flow) => {
      flow.idp.bends.idToken = { sid: 's1' };
      const who = browser();
      const { callback } = await flow.begin(who, '/wanted');
      await tell(flow, { sid: 's1' });
      const answer = await flow.open(who, callback);
      expect([hasSession(who), (await flow.auth(who)).status]).toEqual([false, 401]);
      const authorization = new URL(answer.location ?? '');
      expect([authorization.origin, authorization.searchParams.get('prompt')]).toEqual([flow.idp.issuer, 'login']);

      flow.idp.bends.idToken = { sid: 's2' };
      const back = await flow.idp.signIn(authorization);
      expect((await flow.open(who, back.pathname + back.search)).location).toBe('/wanted');
      expect((await flow.auth(who)).status).toBe(202);
    });
  });

  test('a provider that gives the dead session again leads to a page, and into no loop', async () => {
    await use({}, async (flow) => {
      const past = Math.floor(Date.now() / 1000) - 60;
      flow.idp.bends.idToken = { auth_time: past };
      await tell(flow);
      const who = browser();
      const first = await flow.signIn(who);
      const back = await flow.idp.signIn(first.location ?? '');
      const second = await flow.open(who, back.pathname + back.search);
      expect([second.status, second.location, hasSession(who)]).toEqual([403, undefined, false]);
      expect(second.text).toContain('signed out at the identity provider');
    });
  });
});

describe('a refresh brings nothing back', () => {
  const refreshing = { 'cookie-refresh': '1m' };

  test('B16: of a session that is dead already', async () => {
    await use(refreshing, async (flow) => {
      const who = await memberOf(flow, 's1');
      await tell(flow, { sid: 's1' });
      flow.sidecar.pass(61_000);
      expect([await statusOf(flow, who), flow.idp.count('refresh')]).toEqual([401, 0]);
    });
  });

  test.each([
    ['its sid', { sid: 's1' }],
    ['its user', {}],
  ])('B16: of one that ends by %s while it is refreshed', async (_, claims) => {
    await use(refreshing, async (flow) => {
      const who = await memberOf(flow, 's1');
      flow.sidecar.pass(61_000);
      flow.idp.bends.scripts = { refresh: { delayMs: 150 } };
      flow.idp.bends.idToken = { sid: 's1-renewed' };
      const pending = flow.auth(who);
      await soon(() => flow.idp.count('refresh') === 1);
      await tell(flow, { iat: Math.floor(Date.now() / 1000) + 59, ...claims });
      expect([(await pending).status, hasSession(who)]).toEqual([401, false]);
    });
  });

  test('a session that the provider calls dead is so in every copy', async () => {
    await use(refreshing, async (flow) => {
      const who = await flow.member();
      const copy = copyOf(who);
      flow.sidecar.pass(61_000);
      flow.idp.bends.scripts = { refresh: { status: 400, body: { error: 'invalid_grant' } } };
      const refused = await flow.auth(who);
      expect([refused.status, hasSession(who)]).toEqual([401, false]);
      flow.idp.bends.scripts = {};
      flow.sidecar.pass(60_000); // no remembered result: it is asked about anew
      expect([(await flow.auth(copy)).status, flow.idp.count('refresh')]).toEqual([401, 1]);
    });
  });
});
