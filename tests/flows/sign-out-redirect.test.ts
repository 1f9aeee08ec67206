// RP-initiated logout: the browser itself tells the provider, and comes back. (security R1–R7, RP-L1)
import { randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { copyOf, pathOf, sessionCookie, type Flow } from '../support/flow.ts';
import { fieldsOf, hasSession, parametersOf, warnings, whereTo, withSignOuts } from '../support/sign-outs.ts';

const use = withSignOuts();
const returning = { 'post-logout-redirect-url': '/oauth2/signed_out' };
const manyGroups = Array.from({ length: 200 }, () => randomBytes(20).toString('base64url'));

/** What the service asks the provider to send the browser back to. */
const returnAddress = ({ sidecar }: Flow) => `https://127.0.0.1:${sidecar.port}/oauth2/signed_out`;

/** The provider's logout as this browser sees it: the path that it is sent back to. */
async function throughProvider({ idp }: Flow, location: string | undefined): Promise<string> {
  const { status, headers } = await fetch(location ?? '', { redirect: 'manual' });
  expect(status).toBe(302);
  return pathOf(new URL(headers.get('location') ?? '', idp.issuer));
}

test('R1, RP-L1 -rp-init-logout: cleared cookies and the way to the provider come in one answer', async () => {
  await use(returning, async (flow) => {
    flow.idp.bends.postLogoutUris = [returnAddress(flow)];
    const who = await flow.member();
    const copy = copyOf(who);
    await flow.begin(who, '/other-tab');
    const csrf = [...who.cookies.keys()].filter((name) => name.endsWith('_csrf'));
    expect(csrf).toHaveLength(1);

    const out = await flow.open(who, '/oauth2/sign_out?rd=%2Fbye%3Fa%3D1%26b%3D2&ui_locales=de');
    expect([out.status, whereTo(out)]).toEqual([302, `${flow.idp.issuer}/logout`]);
    expect(out.setCookies).toContainEqual(expect.stringMatching(/^_oauth2_proxy=; Path=\/; Max-Age=0;/));
    expect(out.headers.get('cache-control')).toContain('no-store');
    expect([hasSession(who), csrf.every((name) => who.cookies.has(name))]).toEqual([false, true]);
    // Gone before the browser has followed, and without the provider knowing.
    expect((await flow.auth(copy)).status).toBe(401);
    expect(flow.idp.count('end_session')).toBe(0);

    expect(parametersOf(out)).toEqual({
      id_token_hint: expect.stringMatching(/^ey/),
      client_id: 'the-client',
      post_logout_redirect_uri: returnAddress(flow),
      state: expect.stringMatching(/^[\w-]{43}$/),
      ui_locales: 'de',
    });
    const back = await flow.open(who, await throughProvider(flow, out.location));
    expect([back.status, back.location]).toEqual([302, '/bye?a=1&b=2']);
    expect(flow.idp.ended).toEqual(['id_token_hint']);
  });
});

test('R2: the state is new each time, and no address to return to is invented', async () => {
  await use({}, async (flow) => {
    const [one, two] = [await flow.member(), await flow.member()];
    for (const who of [one, two]) {
      const out = await flow.open(who, '/oauth2/sign_out?rd=/bye');
      expect(Object.keys(parametersOf(out))).toEqual(['id_token_hint', 'client_id']);
      expect(who.cookies.size).toBe(0);
    }
  });
  await use(returning, async (flow) => {
    const states = await Promise.all(
      [1, 2].map(async () => parametersOf(await flow.open(await flow.member(), '/oauth2/sign_out'))['state']),
    );
    expect(new Set(states).size).toBe(2);
  });
});

test.each([
  ['absolute', { 'post-logout-redirect-url': 'https://www.example.com/bye' }, () => 'https://www.example.com/bye'],
  ['relative', returning, returnAddress],
])('--post-logout-redirect-url %s', async (_, options, expected) => {
  await use(options, async (flow) => {
    const out = await flow.open(await flow.member(), '/oauth2/sign_out');
    expect(parametersOf(out)['post_logout_redirect_uri']).toBe(expected(flow));
  });
});

test('the newest ID token is the hint: after a refresh that one, and expired is fine', async () => {
  await use({ 'cookie-refresh': '1m' }, async (flow) => {
    const who = await flow.member();
    flow.sidecar.pass(61_000);
    flow.idp.bends.idToken = { marker: 'refreshed' };
    expect((await flow.auth(who)).status).toBe(202);
    flow.sidecar.pass(5 * 3600_000);
    const out = await flow.open(who, '/oauth2/sign_out');
    expect(decodeJwt(parametersOf(out)['id_token_hint'] ?? '')).toMatchObject({ marker: 'refreshed' });
  });
});

test('a refresh that brings no ID token leaves the old one as the hint', async () => {
  await use({ 'cookie-refresh': '1m' }, async (flow) => {
    const who = await flow.member();
    flow.sidecar.pass(61_000);
    flow.idp.bends.noIdToken = true;
    expect((await flow.auth(who)).status).toBe(202);
    expect(parametersOf(await flow.open(who, '/oauth2/sign_out'))['id_token_hint']).toMatch(/^ey/);
  });
});

test('R3: the token of 200 groups goes by a form, which needs no script and brings the same fields', async () => {
  await use(returning, async (flow) => {
    flow.idp.bends.postLogoutUris = [returnAddress(flow)];
    flow.idp.bends.claims = { ...flow.idp.bends.claims, groups: manyGroups };
    const who = await flow.member();
    expect(who.cookies.has(`${sessionCookie}_1`)).toBe(true);

    const out = await flow.open(who, '/oauth2/sign_out?rd=/bye');
    expect([out.status, out.location, hasSession(who)]).toEqual([200, undefined, false]);
    expect(out.headers.get('cache-control')).toContain('no-store');
    const policy = out.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain(`form-action 'self' ${flow.idp.issuer}`);
    expect(out.text).not.toMatch(/<script(?! src=)|\son\w+=|style="/);
    const [, action = ''] = /<form class="actions" method="post" action="([^"]+)" data-send>/.exec(out.text) ?? [];
    expect(out.text).toMatch(/<button type="submit"[^>]*>Go on<\/button>\s*<\/form>/);
    const fields = fieldsOf(out);
    expect(Object.keys(fields)).toEqual(['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state']);
    expect(decodeJwt(fields['id_token_hint'] ?? '')['groups']).toHaveLength(200);

    // The button, pressed.
    const body = new URLSearchParams(fields);
    const sent = await fetch(action, { method: 'POST', body, redirect: 'manual' });
    const back = pathOf(new URL(sent.headers.get('location') ?? '', flow.idp.issuer));
    expect((await flow.open(who, back)).location).toBe('/bye');
    expect(flow.idp.ended).toEqual(['id_token_hint']);
  });
});

