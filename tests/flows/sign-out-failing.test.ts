// The provider cannot be told: what happens to the user? Never a silent sign-in, and never a wait of more than three seconds.
import type { Script } from '../support/bends.ts';
import { browser } from '../support/browser.ts';
import { hasSession, parametersOf, warnings, whereTo, withSignOuts } from '../support/sign-outs.ts';

const use = withSignOuts();
const backend = { 'oidc-logout': 'backend' };

const form = { status: 200, type: 'text/html', body: '<form method="post"><button>Log out?</button></form>' };
const failing: [string, Script, string, number][] = [
  ['5xx', { status: 502 }, 'status_502', 1],
  ['a refusal', { status: 400, type: 'text/html', body: 'Invalid parameter' }, 'status_400', 1],
  ['a question, although it says 200', form, 'provider_asks', 1],
  ['a redirect to itself', { status: 302, headers: { location: '?again' } }, 'status_302', 1],
  ['a redirect to a page of its own', { status: 302, headers: { location: '/confirm' } }, 'status_302', 1],
  ['a cut connection, twice', { trouble: 'cut' }, 'end_session_unreachable', 2],
  ['no answer', { trouble: 'hang' }, 'timeout', 1],
];

test.each(failing)('%s is a failure: a page says so, and never /', async (_, script, reason, calls) => {
  await use(backend, async (flow) => {
    const who = await flow.member();
    flow.idp.bends.scripts = { end_session: script };
    const begun = performance.now();
    const out = await flow.open(who, '/oauth2/sign_out?rd=/private');
    expect(performance.now() - begun).toBeLessThan(3000);
    expect([whereTo(out), hasSession(who)]).toEqual(['/oauth2/signed_out?provider=unknown&rd=%2Fprivate', false]);
    expect(flow.idp.count('end_session')).toBe(calls);
    expect(await warnings(flow)).toEqual([
      expect.stringMatching(new RegExp(`could not be told .*reason=${reason} ms=`)),
    ]);

    const page = await flow.open(who, out.location ?? '');
    expect([page.status, page.location, page.headers.get('cache-control')]).toEqual([
      200,
      undefined,
      expect.stringContaining('no-store'),
    ]);
    expect(page.text).toContain('could not be told');
    expect(page.text).toContain('href="/private"');
    expect(flow.idp.count('authorize')).toBe(1); // that of the member: the page begins no sign-in
  });
});

test('a connection that breaks once is no failure', async () => {
  await use(backend, async (flow) => {
    const who = await flow.member();
    const scripts: Script[] = [{ trouble: 'cut' }];
    Object.defineProperty(flow.idp.bends.scripts, 'end_session', { get: () => scripts.shift() });
    const out = await flow.open(who, '/oauth2/sign_out?rd=/bye');
    expect([out.location, flow.idp.ended, flow.idp.count('end_session')]).toEqual(['/bye', ['id_token_hint'], 2]);
  });
});

test.each<[string, Script]>([
  ['204', { status: 204 }],
  ['a redirect to an address after the logout', { status: 302, headers: { location: 'https://app.example/bye' } }],
])('%s is a success', async (_, script) => {
  await use(backend, async (flow) => {
    const who = await flow.member();
    flow.idp.bends.scripts = { end_session: script };
    expect((await flow.open(who, '/oauth2/sign_out?rd=/bye')).location).toBe('/bye');
  });
});

test('a failing telling with rd at the endpoint: the browser goes there, which ends it after all', async () => {
  await use(backend, async (flow) => {
    const who = await flow.member();
    flow.idp.bends.scripts = { end_session: { status: 502 } };
    const out = await flow.open(who, `/oauth2/sign_out?rd=${encodeURIComponent(`${flow.idp.issuer}/logout`)}`);
    expect([whereTo(out), parametersOf(out)['client_id']]).toEqual([`${flow.idp.issuer}/logout`, 'the-client']);
  });
});

test('{prefix}/signed_out?provider=unknown is no open redirect (R5)', async () => {
  await use({}, async (flow) => {
    for (const rd of ['https://evil.example/', '//evil.example', 'javascript:alert(1)', '/oauth2/start']) {
      const page = await flow.open(browser(), `/oauth2/signed_out?provider=unknown&rd=${encodeURIComponent(rd)}`);
      expect([page.status, page.text.includes('href="/"')]).toEqual([200, true]);
      expect(page.text).not.toMatch(/evil|javascript:|href="\/oauth2\/start/);
    }
  });
});
