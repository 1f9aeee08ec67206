// Which logout tokens are believed? OpenID Connect Back-Channel Logout 1.0 §2.4–2.6, security B2–B10.
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { logoutEvent, logoutToken } from '../support/logout-tokens.ts';
import { hmacSigner, publicPem, signers, type JwtParts } from '../support/signing.ts';
import { make, reasonOf, type Made } from './make.ts';

let idp: BendableIdp;
let made: Made;
beforeAll(async () => void (idp = await bendableIdp()));
afterAll(() => idp.close());
beforeEach(() => {
  idp.reset();
  made = make(idp);
});
afterEach(() => made.provider.stop());

type Claims = Readonly<Record<string, unknown>>;
type Shape = Pick<JwtParts, 'header' | 'signer'>;

const outcome = (claims?: Claims, shape?: Shape) => outcomeOf(logoutToken(idp, claims, shape));
const outcomeOf = (raw: string) => made.provider.verifyLogoutToken(raw).then(() => 'ok', reasonOf);
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

test.each<[string, () => [Claims?, Shape?]]>([
  ['oidcc-client-test-rp-backchannel-rpinitlogout: as Keycloak sends it', () => []],
  ['with sub only', () => [{ sid: undefined }]],
  ['with sid only', () => [{ sub: undefined, sid: 's1' }]],
  ['B4: typ JWT', () => [{}, { header: { typ: 'JWT' } }]],
  ['B4: no typ', () => [{}, { header: { typ: undefined } }]],
  ['B4: typ in capitals', () => [{}, { header: { typ: 'LOGOUT+JWT' } }]],
  ['B5: one audience among others', () => [{ aud: ['other', 'the-client'] }]],
  ['B6: without exp, as older versions send', () => [{ exp: undefined }]],
  ['B6: from a clock that is fast by less than a minute', () => [{ iat: inSeconds(50) }]],
  ['B6: just expired by a clock that is slow', () => [{ exp: inSeconds(-50) }]],
  ['no claim typ, as other providers send', () => [{ typ: undefined }]],
  ['B8: an event object with members, among other events', () => [{ events: { other: 1, [logoutEvent]: { a: 1 } } }]],
])('believed: %s', async (_, given) => {
  expect(await outcome(...given())).toBe('ok');
});

test.each<[string, string, () => [Claims?, Shape?]]>([
  ['B2, K2, -alg-none', 'algorithm', () => [{}, { header: { alg: 'none' }, signer: signers.nothing }]],
  ['B2, -wrong-alg: HS256 with the client secret', 'algorithm', () => [{}, hs256('the-secret')]],
  ['B2: HS256 with the public key as secret', 'algorithm', () => [{}, hs256(publicPem)]],
  ['B2: an algorithm that discovery does not list', 'algorithm', () => [{}, es256]],
  ['B2: a signature changed by a bit', 'signature', () => [{}, { signer: signers.bitFlipped }]],
  ['B2, K2: no signature', 'signature', () => [{}, { signer: signers.nothing }]],
  ['B2: another provider’s key', 'signature', () => [{}, { signer: signers.rsa2 }]],
  ['B2: an unknown key id', 'unknown_key', () => [{}, { header: { kid: 'rsa2' }, signer: signers.rsa2 }]],
  ['B4: an access token’s typ', 'type', () => [{}, { header: { typ: 'at+jwt' } }]],
  ['B4: another kind of Keycloak token', 'typ', () => [{ typ: 'ID' }]],
  ['B5, -wrong-iss', 'iss', () => [{ iss: 'https://other.example' }]],
  ['B5: the issuer with a slash more', 'iss', () => [{ iss: `${idp.issuer}/` }]],
  ['B5: no iss', 'iss', () => [{ iss: undefined }]],
  ['B5, -wrong-aud', 'aud', () => [{ aud: 'another-client' }]],
  ['B5: no aud', 'aud', () => [{ aud: undefined }]],
  ['B5: a list without us', 'aud', () => [{ aud: ['a', 'b'] }]],
  ['B6, M14: no iat', 'iat', () => [{ iat: undefined }]],
  ['B6: iat is text', 'iat', () => [{ iat: String(inSeconds(0)) }]],
  ['B6: issued long ago', 'iat', () => [{ iat: inSeconds(-600), exp: inSeconds(600) }]],
  ['B6: issued in the future', 'iat', () => [{ iat: inSeconds(120) }]],
  ['B6: expired', 'exp', () => [{ exp: inSeconds(-120) }]],
  ['B7, M14: no jti', 'jti', () => [{ jti: undefined }]],
  ['B7: an empty jti', 'jti', () => [{ jti: '' }]],
  ['B8, -no-event', 'events', () => [{ events: undefined }]],
  ['B8: no member', 'events', () => [{ events: {} }]],
  ['B8, -wrong-event', 'events', () => [{ events: { 'http://example/other': {} } }]],
  ['B8: the event as a list', 'events', () => [{ events: [logoutEvent] }]],
  ['B8: the event as text', 'events', () => [{ events: logoutEvent }]],
  ['B8: a member that is no object', 'events', () => [{ events: { [logoutEvent]: true } }]],
  ['B8: a member that is a list', 'events', () => [{ events: { [logoutEvent]: [] } }]],
  ['B9: neither sub nor sid', 'subject', () => [{ sub: undefined, sid: undefined }]],
  ['B9: an empty sid', 'sid', () => [{ sid: '' }]],
  ['B9: a sid that is no text', 'sid', () => [{ sid: { a: 1 } }]],
  ['B10, -with-nonce', 'nonce', () => [{ nonce: 'n' }]],
  ['B10: even an empty nonce', 'nonce', () => [{ nonce: null }]],
  ['an extension that must be understood', 'crit', () => [{}, { header: { crit: ['b64'], b64: true } }]],
])('refused: %s', async (_, reason, given) => {
  expect(await outcome(...given())).toBe(`logout_token_${reason}`);
});

