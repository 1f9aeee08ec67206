// The image is swapped and nobody is signed out: sessions and sign-ins of oauth2-proxy go on here.
import { createHash, randomBytes } from 'node:crypto';
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser, type Browser } from '../support/browser.ts';
import { cookieLines, copyOf, sessionCookie, startFlow, type Flow } from '../support/flow.ts';
import { logoutToken } from '../support/logout-tokens.ts';
import type { Options } from '../support/sidecar.ts';
import { startSignOuts } from '../support/sign-outs.ts';
import {
  csrfCookieValue,
  referenceSecret,
  sessionCookieValue,
  splitCookies,
  type Fields,
} from '../support/reference-writer.ts';
import { keepSecret } from '../support/written.ts';

let idp: BendableIdp;
let flow: Flow;
const options = { 'cookie-secret': referenceSecret, 'cookie-refresh': '5m', 'set-xauthrequest': true };
beforeAll(async () => {
  idp = await bendableIdp();
  flow = await startFlow(options, idp);
});
afterAll(async () => {
  await flow.stop();
  await idp.close();
});
beforeEach(() => idp.reset());

async function use(more: Options, job: (own: Flow) => Promise<void>): Promise<void> {
  const own = await startFlow({ ...options, ...more }, idp);
  await job(own).finally(own.stop);
}

/** What the reference keeps after a sign-in some seconds ago. */
function fields(ageSeconds: number, over: Fields = {}): Fields {
  const nonce = randomBytes(32);
  return {
    ca: new Date(Date.now() - ageSeconds * 1000),
    eo: new Date(Date.now() + 3_000_000),
    at: `at-${randomBytes(9).toString('hex')}`,
    it: idp.idToken({ nonce: createHash('sha256').update(nonce).digest('base64url'), sid: 'sid-of-old' }),
    rt: idp.refreshToken(),
    n: nonce,
    e: 'jane@example.com',
    u: 'user-1',
    g: ['dev', 'ops'],
    pu: 'jane',
    ...over,
  };
}

/** A browser that was signed in by the reference. */
function inherited(ageSeconds: number, over: Fields = {}): Browser {
  const value = sessionCookieValue(fields(ageSeconds, over));
  keepSecret(value);
  return browser(new Map(splitCookies(sessionCookie, value, '; Path=/; Max-Age=604800; HttpOnly; Secure')));
}

const isOurs = (who: Browser) => who.cookies.get(sessionCookie)?.startsWith('Fe26.2*') ?? false;
const refreshTokens = () =>
  idp.calls.filter(({ endpoint }) => endpoint === 'refresh').map(({ form }) => form.get('refresh_token'));
const long = Array.from({ length: 90 }, () => randomBytes(30).toString('base64url'));

test('a session is good at once, says who it is, and is left as it is until it is due', async () => {
  const who = inherited(60);
  const answer = await flow.auth(who);
  expect([answer.status, answer.setCookies]).toEqual([202, []]);
  expect(answer.headers.get('x-auth-request-email')).toBe('jane@example.com');
  expect(answer.headers.get('x-auth-request-user')).toBe('user-1');
  expect(answer.headers.get('x-auth-request-groups')).toBe('dev,ops');
  expect(answer.headers.get('x-auth-request-preferred-username')).toBe('jane');
  expect(refreshTokens()).toEqual([]);
});

test('T-7: fifty requests of one that is due make one token call, and all get in', async () => {
  const old = fields(600);
  const who = browser(new Map([[sessionCookie, sessionCookieValue(old)]]));
  idp.bends.scripts = { refresh: { delayMs: 50 } };
  const answers = await Promise.all(Array.from({ length: 50 }, () => flow.auth(copyOf(who))));
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(202));
  expect(refreshTokens()).toEqual([old['rt']]);
});

test('at the next refresh it is rewritten, and every part of the old one is deleted', async () => {
  const who = inherited(600, { g: long });
  const parts = [...who.cookies.keys()];
  expect(parts).toEqual(['_oauth2_proxy_0', '_oauth2_proxy_1']);
  const late = copyOf(who);
  const answer = await flow.auth(who);
  expect(answer.status).toBe(202);
  expect([...who.cookies.keys()]).toEqual([sessionCookie]);
  expect(isOurs(who)).toBe(true);
  for (const part of parts) expect(cookieLines(answer, part).at(-1)).toMatch(/^_oauth2_proxy_\d=; Path=\/; Max-Age=0;/);
  // A request that was on its way with the old cookie, and the next ones with the new.
  expect((await flow.auth(late)).status).toBe(202);
  expect((await flow.auth(who)).setCookies).toEqual([]);
  expect(idp.count('refresh')).toBe(1);
});

