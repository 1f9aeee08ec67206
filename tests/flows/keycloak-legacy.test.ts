// What do users of the old provider of Keycloak (--provider=keycloak) get, from the sign-in to the sign-out?
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser } from '../support/browser.ts';
import { copyOf, sessionCookie, startFlow, type Flow } from '../support/flow.ts';
import { parametersOf, whereTo } from '../support/sign-outs.ts';
import type { Options } from '../support/sidecar.ts';

let idp: BendableIdp;
beforeAll(async () => void (idp = await bendableIdp()));
afterAll(() => idp.close());
beforeEach(() => {
  idp.reset();
  idp.bends.noIdToken = true;
  idp.bends.takes = 'post';
});

/** Without an issuer, as such configurations are written. */
const legacy = (): Options => ({
  provider: 'keycloak',
  'oidc-issuer-url': '',
  'login-url': `${idp.issuer}/authorize`,
  'redeem-url': `${idp.issuer}/token`,
  'validate-url': `${idp.issuer}/userinfo`,
});

async function withFlow(options: Options, use: (flow: Flow) => Promise<void>): Promise<void> {
  const flow = await startFlow({ ...legacy(), ...options }, idp);
  try {
    await use(flow);
  } finally {
    await flow.stop();
  }
}

const minute = 60_000;

test('BCP-2, BCP-6: the browser carries state but no nonce, and the scope is that of the reference', async () => {
  await withFlow({}, async ({ begin }) => {
    const { authorization } = await begin(browser(), '/x');
    const query = Object.fromEntries(authorization.searchParams);
    expect(query).toEqual({
      client_id: 'the-client',
      response_type: 'code',
      scope: 'api',
      approval_prompt: 'force',
      redirect_uri: expect.stringMatching(/\/oauth2\/callback$/),
      state: expect.stringMatching(/^[\w-]{43}:\/x$/),
    });
  });
});

test('the profile says who it is; code and client secret go in the body, and nothing asks for discovery or keys', async () => {
  await withFlow({ 'set-xauthrequest': true, 'pass-access-token': true, resource: 'urn:api' }, async (flow) => {
    const { headers, status } = await flow.auth(await flow.member());
    expect(status).toBe(202);
    expect(
      ['user', 'email', 'groups', 'preferred-username'].map((name) => headers.get(`x-auth-request-${name}`)),
    ).toEqual(['jane', 'jane@example.com', 'dev,ops', 'jane']);
    const [redeemed] = idp.calls.filter(({ endpoint }) => endpoint === 'token');
    expect(Object.fromEntries(redeemed?.form ?? [])).toEqual({
      grant_type: 'authorization_code',
      client_id: 'the-client',
      client_secret: 'the-secret',
      code: expect.any(String),
      redirect_uri: expect.stringMatching(/\/oauth2\/callback$/),
      resource: 'urn:api',
    });
    expect(redeemed?.headers.authorization).toBeUndefined();
    expect(idp.calls.map(({ endpoint }) => endpoint)).toEqual(['authorize', 'token', 'userinfo']);
  });
});

test('BCP-4: PKCE when it is asked for', async () => {
  await withFlow({ 'code-challenge-method': 'S256' }, async (flow) => {
    const { authorization } = await flow.begin(browser());
    expect(authorization.searchParams.get('code_challenge_method')).toBe('S256');
    expect((await flow.auth(await flow.member())).status).toBe(202);
    expect(idp.calls.find(({ endpoint }) => endpoint === 'token')?.form.get('code_verifier')).toMatch(/^[\w-]{128}$/);
  });
});

test('BCP-2: a callback with the state of another browser is not redeemed', async () => {
  await withFlow({}, async (flow) => {
    const { callback } = await flow.begin(browser());
    const answer = await flow.open(browser(), callback);
    expect([answer.status, hasSession(answer.setCookies)]).toEqual([302, false]);
    expect(answer.location).toContain(`${idp.issuer}/authorize`);
    expect(idp.count('token')).toBe(0);
  });
});

test('F-3: an issuer that the operator named is compared before the code goes anywhere', async () => {
  idp.bends.discovery = { authorization_response_iss_parameter_supported: true };
  await withFlow({ 'oidc-issuer-url': 'https://other.example' }, async (flow) => {
    expect((await flow.signIn(browser())).status).toBe(403);
    expect([idp.count('token'), flow.sidecar.log()]).toEqual([0, expect.stringContaining('iss_mismatch')]);
  });
  await withFlow({}, async (flow) => expect((await flow.signIn(browser())).status).toBe(302));
});

test.each<[string, Options, number]>([
  ['its group admits', { 'keycloak-group': ['ops', 'x'] }, 302],
  ['another group does not', { 'keycloak-group': 'admins' }, 403],
  ['part of a name is no name', { 'keycloak-group': 'de' }, 403],
  ['it takes the place of --allowed-group', { 'keycloak-group': 'dev', 'allowed-group': 'admins' }, 302],
  ['and shuts out whom that would admit', { 'keycloak-group': 'admins', 'allowed-group': 'dev' }, 403],
  ['--allowed-group alone counts', { 'allowed-group': 'admins' }, 403],
])('--keycloak-group: %s', async (_, options, expected) => {
  await withFlow(options, async (flow) => {
    const answer = await flow.signIn(browser());
    expect([answer.status, hasSession(answer.setCookies)]).toEqual([expected, expected === 302]);
  });
});

