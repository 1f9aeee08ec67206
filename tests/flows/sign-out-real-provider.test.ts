// Signing out with a certified provider, in every direction: npm oidc-provider in this process. (RP-L1, RP-L2, RP-L3)
import { decodeJwt } from 'jose';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { copyOf } from '../support/flow.ts';
import { person, type Person } from '../support/person.ts';
import { client, clientId, clientSecret, realProvider, type RealProvider } from '../support/real-provider.ts';
import { startSidecar, type Options, type Sidecar } from '../support/sidecar.ts';
import { hasSession, soon } from '../support/sign-outs.ts';

interface Scene {
  readonly provider: RealProvider;
  readonly sidecar: Sidecar;
  /** Somebody who has just signed in. */
  member(user?: string): Promise<Person>;
  /** What nginx hears about a browser. */
  auth(who: Person): Promise<number>;
  signOut(who: Person, query?: string): ReturnType<Person['visit']>;
}

async function withScene(options: Options, use: (scene: Scene) => Promise<void>): Promise<void> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const sidecar = await startSidecar({
    'oidc-issuer-url': issuer,
    'client-id': clientId,
    'client-secret': clientSecret,
    'cookie-secure': false,
    'skip-provider-button': false,
    upstream: 'static://200',
    ...options,
  });
  const registered = client([`${sidecar.origin}/oauth2/callback`], {
    post_logout_redirect_uris: [`${sidecar.origin}/oauth2/signed_out`],
    backchannel_logout_uri: `${sidecar.origin}/oauth2/backchannel-logout`,
    backchannel_logout_session_required: true,
  });
  const page =
    (title: string) =>
    (context: { body: string }, form = '') =>
      void (context.body = `<h1>${title}</h1>${form}`);
  const configuration = {
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      revocation: { enabled: true, allowedPolicy: () => true },
      rpInitiatedLogout: { logoutSource: page('Sign out?'), postLogoutSuccessSource: page('Signed out') },
    },
    // Its own dispatcher refuses to call this machine.
    fetch: (url: string, { method, headers, body }: RequestInit) =>
      fetch(url, { method, headers, body } as RequestInit),
  };
  const provider = await realProvider({ clients: [registered], configuration }, port);
  const auth = async ({ browser }: Person) =>
    (await copyOf(browser).get(`${sidecar.origin}/oauth2/auth`, { headers: { accept: '*/*' } })).status;
  try {
    await soon(() => sidecar.log().includes('the provider is ready')); // the service was there first
    await use({
      provider,
      sidecar,
      auth,
      async member(user = 'alice') {
        const who = person({ user, password: provider.users[user]?.password ?? '' });
        const { answer } = await who.visit(`${sidecar.origin}/oauth2/start?rd=/welcome`);
        expect([answer.status, await auth(who)]).toEqual([200, 202]);
        return who;
      },
      signOut: (who, query = '') => who.visit(`${sidecar.origin}/oauth2/sign_out${query}`),
    });
  } finally {
    await sidecar.stop();
    await provider.close();
  }
}

const returning = { 'post-logout-redirect-url': '/oauth2/signed_out' };

/** The provider asks for the password: its own session is gone. */
async function asksForPassword({ provider, sidecar }: Scene, who: Person): Promise<boolean> {
  const logins = () => provider.requests.filter((request) => request.startsWith('POST /interaction/')).length;
  const before = logins();
  await who.visit(`${sidecar.origin}/oauth2/start?rd=/welcome`);
  return logins() > before;
}

test('RP-L1 oidcc-client-test-rp-init-logout: there, back through state, and both sessions are gone', async () => {
  await withScene(returning, async (scene) => {
    const who = await scene.member();
    const { hops, url, answer } = await scene.signOut(who, '?rd=/bye');
    expect([answer.status, url.pathname]).toEqual([403, '/bye']); // the site asks to sign in, by a button
    expect(hops.map((hop) => new URL(hop).pathname)).toEqual([
      '/oauth2/sign_out',
      '/session/end',
      '/session/end/confirm',
      '/oauth2/signed_out',
      '/bye',
    ]);
    expect(hasSession(who.browser)).toBe(false);
    expect(await asksForPassword(scene, who)).toBe(true);
  });
});

test('without a return address the user ends on the provider’s page', async () => {
  await withScene({}, async (scene) => {
    const who = await scene.member();
    const { answer, url } = await scene.signOut(who);
    expect([answer.status, url.pathname]).toEqual([200, '/session/end/success']);
    expect(await asksForPassword(scene, who)).toBe(true);
  });
});

test('RP-L1: rd at the end-session endpoint brings what the provider wants', async () => {
  await withScene({}, async (scene) => {
    const who = await scene.member();
    const endpoint = `${scene.provider.issuer}/session/end?post_logout_redirect_uri=${encodeURIComponent(`${scene.sidecar.origin}/oauth2/signed_out`)}`;
    const { answer, url } = await scene.signOut(who, `?rd=${encodeURIComponent(endpoint)}`);
    expect([answer.status, url.pathname]).toEqual([200, '/oauth2/signed_out']);
    expect(answer.text).toContain('You are signed out');
  });
});

