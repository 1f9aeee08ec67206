// Programs come with a bearer token in place of a cookie: whose tokens count, which do not, and what goes before what.
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser } from '../support/browser.ts';
import { startFlow, type Flow } from '../support/flow.ts';
import type { Options } from '../support/sidecar.ts';
import { jwt, signers } from '../support/signing.ts';

const now = () => Math.floor(Date.now() / 1000);
const base: Options = { 'skip-jwt-bearer-tokens': true, 'set-xauthrequest': true };
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(options: Options = {}, idp?: BendableIdp): Promise<Flow> {
  const flow = await startFlow({ ...base, ...options }, idp);
  closing.push(() => flow.stop());
  return flow;
}

async function otherIdp(): Promise<BendableIdp> {
  const idp = await bendableIdp();
  closing.push(() => idp.close());
  return idp;
}

/** What nginx hears of a program that brings these credentials and nothing else. */
const hears = (flow: Flow, authorization: string) => flow.auth(browser(), '', { authorization });
const statusOf = async (flow: Flow, authorization: string) => (await hears(flow, authorization)).status;

/** A token of the flow's provider as it would never make one. */
function token({ idp }: Flow, claims: object, header: object = {}): string {
  const honest = {
    iss: idp.issuer,
    aud: 'the-client',
    sub: 'program',
    email: 'p@example.com',
    iat: now(),
    exp: now() + 600,
  };
  return jwt({ header: { ...header }, payload: { ...honest, ...claims } });
}

test('a token of the provider is a session: its claims, no cookie, no call for a profile', async () => {
  const flow = await start();
  const heard = await hears(flow, `Bearer ${flow.idp.idToken()}`);
  expect(heard.status).toBe(202);
  expect(heard.headers.get('x-auth-request-user')).toBe('user-1');
  expect(heard.headers.get('x-auth-request-groups')).toBe('dev,ops');
  expect(heard.setCookies).toEqual([]);
  expect(flow.idp.count('userinfo')).toBe(0);
});

const past = { exp: 1 };

