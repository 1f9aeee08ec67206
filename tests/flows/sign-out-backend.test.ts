// The provider is told server to server: only a sure answer counts, and nobody waits for long. (--oidc-logout=backend, auto)
import { decodeJwt } from 'jose';
import { browser } from '../support/browser.ts';
import type { Flow } from '../support/flow.ts';
import type { Options } from '../support/sidecar.ts';
import { hasSession, keycloakPath, warnings, withSignOuts } from '../support/sign-outs.ts';

const use = withSignOuts();
const backend = { 'oidc-logout': 'backend' };
const keycloak = { provider: 'keycloak-oidc' };
const atKeycloak = { path: keycloakPath };
const jwtAccess = { realm_access: { roles: [] } };

async function member(flow: Flow) {
  flow.idp.bends.accessTokenClaims = jwtAccess; // Keycloak's is a JWT, and keycloak-oidc reads it
  return flow.member();
}

const endSessionCalls = ({ idp }: Flow) => idp.calls.filter(({ endpoint }) => endpoint === 'end_session');

test.each<[string, Options, string]>([
  ['auto with --provider=keycloak-oidc', keycloak, keycloakPath],
  ['auto with keycloak-oidc behind another path', keycloak, '/login/logout'],
  ['auto with oidc at Keycloak’s endpoint', {}, keycloakPath],
  ['backend', { ...backend, ...keycloak }, keycloakPath],
])('%s: Keycloak is told with the refresh token, and the browser goes to rd', async (_, options, path) => {
  await use(
    options,
    async (flow) => {
      const who = await member(flow);
      const out = await flow.open(who, '/oauth2/sign_out?rd=/bye');
      expect([out.status, out.location, hasSession(who)]).toEqual([302, '/bye', false]);
      expect(flow.idp.ended).toEqual(['refresh_token']);
      const [call, ...more] = endSessionCalls(flow);
      expect([call?.method, more]).toEqual(['POST', []]);
      expect(Object.keys(Object.fromEntries(call?.form ?? [])).sort()).toEqual([
        'client_id',
        'client_secret',
        'refresh_token',
      ]);
      expect(await warnings(flow)).toEqual([]);
      expect(flow.sidecar.log()).toMatch(/the provider was told of the sign-out .*how=refresh_token ms=\d+/);
    },
    { path },
  );
});

test('a refresh token that is refused leaves the hint, expired or not', async () => {
  await use(
    {},
    async (flow) => {
      const who = await flow.member();
      flow.idp.bends.clientSecret = 'rotated';
      flow.sidecar.pass(5 * 3600_000);
      const out = await flow.open(who, '/oauth2/sign_out');
      expect([out.location, flow.idp.ended]).toEqual(['/', ['id_token_hint']]);
    },
    atKeycloak,
  );
});

test('another provider is told with the hint, by POST, so that it stands in no log', async () => {
  await use(backend, async (flow) => {
    const out = await flow.open(await flow.member(), '/oauth2/sign_out');
    expect([out.location, flow.idp.ended]).toEqual(['/', ['id_token_hint']]);
    const [call] = endSessionCalls(flow);
    expect([call?.method, call?.query.size, call?.form.get('client_id')]).toEqual(['POST', 0, 'the-client']);
  });
});

describe('--backend-logout-url', () => {
  const written =
    (url: (issuer: string) => string, extra: Options = {}) =>
    (issuer: string) => ({
      'backend-logout-url': url(issuer),
      ...extra,
    });
  /** The URL needs the issuer, so the service is made twice. */
  async function useWith(options: (issuer: string) => Options, work: (flow: Flow) => Promise<void>, path?: string) {
    await use({}, ({ idp }) => use(options(idp.issuer), work, { path }), { path });
  }

  test('of the logout report, without {id_token}, at Keycloak', async () => {
    await useWith(
      written((issuer) => issuer + keycloakPath),
      async (flow) => {
        const out = await flow.open(await flow.member(), '/oauth2/sign_out');
        expect([out.location, flow.idp.ended, await warnings(flow)]).toEqual(['/', ['refresh_token'], []]);
      },
      keycloakPath,
    );
  });

  test.each<[string, (issuer: string) => string, Record<string, unknown>]>([
    ['without {id_token} the hint is added to the query', (at) => `${at}/logout`, {}],
    ['with it, it is filled in', (at) => `${at}/logout?id_token_hint={id_token}&x=1`, { x: '1' }],
    ['an own parameter of that name stays away from ours', (at) => `${at}/logout?id_token_hint=&x=1`, { x: '1' }],
  ])('at the end-session endpoint: %s', async (_, url, others) => {
    await useWith(
      written(url),
      async (flow) => {
        const out = await flow.open(await flow.member(), '/oauth2/sign_out?rd=/bye');
        expect([out.location, flow.idp.ended]).toEqual(['/bye', ['id_token_hint']]);
        const [call] = endSessionCalls(flow);
        expect([call?.method, Object.fromEntries(call?.query ?? [])]).toEqual([
          'GET',
          { ...others, id_token_hint: expect.stringMatching(/^ey/) },
        ]);
      },
      '/logout',
    );
  });

  test('a hint that is too long for a URL goes by POST', async () => {
    await useWith(
      written((at) => `${at}/logout?id_token_hint={id_token}`),
      async (flow) => {
        flow.idp.bends.claims = {
          ...flow.idp.bends.claims,
          groups: Array.from({ length: 400 }, (_, i) => `group ${i}`),
        };
        await flow.open(await flow.member(), '/oauth2/sign_out');
        const [call] = endSessionCalls(flow);
        expect([call?.method, call?.query.size, flow.idp.ended]).toEqual(['POST', 0, ['id_token_hint']]);
        expect(decodeJwt(call?.form.get('id_token_hint') ?? '')['groups']).toHaveLength(400);
      },
      '/logout',
    );
  });

  test('elsewhere it is called as it is written', async () => {
    await useWith(
      written((at) => `${at}/revoke?t={id_token}&x={id_token}`),
      async (flow) => {
        flow.idp.bends.scripts = { revoke: { status: 200 } };
        const out = await flow.open(await flow.member(), '/oauth2/sign_out?rd=/bye');
        const [call] = flow.idp.calls.filter(({ endpoint }) => endpoint === 'revoke');
        expect([out.location, call?.method]).toEqual(['/bye', 'GET']);
        expect(Object.fromEntries(call?.query ?? [])).toEqual({
          t: expect.stringMatching(/^ey/),
          x: call?.query.get('t'),
        });
      },
    );
  });

  test('nobody signed in: nobody is called, and it is no trouble', async () => {
    await useWith(
      written((at) => `${at}/revoke?t={id_token}`),
      async (flow) => {
        const out = await flow.open(browser(), '/oauth2/sign_out');
        expect([out.location, flow.idp.count('revoke'), await warnings(flow)]).toEqual(['/', 0, []]);
      },
    );
  });

  test('--oidc-logout=off: as the reference: called, and whatever comes of it the browser goes to rd', async () => {
    await useWith(
      written((at) => `${at}/revoke?t={id_token}`, { 'oidc-logout': 'off' }),
      async (flow) => {
        for (const script of [{ status: 200 }, { status: 500 }, { trouble: 'cut' }] as const) {
          flow.idp.bends.scripts = { revoke: script };
          const out = await flow.open(await flow.member(), '/oauth2/sign_out?rd=/bye');
          expect(out.location).toBe('/bye');
        }
        expect(flow.idp.count('revoke')).toBe(4); // a cut connection is tried once more
      },
    );
  });
});
