// How large are the cookies of real sessions?
import { cookieScope } from '../../src/session/cookie-scope.ts';
import { cookieStore } from '../../src/session/cookie-store.ts';
import { sealer } from '../../src/session/seal.ts';
import { fixedSecrets } from '../../src/session/secrets.ts';
import { cookieOptions } from '../support/cookie-options.ts';
import { keycloakSession } from '../support/keycloak-session.ts';

const host = 'portal.example.com';
const name = '_oauth2_proxy';

function make(minimal = false) {
  return cookieStore({
    name,
    sealer: sealer({
      secrets: fixedSecrets('0123456789abcdef'),
      purpose: `session ${name}`,
      rememberedBytes: 0,
    }),
    scope: cookieScope({ cookie: cookieOptions({ cookieDomains: ['.example.com'] }), formPost: false, unfitHost() {} }),
    clock: () => 1_764_000_060_000,
    lifetimeMs: 604_800_000,
    minimal,
  });
}

test('the tokens are of the size that Keycloak makes', () => {
  const { accessToken = '', idToken = '', refreshToken = '' } = keycloakSession();
  expect(Math.abs(accessToken.length - 1530)).toBeLessThan(60);
  expect(Math.abs(idToken.length - 1280)).toBeLessThan(60);
  expect(Math.abs(refreshToken.length - 780)).toBeLessThan(60);
});

// Bytes of Set-Cookie, attributes included: browsers take 4096 for one cookie, nginx 4096 for a whole answer.
test.each<[string, number, number, boolean, number]>([
  ['without groups', 0, 0, false, 2600],
  ['with 2 groups', 2, 0, false, 2650],
  ['with 20 groups and 10 roles', 20, 10, false, 3100],
  ['with 50 groups and 20 roles', 50, 20, false, 3500],
  ['with 80 groups and 40 roles', 80, 40, false, 3990],
  ['without groups, and without the tokens', 0, 0, true, 1000],
  ['with 80 groups and 40 roles, and without the tokens', 80, 40, true, 2000],
])('E3.2: the session of a user %s is one cookie', async (_, groups, roles, minimal, bytes) => {
  const store = make(minimal);
  const session = keycloakSession(groups, roles);
  const lines = await store.save({ cookieHeader: undefined, host }, session);
  expect(lines).toHaveLength(1);
  const [line = ''] = lines;
  expect(line.length).toBeLessThan(bytes);
  const loaded = await store.load({ cookieHeader: line.slice(0, line.indexOf(';')), host });
  const kept = minimal ? { accessToken: undefined, idToken: undefined, refreshToken: undefined } : {};
  expect(loaded).toEqual({ kind: 'found', session: { ...session, ...kept } });
});

test('C-2, M28: a larger session is several, and comes back whole or not at all', async () => {
  const store = make();
  const session = keycloakSession(300, 100);
  const lines = await store.save({ cookieHeader: undefined, host }, session);
  expect(lines).toHaveLength(2);
  const pairs = lines.map((line) => line.slice(0, line.indexOf(';')));
  expect(await store.load({ cookieHeader: pairs.join('; '), host })).toMatchObject({ kind: 'found', session });
  expect(await store.load({ cookieHeader: pairs[0], host })).toMatchObject({ kind: 'none' });
});
