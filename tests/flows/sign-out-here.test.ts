// The end of the session here: in every copy of its cookie, whatever state it is in, and at once. (security C-4)
import { browser, type Browser } from '../support/browser.ts';
import { copyOf, sessionCookie, startFlow, type Flow } from '../support/flow.ts';
import { hasSession, keycloakPath, parametersOf, soon, warnings, whereTo, withSignOuts } from '../support/sign-outs.ts';

const use = withSignOuts();
const backend = { 'oidc-logout': 'backend' };
const atKeycloak = { path: keycloakPath };

test('C-4: a copy of the cookie is worth nothing after sign-out; another browser of the user goes on', async () => {
  await use({}, async (flow) => {
    const [who, other] = [await flow.member(), await flow.member()];
    const copy = copyOf(who);
    await flow.open(who, '/oauth2/sign_out');
    const refused = await flow.auth(copy);
    expect([refused.status, hasSession(copy)]).toEqual([401, false]);
    expect((await flow.auth(other)).status).toBe(202);
    expect((await flow.auth(await flow.member())).status).toBe(202);
  });
});

test('C-4: nor is the copy after its refresh, or one from before', async () => {
  await use({ 'cookie-refresh': '1m' }, async (flow) => {
    const who = await flow.member();
    const before = copyOf(who);
    flow.sidecar.pass(61_000);
    await flow.auth(who);
    const after = copyOf(who);
    await flow.open(who, '/oauth2/sign_out');
    for (const copy of [before, after]) expect((await flow.auth(copy)).status).toBe(401);
    flow.sidecar.pass(61_000);
    for (const copy of [before, after]) expect((await flow.auth(copy)).status).toBe(401);
  });
});

test('sign-out during a refresh: the refreshed session is not born', async () => {
  await use({ 'cookie-refresh': '1m' }, async (flow) => {
    const who = await flow.member();
    const tab = copyOf(who);
    flow.sidecar.pass(61_000);
    flow.idp.bends.scripts = { refresh: { delayMs: 150 } };
    const pending = flow.auth(tab);
    await soon(() => flow.idp.count('refresh') === 1);
    await flow.open(who, '/oauth2/sign_out');
    const answer = await pending;
    expect([answer.status, hasSession(tab)]).toEqual([401, false]);
    expect(answer.headers.get('set-cookie')).not.toMatch(/_oauth2_proxy=[^;]/);
  });
});

test('ten sign-outs at once all succeed', async () => {
  await use(
    {},
    async (flow) => {
      const who = await flow.member();
      const outs = await Promise.all(
        Array.from({ length: 10 }, () => flow.open(copyOf(who), '/oauth2/sign_out?rd=/bye')),
      );
      for (const out of outs) {
        expect(out.location).toBe('/bye');
        expect(out.setCookies).toContainEqual(expect.stringMatching(/^_oauth2_proxy=;/));
      }
      expect((await flow.auth(who)).status).toBe(401);
    },
    atKeycloak,
  );
});

