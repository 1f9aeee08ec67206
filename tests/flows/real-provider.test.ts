// Does a whole visit work with a certified provider: PKCE, nonce, iss, refresh with rotation, another account?
import { browser } from '../support/browser.ts';
import { pathOf, sessionCookie } from '../support/flow.ts';
import { client, realProvider, type RealProvider } from '../support/real-provider.ts';
import { startSidecar, type Sidecar } from '../support/sidecar.ts';

let provider: RealProvider;
let sidecar: Sidecar;
beforeAll(async () => {
  provider = await realProvider({ clients: [client(['https://app.example/oauth2/callback'])] });
  sidecar = await startSidecar({
    'oidc-issuer-url': provider.issuer,
    'redirect-url': 'https://app.example/oauth2/callback',
    'allowed-group': 'staff',
    'cookie-refresh': '1m',
    'set-xauthrequest': true,
    upstream: 'static://200',
  });
});
afterAll(async () => {
  await sidecar.stop();
  await provider.close();
});

test('BCP-2, BCP-4: a stranger with a deep link signs in and lands there', async () => {
  const who = browser();
  const asked = await who.get(`${sidecar.origin}/deep/link?a=1&b=2`);
  const query = new URL(asked.location ?? '').searchParams;
  expect([query.get('code_challenge_method'), query.get('scope')]).toEqual(['S256', 'openid email profile groups']);
  const callback = await provider.signIn(asked.location ?? '');
  expect(callback.searchParams.get('iss')).toBe(provider.issuer);
  const landed = await who.get(sidecar.origin + pathOf(callback));
  expect([landed.status, landed.location]).toEqual([302, '/deep/link?a=1&b=2']);
  expect((await who.get(`${sidecar.origin}/deep/link?a=1&b=2`)).status).toBe(200);
  const auth = await who.get(`${sidecar.origin}/oauth2/auth`);
  expect([auth.status, auth.headers.get('x-auth-request-email')]).toEqual([202, 'alice@example.com']);
});

test('who may not enter is told why, and enters with another account', async () => {
  const who = browser();
  const asked = await who.get(`${sidecar.origin}/oauth2/start?rd=/wanted`);
  const refused = await who.get(sidecar.origin + pathOf(await provider.signIn(asked.location ?? '', 'bob')));
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('bob@example.com')]);
  const again = await who.get(`${sidecar.origin}/oauth2/start?rd=/wanted&account=other`);
  expect(new URL(again.location ?? '').searchParams.get('prompt')).toBe('login');
  const entered = await who.get(sidecar.origin + pathOf(await provider.signIn(again.location ?? '', 'alice')));
  expect(entered.location).toBe('/wanted');
});

test('T-9, BCP-11: a session is refreshed again and again, and the old cookie still works for a moment', async () => {
  const who = browser();
  const asked = await who.get(`${sidecar.origin}/oauth2/start`);
  await who.get(sidecar.origin + pathOf(await provider.signIn(asked.location ?? '')));
  const calls = () => provider.requests.filter((line) => line === 'POST /token').length;
  for (let round = 0; round < 3; round++) {
    sidecar.pass(61_000);
    const [before, late] = [calls(), browser(new Map(who.cookies))];
    expect((await who.get(`${sidecar.origin}/oauth2/auth`)).status).toBe(202);
    expect((await late.get(`${sidecar.origin}/oauth2/auth`)).status).toBe(202);
    expect(calls() - before).toBe(1);
  }
});

test('signing out ends it here', async () => {
  const who = browser();
  const asked = await who.get(`${sidecar.origin}/oauth2/start`);
  await who.get(sidecar.origin + pathOf(await provider.signIn(asked.location ?? '')));
  await who.get(`${sidecar.origin}/oauth2/sign_out?rd=/bye`);
  expect(who.cookies.has(sessionCookie)).toBe(false);
  expect((await who.get(`${sidecar.origin}/oauth2/auth`)).status).toBe(401);
});