test('C-2: with a nonce that is compared, what the provider says of it still fits', async () => {
  await use({ 'insecure-oidc-skip-nonce': false }, async (own) => {
    const old = fields(600);
    idp.bends.idToken = {
      nonce: createHash('sha256')
        .update(old['n'] as Buffer)
        .digest('base64url'),
    };
    const who = browser(new Map([[sessionCookie, sessionCookieValue(old)]]));
    expect((await own.auth(who)).status).toBe(202);
    expect(isOurs(who)).toBe(true);
  });
});

test('requests with such sessions are counted, those of their successors are not', async () => {
  await use({ 'metrics-address': '127.0.0.1:0' }, async (own) => {
    const who = inherited(600);
    for (let i = 0; i < 3; i++) await own.auth(who);
    expect((await own.auth(inherited(60))).status).toBe(202);
    const body = await (await fetch(`http://127.0.0.1:${own.sidecar.metricsPort}/metrics`)).text();
    expect(body).toMatch(/^oauth2_sidecar_foreign_session_requests_total 2$/m);
  });
});

test('T-8: at the refresh it stays the same person', async () => {
  const who = inherited(600);
  idp.bends.claims = { ...idp.bends.claims, sub: 'somebody-else' };
  expect((await flow.auth(who)).status).toBe(401);
});

test('without --cookie-refresh it is read until its own end, and no longer', async () => {
  await use({ 'cookie-refresh': '0', 'cookie-expire': '1h' }, async (own) => {
    const who = inherited(600, { g: long });
    const answer = await own.auth(who);
    expect([answer.status, answer.setCookies]).toEqual([202, []]);
    own.sidecar.pass(3_001_000);
    expect((await own.auth(who)).status).toBe(401);
    expect([...who.cookies.keys()]).toEqual([]);
  });
});

test('C-2: one from the future is none, but clocks may differ by a little', async () => {
  expect((await flow.auth(inherited(-200))).status).toBe(202);
  expect((await flow.auth(inherited(-400))).status).toBe(401);
});

test('tokens that were left out are not missed', async () => {
  await use({ 'cookie-refresh': '0', 'session-cookie-minimal': true }, async (own) => {
    const none = { at: undefined, it: undefined, rt: undefined };
    expect((await own.auth(inherited(600, none))).headers.get('x-auth-request-email')).toBe('jane@example.com');
  });
});

test('N10: roles of Keycloak stay roles, and no group can pass for one', async () => {
  const roles = { provider: 'keycloak-oidc', 'allowed-role': 'admin' };
  await use(roles, async (own) => {
    const answer = await own.auth(inherited(60, { g: ['dev', 'role:admin'] }));
    expect([answer.status, answer.headers.get('x-auth-request-groups')]).toEqual([202, 'dev,role:admin']);
    expect((await own.auth(inherited(60, { g: ['dev', 'admin'] }))).status).toBe(401);
  });
});

describe('leftovers in the browser', () => {
  const whole = (ageSeconds: number, over?: Fields) => sessionCookieValue(fields(ageSeconds, over));

  test('C-3: an unsplit cookie of old does not hide the parts of today', async () => {
    const who = inherited(60, { g: long });
    who.cookies.set(sessionCookie, whole(200, { pu: 'older' }));
    expect((await flow.auth(who)).headers.get('x-auth-request-preferred-username')).toBe('jane');
  });

  test('C-3: a part that is left over of a longer session does not spoil the shorter one', async () => {
    const who = inherited(60, { g: long });
    who.cookies.set('_oauth2_proxy_2', 'bGVmdG92ZXI=');
    expect((await flow.auth(who)).status).toBe(202);
  });

  test('C-3: sessions of two people at once: nobody knows whose browser it is', async () => {
    const who = inherited(60, { g: long });
    who.cookies.set(sessionCookie, whole(200, { u: 'somebody-else', e: 'else@example.com' }));
    expect((await flow.auth(who)).status).toBe(401);
    expect([...who.cookies.keys()]).toEqual([]);
  });

  test('M28: a part that is missing makes it no session', async () => {
    for (const part of ['_oauth2_proxy_0', '_oauth2_proxy_1']) {
      const who = inherited(60, { g: long });
      who.cookies.delete(part);
      expect((await flow.auth(who)).status).toBe(401);
    }
  });

  test('a session of ours comes first', async () => {
    const who = await flow.member();
    who.cookies.set('_oauth2_proxy_0', whole(10, { u: 'somebody-else' }));
    const answer = await flow.auth(who);
    expect([answer.status, answer.headers.get('x-auth-request-user')]).toEqual([202, 'user-1']);
  });

  test('a new sign-in leaves nothing of the old session', async () => {
    const who = inherited(60, { g: long });
    await flow.signIn(who);
    expect([[...who.cookies.keys()], isOurs(who)]).toEqual([[sessionCookie], true]);
  });
});