test('RP-L1: an ID token that has expired is a good hint', async () => {
  await withScene({ ...returning, 'cookie-expire': '0' }, async (scene) => {
    const who = await scene.member();
    scene.sidecar.pass(48 * 3600_000);
    const { hops } = await scene.signOut(who);
    expect(hops).toContain(`${scene.sidecar.origin}/oauth2/signed_out`);
  });
});

test('a session that has ended at the provider, or is none here, still goes out and comes back', async () => {
  await withScene(returning, async (scene) => {
    const who = await scene.member();
    const copy = copyOf(who.browser);
    await scene.signOut(who);
    const late = person();
    for (const [name, value] of copy.cookies) late.browser.cookies.set(name, value);
    for (const visitor of [late, person()]) {
      const { answer, hops } = await scene.signOut(visitor, '?rd=/oauth2/signed_out');
      expect([answer.status, hops.length <= 6]).toEqual([200, true]);
      expect(answer.text).toContain('You are signed out');
    }
  });
});

test('RP-L2 oidcc-client-test-rp-backchannel-rpinitlogout: the provider tells this service, which says 200', async () => {
  await withScene(returning, async (scene) => {
    const [one, two, other] = [await scene.member(), await scene.member(), await scene.member('bob')];
    const stolen = person();
    for (const [name, value] of one.browser.cookies) stolen.browser.cookies.set(name, value);
    // At the provider itself, as another application's sign-out would.
    await one.visit(`${scene.provider.issuer}/session/end`);
    await soon(() => scene.sidecar.log().includes('the provider ended sessions scope=sid'));
    expect(scene.sidecar.log()).not.toContain('a logout token was refused');
    expect([await scene.auth(one), await scene.auth(stolen)]).toEqual([401, 401]);
    expect([await scene.auth(two), await scene.auth(other)]).toEqual([202, 202]);

    // Signed in again: valid, and the old cookie stays dead.
    await one.visit(`${scene.sidecar.origin}/oauth2/start?rd=/welcome`);
    expect([await scene.auth(one), await scene.auth(stolen)]).toEqual([202, 401]);
  });
});

test('RP-L2: a sign-out that began here comes back by the back channel, too, and harms nobody', async () => {
  await withScene(returning, async (scene) => {
    const [one, two] = [await scene.member(), await scene.member()];
    await scene.signOut(one);
    await soon(() => scene.sidecar.log().includes('the provider ended sessions'));
    expect([await scene.auth(one), await scene.auth(two)]).toEqual([401, 202]);
  });
});

test('server to server: this provider asks its user, so it is no success', async () => {
  await withScene({ 'oidc-logout': 'backend' }, async (scene) => {
    const who = await scene.member();
    const { answer, url } = await scene.signOut(who, '?rd=/bye');
    expect([url.pathname, url.searchParams.get('provider'), answer.status]).toEqual([
      '/oauth2/signed_out',
      'unknown',
      200,
    ]);
    expect(answer.text).toContain('could not be told');
    expect(await scene.auth(who)).toBe(401);
  });
});

test('R8: the refresh token is dead at the provider after sign-out', async () => {
  await withScene({ scope: 'openid email offline_access', ...returning }, async (scene) => {
    const who = await scene.member();
    await scene.signOut(who);
    await soon(() => scene.provider.requests.includes('POST /token/revocation'));
    await soon(() => scene.sidecar.log().includes('a token was revoked at sign-out'));
    expect(scene.sidecar.log()).not.toMatch(/revocation_status/);
  });
});

/** This version has no front channel of its own: the frame is loaded as its logout page would. */
test.each([
  ['oidcc-client-test-rp-frontchannel-rpinitlogout', true],
  ['oidcc-client-test-rp-frontchannel-opinitlogout', false],
])('RP-L3 %s: a frame with iss and sid ends that session', async (_, beginsHere) => {
  await withScene({ ...returning, 'set-authorization-header': true }, async (scene) => {
    const [one, two] = [await scene.member(), await scene.member()];
    const copy = person();
    for (const [name, value] of one.browser.cookies) copy.browser.cookies.set(name, value);
    const { headers } = await copy.browser.get(`${scene.sidecar.origin}/oauth2/auth`);
    const { sid } = decodeJwt(headers.get('authorization')?.slice('Bearer '.length) ?? '');
    if (beginsHere) await scene.signOut(one);
    const query = new URLSearchParams({ iss: scene.provider.issuer, sid: String(sid) });
    const inFrame = { 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'cross-site' };
    const url = `${scene.sidecar.origin}/oauth2/frontchannel-logout?${query}`;
    expect((await person().browser.get(url, { headers: inFrame })).status).toBe(200);
    expect([await scene.auth(one), await scene.auth(copy), await scene.auth(two)]).toEqual([401, 401, 202]);
  });
});
