// What becomes of a session when it is refreshed? (security T-8, T-10; RP-R1 … RP-R3)
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Renewal } from '../../src/provider/provider.ts';
import type { Session } from '../../src/session/session.ts';
import { bendableIdp } from '../support/bendable-idp.ts';
import type { BendableIdp } from '../support/bendable-idp.ts';
import type { Bends, Script } from '../support/bends.ts';
import { signers } from '../support/signing.ts';
import { make } from './make.ts';
import type { Made, Wish } from './make.ts';

let idp: BendableIdp;
let made: Made;
beforeAll(async () => void (idp = await bendableIdp()));
afterAll(() => idp.close());
beforeEach(() => void (made = make(idp)));
afterEach(() => {
  made.provider.stop();
  idp.reset();
});

/** Signs in honestly, bends the provider, refreshes. */
async function renewal(bends: Partial<Bends>, change: Partial<Session> = {}, wish?: Wish): Promise<Renewal> {
  if (wish) {
    made.provider.stop();
    made = make(idp, wish);
  }
  idp.bends.idToken = { auth_time: 1000, sid: 'sid-1' };
  const session = { ...(await made.signIn()), ...change };
  idp.bends.idToken = {};
  Object.assign(idp.bends, bends);
  made.pass(60_000);
  return made.provider.refresh(session);
}

function brief(result: Renewal): string {
  return result.kind === 'renewed' ? result.kind : `${result.kind}: ${result.because}`;
}

const now = Math.floor(Date.now() / 1000);
const answers = (refresh: Script): Partial<Bends> => ({ scripts: { refresh } });
const oauthError = (status: number, error: string) => answers({ status, body: { error } });

test.each<readonly [string, Partial<Bends>, string]>([
  ['RP-R1 -refresh-token: without a nonce', {}, 'renewed'],
  ['RP-R2 -refresh-token-invalid-issuer', { idToken: { iss: 'https://x.example' } }, 'unavailable: id_token_iss'],
  ['RP-R3 -refresh-token-invalid-sub', { idToken: { sub: 'user-2' } }, 'revoked: subject_changed'],
  ['T-8, M13: wrong signature', { signer: signers.rsa2 }, 'unavailable: id_token_signature'],
  ['T-8: alg none', { header: { alg: 'none' }, signer: signers.nothing }, 'unavailable: id_token_algorithm'],
  ['T-8: audience of another', { idToken: { aud: 'x' } }, 'unavailable: id_token_aud'],
  ['T-8: expired', { idToken: { exp: now - 60 } }, 'unavailable: id_token_exp'],
  ['T-8: auth_time the same', { idToken: { auth_time: 1000 } }, 'renewed'],
  ['T-8: auth_time another', { idToken: { auth_time: 2000 } }, 'unavailable: id_token_auth_time'],
  ['T-8: nonce the same', { idToken: { nonce: 'the-nonce' } }, 'renewed'],
  ['T-8: nonce another', { idToken: { nonce: 'x' } }, 'unavailable: id_token_nonce'],
  ['T-8: an access token in place of the ID token', { idToken: { typ: 'Bearer' } }, 'unavailable: id_token_kind'],
  ['no ID token', { noIdToken: true }, 'renewed'],
  ['e-mail no longer verified', { idToken: { email_verified: false } }, 'revoked: email_not_verified'],
  ['e-mail gone', { claims: { sub: 'user-1' } }, 'revoked: email_missing'],
  [
    'profile out',
    { idToken: { groups: undefined }, scripts: { userinfo: { status: 500 } } },
    'unavailable: userinfo_status',
  ],
  [
    'T-2: profile of another user',
    { idToken: { groups: undefined }, userinfo: { sub: 'x' } },
    'unavailable: userinfo_sub',
  ],
  ['T-10: invalid_grant', oauthError(400, 'invalid_grant'), 'revoked: token_endpoint_invalid_grant'],
  ['T-10: invalid_grant with 500', oauthError(500, 'invalid_grant'), 'unavailable: token_endpoint_unavailable'],
  ['T-10: invalid_client', oauthError(401, 'invalid_client'), 'unavailable: token_endpoint_invalid_client'],
  [
    'T-10: unauthorized_client (Keycloak)',
    oauthError(401, 'unauthorized_client'),
    'unavailable: token_endpoint_unauthorized_client',
  ],
  ['T-10: invalid_request', oauthError(400, 'invalid_request'), 'unavailable: token_endpoint_invalid_request'],
  [
    'T-10: temporarily_unavailable',
    oauthError(400, 'temporarily_unavailable'),
    'unavailable: token_endpoint_temporarily_unavailable',
  ],
  ['T-10: 500', answers({ status: 500, body: 'x' }), 'unavailable: token_endpoint_unavailable'],
  ['T-10: 503', answers({ status: 503 }), 'unavailable: token_endpoint_unavailable'],
  ['T-10: 400 without a code', answers({ status: 400, body: 'invalid_grant' }), 'unavailable: token_endpoint_status'],
  ['T-10: connection cut', answers({ trouble: 'cut' }), 'unavailable: token_endpoint_unreachable'],
  ['T-10: no JSON', answers({ body: '<html>' }), 'unavailable: token_endpoint_not_json'],
])('refresh: %s', async (_, bends, expected) => {
  expect(brief(await renewal(bends))).toBe(expected);
});

test('T-10: a client that is refused at refresh is the operator’s fault, and no session’s', async () => {
  expect(await renewal(oauthError(401, 'unauthorized_client'))).toEqual({
    kind: 'unavailable',
    because: 'token_endpoint_unauthorized_client',
    fault: 'misconfigured',
    detail: expect.stringContaining('answered unauthorized_client'),
  });
});