test('a profile of its own is read there, and --validate-url must take the token as well', async () => {
  const options = { 'profile-url': `${idp.issuer}/userinfo`, 'validate-url': `${idp.issuer}/validate` };
  await withFlow(options, async (flow) => {
    expect((await flow.signIn(browser())).status).toBe(302);
    expect([idp.count('userinfo'), idp.count('validate')]).toEqual([1, 1]);
    idp.bends.scripts = { validate: { status: 401, body: '' } };
    const refused = await flow.signIn(browser());
    expect([refused.status, hasSession(refused.setCookies)]).toEqual([403, false]);
    expect(flow.sidecar.log()).toContain('validate_url_rejected');
  });
});

test('after --cookie-refresh the token is shown to --validate-url, and the session begins to count anew', async () => {
  await withFlow({ 'cookie-refresh': '5m' }, async (flow) => {
    const who = await flow.member();
    flow.sidecar.pass(6 * minute);
    const renewed = await flow.auth(who);
    expect([renewed.status, hasSession(renewed.setCookies)]).toEqual([202, true]);
    expect((await flow.auth(who)).setCookies).toEqual([]);
    expect([idp.count('userinfo'), idp.count('refresh'), idp.count('token')]).toEqual([2, 0, 1]);

    idp.bends.scripts = { userinfo: { status: 401, body: '' } };
    flow.sidecar.pass(6 * minute);
    expect((await flow.auth(who)).status).toBe(401);
    expect(who.cookies.has(sessionCookie)).toBe(false);
  });
});

test.each([
  ['is in trouble', { status: 503, body: '' }],
  ['cannot be reached', { trouble: 'cut' as const }],
])('D9, T-10: a --validate-url that %s signs nobody out', async (_, script) => {
  await withFlow({ 'cookie-refresh': '5m' }, async (flow) => {
    const who = await flow.member();
    idp.bends.scripts = { userinfo: script };
    flow.sidecar.pass(6 * minute);
    const answer = await flow.auth(who);
    expect([answer.status, answer.setCookies]).toEqual([202, []]);
  });
});

describe('the sign-out', () => {
  test('ends the session here, and every copy of it', async () => {
    await withFlow({}, async (flow) => {
      const who = await flow.member();
      const copy = copyOf(who);
      const out = await flow.open(who, '/oauth2/sign_out?rd=/bye');
      expect([out.status, out.location]).toEqual([302, '/bye']);
      expect([(await flow.auth(who)).status, (await flow.auth(copy)).status]).toEqual([401, 401]);
    });
  });

  test('goes by the browser where the end-session endpoint is known, with the client ID instead of a token', async () => {
    const end = `${idp.issuer}/realms/r/protocol/openid-connect/logout`;
    await withFlow({ 'oidc-end-session-url': end }, async (flow) => {
      const out = await flow.open(await flow.member(), '/oauth2/sign_out?rd=/bye');
      expect([whereTo(out), parametersOf(out)]).toEqual([end, { client_id: 'the-client' }]);
    });
  });

  test('calls --backend-logout-url, unless that is of no use without a token', async () => {
    await withFlow({ 'backend-logout-url': `${idp.issuer}/validate` }, async (flow) => {
      expect((await flow.open(await flow.member(), '/oauth2/sign_out?rd=/bye')).location).toBe('/bye');
      expect(idp.count('validate')).toBe(1);
    });
    const end = `${idp.issuer}/realms/r/protocol/openid-connect/logout`;
    await withFlow({ 'backend-logout-url': `${end}?id_token_hint={id_token}` }, async (flow) => {
      const out = await flow.open(await flow.member(), '/oauth2/sign_out?rd=/bye');
      expect([whereTo(out), parametersOf(out)]).toEqual([end, { client_id: 'the-client' }]);
      expect(idp.count('end_session')).toBe(0);
    });
  });
});

test('a logout token and a bearer token have no key to be verified with', async () => {
  await withFlow({ 'skip-jwt-bearer-tokens': true, 'oidc-issuer-url': idp.issuer }, async (flow) => {
    const body = new URLSearchParams({ logout_token: idp.idToken() });
    const told = await fetch(`${flow.sidecar.origin}/oauth2/backchannel-logout`, { method: 'POST', body });
    expect([told.status, await told.json()]).toEqual([400, expect.objectContaining({ error: 'invalid_request' })]);
    expect(flow.sidecar.log()).toContain('logout_token_unsupported');
    const headers = { authorization: `Bearer ${idp.idToken()}` };
    expect((await flow.auth(browser(), '', headers)).status).toBe(401);
    expect(idp.count('jwks')).toBe(0);
  });
});

function hasSession(setCookies: readonly string[]): boolean {
  return setCookies.some((line) => line.startsWith(`${sessionCookie}=`) && !line.startsWith(`${sessionCookie}=;`));
}