describe('signing out', () => {
  const signOuts = async (job: (own: Flow) => Promise<void>) => {
    const own = await startSignOuts(idp, options);
    await job(own).finally(own.stop);
  };

  test('R1: by the user, at the provider too; a copy of the cookie is worth nothing', async () => {
    await signOuts(async (own) => {
      const old = fields(60);
      const who = browser(new Map([[sessionCookie, sessionCookieValue(old)]]));
      const copy = copyOf(who);
      const out = await own.open(who, '/oauth2/sign_out');
      const to = new URL(out.location ?? '');
      expect([to.origin, to.searchParams.get('id_token_hint')]).toEqual([idp.issuer, old['it']]);
      expect(who.cookies.size).toBe(0);
      expect((await own.auth(copy)).status).toBe(401);
    });
  });

  test('B7: by the provider, with the sid of the ID token inside', async () => {
    await signOuts(async (own) => {
      const who = inherited(60);
      const body = new URLSearchParams({ logout_token: logoutToken(idp, { sid: 'sid-of-old' }) });
      const told = await own.open(browser(), '/oauth2/backchannel-logout', { method: 'POST', body });
      expect(told.status).toBe(200);
      expect((await own.auth(who)).status).toBe(401);
    });
  });
});

describe('a sign-in that was under way when the image was swapped', () => {
  /** The reference sends the browser to the provider: CSRF cookie and state as it makes them. */
  function begun(perRequest: boolean, target: string) {
    const [state, nonce] = [randomBytes(32), randomBytes(32)];
    const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64url');
    const name = perRequest ? `${sessionCookie}_${hash(state).slice(0, 8)}_csrf` : `${sessionCookie}_csrf`;
    const who = browser(new Map([[name, csrfCookieValue({ s: state, n: nonce }, { name })]]));
    const code = idp.code({ nonce: hash(nonce) });
    const query = new URLSearchParams({ code, state: `${hash(state)}:${target}` });
    return { who, name, callback: `/oauth2/callback?${query}`, hash: hash(state) };
  }

  test.each([
    ['the single cookie', false],
    ['a cookie of its own', true],
  ])('F-1: completes with %s', async (_, perRequest) => {
    const { who, callback } = begun(perRequest, '/page?a=b');
    const answer = await flow.open(who, callback);
    expect([answer.status, answer.location]).toEqual([302, '/page?a=b']);
    expect([[...who.cookies.keys()], isOurs(who)]).toEqual([[sessionCookie], true]);
    expect((await flow.auth(who)).status).toBe(202);
  });

  test('N3: where it leads is judged here', async () => {
    const { who, callback } = begun(false, 'https://evil.test/');
    expect((await flow.open(who, callback)).location).toBe('/');
  });

  test('N4: a nonce of another sign-in makes no session', async () => {
    const { who, callback } = begun(false, '/');
    idp.bends.idToken = { nonce: 'another' };
    const answer = await flow.open(who, callback);
    expect([answer.status >= 400, who.cookies.has(sessionCookie)]).toEqual([true, false]);
  });

  test.each([
    ['another state', (callback: string) => callback.replace(/state=[\w-]{43}/, `state=${'A'.repeat(43)}`)],
    ['no state', (callback: string) => callback.replace(/&state=.*/, '')],
  ])('F-1: %s does not complete it', async (_, bend) => {
    const { who, callback } = begun(false, '/');
    await flow.open(who, bend(callback));
    expect([who.cookies.has(sessionCookie), idp.count('token')]).toEqual([false, 0]);
  });

  test('F-2: it is over after --cookie-csrf-expire', async () => {
    await use({ 'cookie-csrf-expire': '5m' }, async (own) => {
      const { who, callback } = begun(false, '/');
      own.sidecar.pass(301_000);
      await own.open(who, callback);
      expect([who.cookies.has(sessionCookie), idp.count('token')]).toEqual([false, 0]);
    });
  });
});
