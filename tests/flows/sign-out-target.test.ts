// Where does a sign-out lead, and where may the ID token go? (security N2, P5, R7)
import { browser } from '../support/browser.ts';
import type { Flow } from '../support/flow.ts';
import { keycloakPath, parametersOf, warnings, whereTo, withSignOuts } from '../support/sign-outs.ts';

const use = withSignOuts();
const returning = { 'post-logout-redirect-url': '/oauth2/signed_out' };

describe('rd at the end-session endpoint needs no whitelist', () => {
  const to = (flow: Flow, query: string) =>
    `/oauth2/sign_out?rd=${encodeURIComponent(flow.idp.issuer + keycloakPath + query)}`;
  const at = { path: keycloakPath };

  test('what is missing is added', async () => {
    await use(
      {},
      async (flow) => {
        const out = await flow.open(await flow.member(), to(flow, ''));
        expect(parametersOf(out)).toEqual({ id_token_hint: expect.stringMatching(/^ey/), client_id: 'the-client' });
      },
      at,
    );
  });

  test('what is given stays, once, and keeps its own way back', async () => {
    await use(
      returning,
      async (flow) => {
        const given = '?client_id=other&state=mine&post_logout_redirect_uri=https%3A%2F%2Fa.example%2F%3Fx%3D1&foo=a+b';
        const who = await flow.member();
        const out = await flow.open(who, to(flow, given));
        const query = new URL(out.location ?? '').searchParams;
        expect(query.size).toBe(5);
        expect(Object.fromEntries(query)).toEqual({
          client_id: 'other',
          state: 'mine',
          post_logout_redirect_uri: 'https://a.example/?x=1',
          foo: 'a b',
          id_token_hint: expect.stringMatching(/^ey/),
        });
        expect(who.cookies.size).toBe(0); // no way back of ours is begun
      },
      at,
    );
  });

  test('{id_token} is filled in, also by the header', async () => {
    await use(
      {},
      async (flow) => {
        const out = await flow.open(await flow.member(), to(flow, '?id_token_hint={id_token}'));
        expect(parametersOf(out)['id_token_hint']).toMatch(/^ey/);
        const headers = { 'x-auth-request-redirect': `${flow.idp.issuer}${keycloakPath}?id_token_hint={id_token}` };
        const byHeader = await flow.open(await flow.member(), '/oauth2/sign_out', { headers });
        expect(parametersOf(byHeader)['id_token_hint']).toMatch(/^ey/);
      },
      at,
    );
  });

  test('without an ID token {id_token} goes with its parameter, and client_id comes: Keycloak asks, and does not fail', async () => {
    await use(
      {},
      async (flow) => {
        const out = await flow.open(browser(), to(flow, '?id_token_hint={id_token}&x=1'));
        expect(parametersOf(out)).toEqual({ x: '1', client_id: 'the-client' });
        expect((await fetch(out.location ?? '')).status).toBe(200);
      },
      at,
    );
  });

  test('after the return the user is not sent to sign out once more', async () => {
    await use(
      { ...returning, 'whitelist-domain': '127.0.0.1:*' },
      async (flow) => {
        const who = await flow.member();
        const { state = '' } = parametersOf(await flow.open(who, to(flow, '')));
        expect((await flow.open(who, `/oauth2/signed_out?state=${state}`)).location).toBe('/');
      },
      at,
    );
  });

  test.each(['redirect', 'auto'])('with --oidc-logout=%s', async (mode) => {
    await use(
      { 'oidc-logout': mode },
      async (flow) => {
        const out = await flow.open(await flow.member(), to(flow, ''));
        expect([whereTo(out), flow.idp.count('end_session')]).toEqual([flow.idp.issuer + keycloakPath, 0]);
      },
      at,
    );
  });

  test('with --oidc-logout=backend the provider is told first, and then the browser goes there', async () => {
    await use(
      { 'oidc-logout': 'backend' },
      async (flow) => {
        const out = await flow.open(await flow.member(), to(flow, '?post_logout_redirect_uri=https%3A%2F%2Fa.example'));
        expect([whereTo(out), flow.idp.ended]).toEqual([flow.idp.issuer + keycloakPath, ['refresh_token']]);
        expect(parametersOf(out)['id_token_hint']).toMatch(/^ey/);
      },
      at,
    );
  });

  test('with --oidc-logout=off nothing is added', async () => {
    await use(
      { 'oidc-logout': 'off' },
      async (flow) => {
        const out = await flow.open(await flow.member(), to(flow, '?a={id_token}&b=1'));
        expect(parametersOf(out)).toEqual({ a: expect.stringMatching(/^ey/), b: '1' });
        expect(flow.idp.count('end_session')).toBe(0);
      },
      at,
    );
  });

  test.each([
    ['another path of the provider', (issuer: string) => `${issuer}/realms/test/account`],
    ['a name and password in front', (issuer: string) => `${issuer.replace('//', '//a:b@')}${keycloakPath}`],
    ['another host with the same path', () => `https://evil.example${keycloakPath}`],
    ['another port', () => `http://127.0.0.1:1${keycloakPath}`],
  ])('but %s does', async (_, target) => {
    await use(
      { 'oidc-logout': 'off' },
      async (flow) => {
        const out = await flow.open(
          await flow.member(),
          `/oauth2/sign_out?rd=${encodeURIComponent(target(flow.idp.issuer))}`,
        );
        expect(out.location).toBe('/');
      },
      at,
    );
  });
});

describe('N2, P5, R7: the ID token goes to the provider, and nowhere else', () => {
  const elsewhere: [string, (issuer: string) => string, string][] = [
    ['a whitelisted host', () => 'https://ok.example/?t={id_token}&a=1', 'https://ok.example/?a=1'],
    ['a path there', () => 'https://ok.example/{id_token}', '/'],
    ['a fragment there', () => 'https://ok.example/#{id_token}', 'https://ok.example/'],
    ['the site itself', () => '/x?a={id_token}&b=2', '/x?b=2'],
    ['a target inside of one at the provider', (at) => `${at}/x?to=https://ok.example/{id_token}`, 'provider /x'],
    ['the fragment of one at the provider', (at) => `${at}/x#{id_token}`, 'provider /x'],
  ];
  test.each(elsewhere)('%s', async (_, target, expected) => {
    await use({ 'oidc-logout': 'off', 'whitelist-domain': ['ok.example', '127.0.0.1:*'] }, async (flow) => {
      const rd = encodeURIComponent(target(flow.idp.issuer));
      const out = await flow.open(await flow.member(), `/oauth2/sign_out?rd=${rd}`);
      expect(out.location).toBe(expected.replace('provider ', flow.idp.issuer));
      expect(out.location).not.toContain('eyJ');
      const warned = (await warnings(flow)).some((line) => line.includes('id_token_elsewhere'));
      expect(warned).toBe(!expected.startsWith('provider'));
    });
  });

  test('nor inside of an address that the end-session endpoint is to go on to', async () => {
    await use({}, async (flow) => {
      const rd = `${flow.idp.issuer}/logout?post_logout_redirect_uri=https://ok.example/{id_token}#{id_token}`;
      const out = await flow.open(await flow.member(), `/oauth2/sign_out?rd=${encodeURIComponent(rd)}`);
      expect(out.location?.match(/eyJ/g)).toHaveLength(2); // header and payload of one hint
      expect(Object.keys(parametersOf(out)).sort()).toEqual(['client_id', 'id_token_hint']);
      expect(out.location).not.toContain('#');
    });
  });
});