describe('a sign-out without a good session is a success all the same', () => {
  const withCookie = (value: string): Browser => browser(new Map([[sessionCookie, value]]));
  async function expired(flow: Flow): Promise<Browser> {
    const who = await flow.member();
    flow.sidecar.pass(169 * 3600_000);
    return who;
  }

  test.each<[string, string, (flow: Flow) => Promise<Browser>]>([
    ['no cookie', 'no_cookie', async () => browser()],
    ['garbage', 'cookie_unreadable', async () => withCookie('garbage')],
    ['a seal of another key', 'cookie_unreadable', async () => withCookie(`Fe26.2*1*${'a'.repeat(64)}*b*c*d*e*f~2`)],
    ['an expired session', 'session_expired', expired],
  ])('%s', async (_, because, visitor) => {
    for (const options of [{}, { 'oidc-logout': 'off' }]) {
      await use(options, async (flow) => {
        const who = await visitor(flow);
        const out = await flow.open(who, '/oauth2/sign_out?rd=/bye');
        expect([out.status, hasSession(who), await warnings(flow)]).toEqual([302, false, []]);
        expect(out.location).toMatch('oidc-logout' in options ? /^\/bye$/ : /\/logout\?/);
        expect(flow.sidecar.log()).toMatch(new RegExp(`a sign-out began .*session=${because}`));
        expect(flow.sidecar.log()).toContain('signed out here');
      });
    }
  });

  test('its old ID token is a good hint still', async () => {
    await use({}, async (flow) => {
      expect(parametersOf(await flow.open(await expired(flow), '/oauth2/sign_out'))).toMatchObject({
        id_token_hint: expect.stringMatching(/^ey/),
        client_id: 'the-client',
      });
    });
    await use(backend, async (flow) => {
      expect((await flow.open(await expired(flow), '/oauth2/sign_out')).location).toBe('/');
      expect(flow.idp.ended).toEqual(['id_token_hint']);
    });
  });

  test('server to server there is nothing to tell: a page that was wished for, or one that explains, never /', async () => {
    await use(backend, async (flow) => {
      const explained = '/oauth2/signed_out?provider=unknown&rd=%2F';
      const own = { 'x-auth-request-redirect': '/oauth2/sign_out' };
      expect((await flow.open(browser(), '/oauth2/sign_out?rd=/bye')).location).toBe('/bye');
      expect((await flow.open(browser(), '/oauth2/sign_out')).location).toBe(explained);
      expect((await flow.open(browser(), '/oauth2/sign_out', { headers: own })).location).toBe(explained);
      expect((await flow.open(withCookie('x'), '/oauth2/sign_out?rd=/')).location).toBe(explained);
      expect([flow.idp.count('end_session'), await warnings(flow)]).toEqual([0, []]);
    });
  });

  test('with a session that holds no token the provider’s lives on for sure: the page explains, whatever was wished', async () => {
    await use({ ...backend, 'session-cookie-minimal': true }, async (flow) => {
      const out = await flow.open(await flow.member(), '/oauth2/sign_out?rd=/bye');
      expect(out.location).toBe('/oauth2/signed_out?provider=unknown&rd=%2Fbye');
    });
  });
});

test('cookies of two sign-ins at once: both end, and the newer one names the session', async () => {
  await use(backend, async (flow) => {
    const [older, newer] = [await flow.member(), await flow.member()];
    const both = browser(
      new Map([
        [sessionCookie, `${older.cookies.get(sessionCookie)}; ${sessionCookie}=${newer.cookies.get(sessionCookie)}`],
      ]),
    );
    const out = await flow.open(both, '/oauth2/sign_out');
    expect([out.location, flow.idp.ended]).toEqual(['/', ['id_token_hint']]);
    for (const who of [older, newer]) expect((await flow.auth(who)).status).toBe(401);
  });
});

test('cookies left over from another --cookie-domain go as well, with every part', async () => {
  await use({ 'cookie-domain': ['example.test', '.app.example.test'], 'reverse-proxy': true }, async (flow) => {
    const cookie = '_oauth2_proxy=a; _oauth2_proxy_0=b; _oauth2_proxy_7=c; _oauth2_proxy_abcdefgh_csrf=d; other=e';
    const headers = { cookie, host: 'www.app.example.test' };
    const { setCookies } = await flow.open(browser(), '/oauth2/sign_out', { headers });
    for (const name of ['_oauth2_proxy', '_oauth2_proxy_0', '_oauth2_proxy_7']) {
      const lines = setCookies.filter((line) => line.startsWith(`${name}=; `));
      const domains = new Set(lines.map((line) => /Domain=([^;]+)/.exec(line)?.[1] ?? 'host-only'));
      expect(domains).toEqual(new Set(['host-only', 'example.test', 'app.example.test']));
    }
    expect(setCookies.join()).not.toMatch(/csrf|other/);
  });
});

test('the provider has not been reached since the start: signed out here, and a page says the rest', async () => {
  await use({}, async (flow) => {
    const who = await flow.member();
    flow.idp.bends.scripts = { discovery: { status: 503 } };
    const fresh = await startFlow({}, flow.idp);
    const out = await fresh.open(copyOf(who), '/oauth2/sign_out');
    const [again, wished] = [
      await fresh.open(browser(), '/oauth2/sign_out'),
      await fresh.open(browser(), '/oauth2/sign_out?rd=/bye'),
    ];
    await fresh.stop();
    expect([out, again, wished].map(whereTo)).toEqual([
      '/oauth2/signed_out?provider=unknown&rd=%2F',
      '/oauth2/signed_out?provider=unknown&rd=%2F',
      '/bye',
    ]);
    expect(fresh.sidecar.log()).toContain('reason=provider_not_ready');
  });
});
