// Do the server's lists and a location's query decide at every door?
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser, type Browser } from '../support/browser.ts';
import { copyOf, sessionCookie, startFlow, type Flow } from '../support/flow.ts';

let idp: BendableIdp;
const folder = mkdtempSync(join(tmpdir(), 'flows-'));
beforeAll(async () => void (idp = await bendableIdp()));
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await idp.close();
});
beforeEach(() => idp.reset());

describe('--authenticated-emails-file, changed while the service runs', () => {
  const file = join(folder, 'emails');
  let flow: Flow;
  let member: Browser;
  beforeAll(async () => {
    writeFileSync(file, 'jane@example.com\n');
    flow = await startFlow({ 'email-domain': [], 'authenticated-emails-file': file, upstream: 'static://200' }, idp);
    member = await flow.member();
  });
  afterAll(() => flow.stop());

  /** Waits until auth says so to the member. */
  async function becomes(status: number): Promise<void> {
    const said = async () => (await flow.auth(copyOf(member))).status;
    for (let wait = 0; wait < 200 && (await said()) !== status; wait++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await said()).toBe(status);
  }

  test('who is taken off the list is out, who is put on it is in', async () => {
    await becomes(202);
    writeFileSync(file, 'other@example.com\n');
    await becomes(401);
    expect((await flow.signIn(browser())).status).toBe(403);
    writeFileSync(join(folder, 'next'), '# a comment\nother@example.com\n  JANE@example.com \n');
    renameSync(join(folder, 'next'), file);
    await becomes(202);
    expect((await flow.signIn(browser())).status).toBe(302);
  });

  test('a file that is malformed or gone leaves the last good list in force', async () => {
    await becomes(202);
    const failures = () => flow.sidecar.log().match(/the last good list stays in force/g)?.length ?? 0;
    writeFileSync(file, 'other@example.com\n"half');
    for (let wait = 0; wait < 200 && failures() === 0; wait++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(failures()).toBe(1);
    expect((await flow.auth(copyOf(member))).status).toBe(202);
    rmSync(file);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await flow.auth(copyOf(member))).status).toBe(202);
  });
});

describe('allowed_groups, allowed_emails, allowed_email_domains in the query', () => {
  let flow: Flow;
  let member: Browser;
  beforeAll(async () => {
    flow = await startFlow({ upstream: 'static://200' }, idp);
    member = await flow.member(); // jane@example.com in dev and ops
  });
  afterAll(() => flow.stop());

  const rows: readonly [string, number][] = [
    ['', 202],
    ['?allowed_groups=dev', 202],
    ['?allowed_groups=admins,ops', 202],
    ['?allowed_groups=admins&allowed_groups=ops', 202],
    ['?allowed_groups=admins', 403],
    ['?allowed_groups=DEV', 403],
    ['?allowed_groups=de', 403],
    ['?allowed_groups=', 202],
    ['?allowed_emails=jane@example.com', 202],
    ['?allowed_emails=x@example.com', 403],
    ['?allowed_email_domains=example.com', 202],
    ['?allowed_email_domains=ample.com', 403],
    ['?allowed_email_domains=*.com', 202],
    ['?allowed_groups=dev&allowed_emails=x@example.com', 403],
    ['?allowed_groups=admins&allowed_email_domains=example.com', 403],
    ['?allowed_groups=dev&allowed_emails=jane@example.com&allowed_email_domains=example.com', 202],
  ];

  test.each(rows)('auth%s: %i, and the session stays', async (query, status) => {
    const answer = await flow.auth(member, query);
    expect([answer.status, answer.text, answer.setCookies]).toEqual([status, status === 403 ? 'Forbidden\n' : '', []]);
  });

  test.each(rows)('a proxied path%s: the same verdict', async (query, status) => {
    const answer = await flow.open(member, `/page${query}`);
    expect([answer.status, answer.setCookies]).toEqual([status === 202 ? 200 : status, []]);
  });

  test.each(['?allowed_groups=admins;x', '?%zz&allowed_groups=admins', '?allowed_groups=admins&%zz'])(
    'auth%s: what cannot be read in part still holds',
    async (query) => {
      expect([401, 403]).toContain((await flow.auth(member, query)).status);
    },
  );

  test('strangers hear 401 whatever is asked for', async () => {
    for (const [query] of rows) expect((await flow.auth(browser(), query)).status).toBe(401);
  });
});

describe('T-6, N10: with keycloak-oidc, roles and groups are kept apart', () => {
  test('allowed_groups=role:NAME means a role, not a group of that name', async () => {
    const flow = await startFlow({ provider: 'keycloak-oidc', 'set-xauthrequest': true }, idp);
    idp.bends.claims = { ...idp.bends.claims, groups: ['role:admin', '/staff'] };
    idp.bends.accessTokenClaims = {
      resource_access: { shop: { roles: ['clerk'] } },
      realm_access: { roles: ['user'] },
    };
    const who = await flow.member();
    const status = async (group: string) => (await flow.auth(who, `?allowed_groups=${group}`)).status;
    expect([await status('role:admin'), await status('role:user'), await status('role:shop:clerk')]).toEqual([
      403, 202, 202,
    ]);
    expect(await status('/staff')).toBe(202);
    await flow.stop();
  });

  test('a refresh replaces the roles', async () => {
    const flow = await startFlow({ provider: 'keycloak-oidc', 'allowed-role': 'admin', 'cookie-refresh': '1m' }, idp);
    idp.bends.accessTokenClaims = { realm_access: { roles: ['admin'] } };
    const who = await flow.member();
    idp.bends.accessTokenClaims = { realm_access: { roles: [] } };
    flow.sidecar.pass(61_000);
    expect((await flow.auth(who)).status).toBe(401);
    expect(who.cookies.has(sessionCookie)).toBe(false);
    await flow.stop();
  });
});
