// An account that may not enter: is it told so at the callback, without a loop and with a way out?
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser, type Answer } from '../support/browser.ts';
import { cookieLines, pathOf, sessionCookie, startFlow, targetIn, type Flow } from '../support/flow.ts';
import { jwt } from '../support/signing.ts';
import type { Options } from '../support/sidecar.ts';

let idp: BendableIdp;
const folder = mkdtempSync(join(tmpdir(), 'flows-'));
beforeAll(async () => {
  idp = await bendableIdp();
  writeFileSync(join(folder, 'emails'), 'somebody@example.com\n');
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await idp.close();
});
beforeEach(() => idp.reset());

async function withFlow(options: Options, use: (flow: Flow) => Promise<void>): Promise<void> {
  const flow = await startFlow({ upstream: 'static://200', ...options }, idp);
  try {
    await use(flow);
  } finally {
    await flow.stop();
  }
}

/** A session that another configuration of the same deployment made. */
async function olderSession() {
  const before = await startFlow({}, idp);
  const who = await before.member();
  await before.stop();
  return who;
}

/** The account, what it lacks, whom to ask, and a way to another account. */
function expectExplained(answer: Answer, lacking: RegExp): void {
  expect(answer.status).toBe(403);
  expect(answer.location).toBeUndefined();
  expect(answer.text).toMatch(/<dt>Your account<\/dt>\s*<dd>[^<]*\w/);
  expect(answer.text).toMatch(lacking);
  expect(answer.text).toMatch(/[Aa]sk the people/);
  expect(answer.text).toMatch(/action="\/oauth2\/start"[\s\S]+name="account" value="other"[\s\S]+another account/);
  expect(answer.headers.get('cache-control')).toContain('no-store');
}

describe.each<[string, Options, RegExp]>([
  ['--email-domain', { 'email-domain': 'elsewhere.com' }, /e-mail address/],
  [
    '--authenticated-emails-file',
    { 'email-domain': [], 'authenticated-emails-file': join(folder, 'emails') },
    /e-mail address/,
  ],
  ['--allowed-group', { 'allowed-group': 'admins' }, /groups/],
  ['keycloak-oidc with --allowed-group', { provider: 'keycloak-oidc', 'allowed-group': 'admins' }, /groups/],
  ['keycloak-oidc with --allowed-role', { provider: 'keycloak-oidc', 'allowed-role': 'admin' }, /roles/],
])('A7: %s', (_, options, lacking) => {
  beforeEach(() => {
    // N10: a plain group that looks like the role is none.
    idp.bends.claims = { ...idp.bends.claims, groups: ['dev', 'role:admin', 'admin'] };
    idp.bends.accessTokenClaims = { realm_access: { roles: ['user'] } };
  });

  test('V-9: a non-member gets a page at the callback, and no session', async () => {
    await withFlow(options, async (flow) => {
      const who = browser();
      const { callback } = await flow.begin(who, '/wanted');
      const answer = await flow.open(who, callback);
      expectExplained(answer, lacking);
      expect(answer.text).toContain('jane@example.com');
      expect(answer.text).toContain('value="/wanted"');
      expect(cookieLines(answer, sessionCookie)).toEqual([]);
      expect((await flow.auth(who)).status).toBe(401);
    });
  });

  test('an older session is refused by auth, and told why on the site', async () => {
    const who = await olderSession();
    await withFlow(options, async (flow) => {
      const refused = await flow.auth(browser(new Map(who.cookies)));
      expect(refused.status).toBe(401);
      expect(cookieLines(refused, sessionCookie)).toEqual([expect.stringContaining('Max-Age=0')]);
      expectExplained(await flow.open(who, '/page'), lacking);
    });
  });
});

test('N10: a real role admits', async () => {
  idp.bends.accessTokenClaims = { realm_access: { roles: ['admin'] }, resource_access: { app: { roles: ['reader'] } } };
  for (const role of ['admin', 'app:reader']) {
    await withFlow({ provider: 'keycloak-oidc', 'allowed-role': role }, async (flow) => {
      expect((await flow.signIn(browser(), '/x')).location).toBe('/x');
    });
  }
});

test.each([
  ['select_account', ['login', 'select_account']],
  ['login', ['login', 'consent']],
  ['login', undefined],
])('with another account: prompt=%s really reaches the provider, and the user its target', async (prompt, offered) => {
  idp.bends.discovery = { prompt_values_supported: offered };
  await withFlow({ 'allowed-group': 'admins' }, async (flow) => {
    const who = browser();
    const denied = await flow.signIn(who, '/wanted?a=1&b=2');
    const [, rd = ''] = /action="\/oauth2\/start">\s*<input[^>]+name="rd" value="([^"]+)"/.exec(denied.text) ?? [];
    const query = new URLSearchParams({ rd: rd.replaceAll('&amp;', '&'), account: 'other' });
    const { location = '' } = await flow.open(who, `/oauth2/start?${query}`);
    const authorization = new URL(location);
    expect(authorization.searchParams.getAll('prompt')).toEqual([prompt]);
    expect(targetIn(authorization)).toBe('/wanted?a=1&b=2');
    idp.bends.claims = { ...idp.bends.claims, email: 'boss@example.com', groups: ['admins'] };
    expect((await flow.open(who, pathOf(await idp.signIn(location)))).location).toBe('/wanted?a=1&b=2');
  });
});

describe('an e-mail that is not there or not verified is a 403 with that reason', () => {
  test.each<[string, object, RegExp]>([
    ['missing', { email: undefined }, /has no e-mail address/],
    ['empty', { email: '' }, /has no e-mail address/],
    ['not verified', { email_verified: false }, /not verified/],
    ['not verified, as text', { email_verified: 'false' }, /not verified/],
  ])('%s', async (_, claims, lacking) => {
    idp.bends.claims = { ...idp.bends.claims, ...claims };
    await withFlow({}, async (flow) => {
      const who = browser();
      expectExplained(await flow.signIn(who), lacking);
      expect(who.cookies.has(sessionCookie)).toBe(false);
    });
  });
});

test('V-9: a provider whose ID tokens never verify gives a page, not a loop', async () => {
  idp.bends.rewrite = () => jwt({ payload: { iss: 'x' } });
  await withFlow({}, async (flow) => {
    const answer = await flow.signIn(browser());
    expect([answer.status, answer.location]).toEqual([403, undefined]);
    expect(idp.count('token')).toBe(1);
  });
});