test.each<[string, object, object, number]>([
  ['T-4: an ID token, as the reference takes it', { typ: 'ID' }, {}, 202],
  [
    "T-4: an access token by Keycloak's name, asked for by another client",
    { typ: 'Bearer', azp: 'other', aud: ['the-client', 'x'] },
    {},
    202,
  ],
  ['T-4: an access token by RFC 9068', {}, { typ: 'at+jwt' }, 202],
  ['T-4, P11: a refresh token', { typ: 'Refresh' }, {}, 401],
  ['T-4: an offline token', { typ: 'Offline' }, {}, 401],
  ['T-4: a logout token by its name', {}, { typ: 'logout+jwt' }, 401],
  [
    'T-4: a logout token by its events',
    { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
    {},
    401,
  ],
  ['T-4: a token bound to a key, without proof', { cnf: { jkt: 'x' } }, {}, 401],
  ['T-3, L12, BCP-10: an audience that is not ours', { aud: 'account' }, {}, 401],
  ['T-3, P29: the audience of another client', { aud: 'other-client', azp: 'the-client' }, {}, 401],
  ['M11: another issuer with our key', { iss: 'https://other.example' }, {}, 401],
  ['one that has expired', past, {}, 401],
  ['one without an expiry', { exp: undefined }, {}, 401],
  ['one that does not say when it was made', { iat: undefined }, {}, 202],
  ['one that is not valid yet', { nbf: now() + 600 }, {}, 401],
  ['an e-mail that is not verified', { email_verified: false }, {}, 401],
  ['no e-mail: the name stands for it', { email: undefined }, {}, 202],
  ['a key that the provider does not have', {}, { kid: 'unknown' }, 401],
])('%s', async (_, claims, header, status) => {
  const flow = await start();
  expect(await statusOf(flow, `Bearer ${token(flow, claims, header)}`)).toBe(status);
});

test.each([
  ['signed by nobody', signers.nothing, { alg: 'none' }],
  ['signed with our public key as secret', signers.publicKeyAsSecret, { alg: 'HS256' }],
  ['with a flipped bit', signers.bitFlipped, {}],
  ['signed by another key', signers.rsa2, {}],
])('P31: nothing of a token counts that is %s', async (_, signer, header) => {
  const flow = await start();
  const payload = { iss: flow.idp.issuer, aud: 'the-client', sub: 'x', iat: now(), exp: now() + 60 };
  expect(await statusOf(flow, `Bearer ${jwt({ header, payload, signer })}`)).toBe(401);
});

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

test.each<[string, (token: string) => string, number]>([
  ['as user of Basic, without a password', (jwt) => basic(jwt, ''), 202],
  ['as user of Basic, with the usual password', (jwt) => basic(jwt, 'x-oauth-basic'), 202],
  ['as user of Basic, with another password', (jwt) => basic(jwt, 'secret'), 401],
  ['as password of Basic', (jwt) => basic('anybody', jwt), 202],
  ['in lower case, as in the reference', (jwt) => `bearer ${jwt}`, 401],
  ['behind two blanks', (jwt) => `Bearer  ${jwt}`, 401],
  ['in front of something', (jwt) => `Bearer ${jwt} x`, 401],
  ['by another scheme', (jwt) => `Token ${jwt}`, 401],
])('T-5: a token %s', async (_, header, status) => {
  const flow = await start();
  expect(await statusOf(flow, header(flow.idp.idToken()))).toBe(status);
});

const good = (flow: Flow) => `Bearer ${flow.idp.idToken({ sub: 'program', email: 'program@example.com' })}`;
const bad = () => 'Bearer eyJ.eyJ.x';

test.each<[string, boolean, (flow: Flow) => string | undefined, [number, string | null]]>([
  ['a good token goes before a good cookie', true, good, [202, 'program']],
  ['a good token needs no cookie', false, good, [202, 'program']],
  ['a bad token leaves the word to the cookie', true, bad, [202, 'user-1']],
  ['a bad token alone is nobody', false, bad, [401, null]],
  ['no token, a cookie', true, () => undefined, [202, 'user-1']],
])('T-5: %s', async (_, hasCookie, credentials, expected) => {
  const flow = await start();
  const who = hasCookie ? await flow.member() : browser();
  const authorization = credentials(flow);
  const heard = await flow.auth(who, '', authorization === undefined ? {} : { authorization });
  expect([heard.status, heard.headers.get('x-auth-request-user')]).toEqual(expected);
});

test('T-3: with --bearer-token-login-fallback=false an unusable header is a 403 everywhere, open pages included', async () => {
  const flow = await start({ 'bearer-token-login-fallback': false, 'skip-auth-route': '^/open' });
  const headers = { authorization: bad() };
  const member = await flow.member();
  expect((await flow.auth(member, '', headers)).status).toBe(403);
  expect((await flow.open(browser(), '/oauth2/userinfo', { headers })).status).toBe(403);
  const open = await flow.open(browser(), '/open/x', { headers });
  expect([open.status, open.text]).toEqual([403, 'Forbidden\n']);
  expect((await flow.auth(browser())).status).toBe(401);
  expect(await statusOf(flow, good(flow))).toBe(202);
});

test('rules hold for tokens too, and constraints of the location', async () => {
  const flow = await start({ 'allowed-group': 'dev' });
  expect(await statusOf(flow, `Bearer ${flow.idp.idToken()}`)).toBe(202);
  expect(await statusOf(flow, `Bearer ${flow.idp.idToken({ groups: ['ops'] })}`)).toBe(401);
  const headers = { authorization: `Bearer ${flow.idp.idToken()}` };
  expect((await flow.auth(browser(), '?allowed_groups=others', headers)).status).toBe(403);
});

test('a token counts until it expires, also when it was fine a moment ago', async () => {
  const flow = await start();
  const authorization = `Bearer ${token(flow, { exp: now() + 20 })}`;
  expect(await statusOf(flow, authorization)).toBe(202);
  flow.sidecar.pass(21_000);
  expect(await statusOf(flow, authorization)).toBe(401);
});

test('the signature of a token that was fine is not verified for every request', async () => {
  const flow = await start();
  const authorization = good(flow);
  expect(await statusOf(flow, authorization)).toBe(202);
  flow.idp.bends.scripts.jwks = { status: 500 };
  flow.sidecar.pass(30_000);
  expect(await statusOf(flow, authorization)).toBe(202);
});

describe('further issuers', () => {
  const both = async (options: Options = {}) => {
    const extra = await otherIdp();
    const flow = await start({ 'extra-jwt-issuers': `${extra.issuer}=their-audience`, ...options });
    const theirs = (claims: object) => `Bearer ${extra.idToken({ aud: 'their-audience', ...claims })}`;
    return { extra, flow, theirs };
  };

  test.each<[string, object, number]>([
    ['a token of theirs', {}, 202],
    ['T-3: with our audience', { aud: 'the-client' }, 401],
    ['with an extra audience of the provider', { aud: 'also-fine' }, 202],
    ['without an e-mail', { email: undefined }, 202],
    ['with an e-mail that is not verified', { email_verified: false }, 401],
    ['with groups that are no list', { groups: 'one' }, 401],
    ['without groups', { groups: undefined }, 202],
  ])('%s', async (_, claims, status) => {
    const { flow, theirs } = await both({ 'oidc-extra-audience': 'also-fine' });
    expect(await statusOf(flow, theirs(claims))).toBe(status);
  });

  test('T-3: keys are bound to their issuer', async () => {
    const { flow, extra } = await both();
    const ours = { sub: 'x', iat: now(), exp: now() + 60 };
    const swapped = jwt({
      header: { kid: 'rsa2' },
      payload: { ...ours, iss: flow.idp.issuer, aud: 'the-client' },
      signer: signers.rsa2,
    });
    extra.bends.keys = flow.idp.bends.keys;
    flow.idp.bends.keys = [];
    expect(await statusOf(flow, `Bearer ${swapped}`)).toBe(401);
    expect(extra.count('jwks')).toBe(0);
  });

  test('one that cannot be reached keeps nobody else out, and counts once it is back', async () => {
    const { flow, extra, theirs } = await both();
    extra.bends.scripts.discovery = { trouble: 'cut' };
    expect(await statusOf(flow, theirs({}))).toBe(401);
    expect(await statusOf(flow, good(flow))).toBe(202);
    extra.bends.scripts.discovery = {};
    let status = 0;
    for (let i = 0; status !== 202 && i < 100; i++) {
      status = await statusOf(flow, theirs({}));
      if (status !== 202) await new Promise((next) => setTimeout(next, 50));
    }
    expect(status).toBe(202);
  });

  test('M16: junk that names nobody we know makes us fetch nothing', async () => {
    const { flow, extra } = await both();
    const junk = jwt({ payload: { iss: 'https://nobody.example', exp: now() + 60 } });
    for (let i = 0; i < 20; i++) expect(await statusOf(flow, `Bearer ${junk}`)).toBe(401);
    expect([extra.calls.length, flow.idp.count('jwks')]).toEqual([0, 0]);
  });
});

test('a sign-out that the provider proves ends its tokens as well', async () => {
  const flow = await start({ 'log-format': 'json' });
  const authorization = `Bearer ${flow.idp.idToken({ sid: 'sid-1' })}`;
  expect(await statusOf(flow, authorization)).toBe(202);
  const logout = jwt({
    header: { typ: 'logout+jwt' },
    payload: {
      ...{ iss: flow.idp.issuer, aud: 'the-client', iat: now(), exp: now() + 60, jti: 'logout-1', sid: 'sid-1' },
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    },
  });
  const told = await flow.open(browser(), '/oauth2/backchannel-logout', {
    method: 'POST',
    headers: {},
    body: new URLSearchParams({ logout_token: logout }),
  });
  expect(told.status).toBe(200);
  expect(await statusOf(flow, authorization)).toBe(401);
});

test('O-3: a refused token is in the auth log with its reason, and never itself', async () => {
  const flow = await start({ 'log-format': 'json' });
  const refused = token(flow, past);
  await statusOf(flow, `Bearer ${refused}`);
  expect(flow.sidecar.log()).toContain('"reason":"id_token_exp"');
  expect(flow.sidecar.log()).not.toContain(refused.slice(-40));
});

test('without --skip-jwt-bearer-tokens a token is nobody', async () => {
  const flow = await start({ 'skip-jwt-bearer-tokens': false });
  expect(await statusOf(flow, good(flow))).toBe(401);
});