const es256: Shape = { header: { alg: 'ES256', kid: 'ec' }, signer: signers.ec };
const hs256 = (secret: string): Shape => ({ header: { alg: 'HS256' }, signer: hmacSigner(secret) });

test('B4: an ID token is no logout token', async () => {
  expect(await outcomeOf(idp.idToken({ nonce: 'n' }))).toBe('logout_token_nonce');
  expect(await outcomeOf(idp.idToken({ jti: 'x', sid: 's' }))).toBe('logout_token_events');
});

test('B3: an encrypted token, for which there is no key', async () => {
  expect(await outcomeOf('eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d')).toBe('logout_token_encrypted');
});

test.each(['', 'x', 'a.b', 'a.b.c', '....', `${'a'.repeat(20_000)}.b.c`])(
  'what is no token at all: %#',
  async (raw) => {
    expect(await outcomeOf(raw)).toMatch(/^logout_token_(malformed|encrypted)$/);
  },
);

test('B18: what can be refused without a key asks the provider nothing', async () => {
  await made.provider.whenReady();
  await outcomeOf('a.b.c');
  await outcome({}, { header: { alg: 'none' }, signer: signers.nothing });
  await outcome({}, { header: { typ: 'at+jwt' } });
  await outcome({}, hs256('the-secret'));
  expect(idp.count('jwks')).toBe(0);
});

test('B18: a hundred tokens with unknown keys make two calls, not a hundred', async () => {
  const unknown = { header: { kid: 'unknown' }, signer: signers.rsa2 };
  for (let i = 0; i < 100; i++) await outcome({}, unknown);
  expect(idp.count('jwks')).toBeLessThanOrEqual(2);
  expect(idp.calls.map(({ endpoint }) => endpoint).filter((endpoint) => endpoint !== 'jwks')).toEqual(['discovery']);
});

test('what it says is handed on', async () => {
  const iat = inSeconds(-2);
  expect(await made.provider.verifyLogoutToken(logoutToken(idp, { iat, jti: 'j', sid: 's' }))).toEqual({
    issuer: idp.issuer,
    subject: 'user-1',
    sid: 's',
    tokenId: 'j',
    issuedAtMs: iat * 1000,
  });
});

test('keys that cannot be had refuse no token, but say why', async () => {
  idp.bends.scripts = { jwks: { status: 503 } };
  expect(await outcome()).toBe('jwks_status');
});