test('a redirect fits into the 4 KiB of headers that nginx takes by default', async () => {
  await use({ 'cookie-domain': ['0.1', '0.0.1'], ...returning }, async (flow) => {
    for (const count of [20, 30, 40, 50, 60, 80, 100]) {
      flow.idp.bends.claims = { ...flow.idp.bends.claims, groups: manyGroups.slice(0, count) };
      const out = await flow.open(await flow.member(), '/oauth2/sign_out');
      const bytes = [...out.headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
      expect([count, bytes < 4096]).toEqual([count, true]);
    }
  });
});

test('R6: a provider without end-session endpoint: signed out here, and no error', async () => {
  await use(
    {},
    async (flow) => {
      const who = await flow.member();
      const out = await flow.open(who, '/oauth2/sign_out?rd=/bye');
      expect([out.status, out.location, hasSession(who), await warnings(flow)]).toEqual([302, '/bye', false, []]);
    },
    { path: '' },
  );
});

test('--oidc-end-session-url counts where discovery has none, or another', async () => {
  await use({ 'oidc-end-session-url': 'https://login.example/out?tenant=1' }, async (flow) => {
    const out = await flow.open(await flow.member(), '/oauth2/sign_out');
    expect(whereTo(out)).toBe('https://login.example/out');
    expect(parametersOf(out)).toMatchObject({ tenant: '1', client_id: 'the-client' });
  });
});