test.each([
  ['429 in seconds', { status: 429, headers: { 'retry-after': '7' } }, 7000],
  ['503 in seconds', { status: 503, headers: { 'retry-after': '120' } }, 120_000],
  ['503 with nonsense', { status: 503, headers: { 'retry-after': 'soon' } }, undefined],
  ['503 with a date in the past', { status: 503, headers: { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' } }, 0],
])('Retry-After is handed on: %s', async (_, script, retryAfterMs) => {
  expect(await renewal(answers(script))).toMatchObject({ kind: 'unavailable', retryAfterMs });
});

test('P7, T-11: new claims replace the old ones, everything that makes the session this one stays', async () => {
  const before = await made.signIn();
  idp.bends.claims = {
    sub: 'user-1',
    email: 'new@example.com',
    email_verified: true,
    groups: ['changed'],
    preferred_username: 'renamed',
  };
  idp.bends.tokens = { refresh_token: 'rt-2', expires_in: 60 };
  made.pass(60_000);
  const result = await made.provider.refresh(before);
  const session = result.kind === 'renewed' ? result.session : undefined;
  expect(session).toMatchObject({
    email: 'new@example.com',
    groups: ['changed'],
    preferredUsername: 'renamed',
    refreshToken: 'rt-2',
  });
  expect(session).toMatchObject({
    id: before.id,
    subject: 'user-1',
    signedInAtMs: before.signedInAtMs,
    nonce: 'the-nonce',
  });
  expect(session?.createdAtMs).toBeGreaterThanOrEqual(before.createdAtMs + 60_000);
  expect(session?.expiresAtMs).toBe((session?.createdAtMs ?? 0) + 60_000);
  expect(session?.idToken).not.toBe(before.idToken);
  expect(session?.accessToken).not.toBe(before.accessToken);
});

test('the old refresh token and ID token are kept where no new ones come', async () => {
  const before = await made.signIn();
  idp.bends.tokens = { refresh_token: undefined, expires_in: undefined };
  idp.bends.noIdToken = true;
  idp.bends.claims = { sub: 'user-1', email: 'ignored@example.com' };
  expect(await made.provider.refresh(before)).toMatchObject({
    kind: 'renewed',
    session: {
      refreshToken: before.refreshToken,
      idToken: before.idToken,
      email: before.email,
      groups: before.groups,
      expiresAtMs: undefined,
    },
  });
});

test('the request is the grant and nothing else', async () => {
  await renewal({});
  const { form } = idp.calls.find(({ endpoint }) => endpoint === 'refresh') ?? {};
  expect([...(form ?? [])].map(([name]) => name).sort()).toEqual(['grant_type', 'refresh_token']);
});

test('the subject of a session from elsewhere is read from its ID token', async () => {
  expect(brief(await renewal({ idToken: { sub: 'user-2' } }, { subject: undefined }))).toBe('revoked: subject_changed');
});

test.each<readonly [string, Partial<Session>, string]>([
  ['while the ID token holds', {}, 'unavailable: no_refresh_token'],
  ['and without an ID token', { idToken: undefined }, 'revoked: no_refresh_token'],
  ['with an ID token of another nonce', { nonce: 'x' }, 'revoked: id_token_nonce'],
])('without a refresh token, %s', async (_, change, expected) => {
  expect(brief(await renewal({}, { ...change, refreshToken: undefined }))).toBe(expected);
  expect(idp.count('refresh')).toBe(0);
});

test('without a refresh token a session ends with its ID token', async () => {
  const session = { ...(await made.signIn()), refreshToken: undefined };
  made.pass(2 * 3600_000);
  expect(brief(await made.provider.refresh(session))).toBe('revoked: id_token_exp');
});

const validating = (): Wish => ({ options: { validateUrl: `${idp.issuer}/validate` } });

test.each<readonly [string, Script, string]>([
  ['accepts', { status: 200 }, 'renewed'],
  ['refuses', { status: 401 }, 'revoked: validate_url_rejected'],
  ['is out', { status: 503 }, 'renewed'],
  ['is cut', { trouble: 'cut' }, 'renewed'],
])('--validate-url %s', async (_, validate, expected) => {
  expect(brief(await renewal({ scripts: { validate } }, {}, validating()))).toBe(expected);
  expect(idp.calls.at(-1)).toMatchObject({
    endpoint: 'validate',
    headers: { authorization: expect.stringMatching(/^Bearer at-/) },
  });
});

test('keycloak-oidc: roles come from the new access token, each once, also without a new ID token', async () => {
  made.provider.stop();
  made = make(idp, { options: { provider: 'keycloak-oidc' } });
  idp.bends.accessTokenClaims = { realm_access: { roles: ['old', 'kept'] } };
  const before = await made.signIn();
  Object.assign(idp.bends, { noIdToken: true, accessTokenClaims: { realm_access: { roles: ['kept', 'fresh'] } } });
  expect(await made.provider.refresh(before)).toMatchObject({
    session: { groups: ['dev', 'ops'], roles: ['kept', 'fresh'] },
  });
});

test('a provider that was never discovered leaves the session alone', async () => {
  const session = await made.signIn();
  made.provider.stop();
  made = make(idp, { options: { oidcIssuerUrl: 'http://127.0.0.1:1' } });
  expect(brief(await made.provider.refresh(session))).toBe('unavailable: discovery_unreachable');
});
