// Who does a session say that the user is? (behaviour.md §16, security T-2, T-6)
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { bendableIdp } from '../support/bendable-idp.ts';
import type { BendableIdp } from '../support/bendable-idp.ts';
import type { Bends } from '../support/bends.ts';
import { jwt, signers } from '../support/signing.ts';
import { make, reasonOf } from './make.ts';
import type { Made, Wish } from './make.ts';

let idp: BendableIdp;
let made: Made | undefined;
beforeAll(async () => void (idp = await bendableIdp()));
afterAll(() => idp.close());
afterEach(() => {
  made?.provider.stop();
  idp.reset();
});

type Options = NonNullable<Wish['options']>;
type Row = readonly [
  name: string,
  options: Options,
  bends: Partial<Bends>,
  expected: object | string,
  profileCalls: number,
];

async function identity(options: Options, bends: Partial<Bends>): Promise<unknown> {
  made = make(idp, { options });
  Object.assign(idp.bends, bends);
  return made.signIn().catch(reasonOf);
}

const groups = (value: unknown): Partial<Bends> => ({ idToken: { groups: value } });
const custom: Options = { oidcEmailClaim: 'contact.mail', oidcGroupsClaim: 'https://groups.test' };
const profileJwt = (signer = signers.rsa1): Partial<Bends> => ({
  idToken: { groups: undefined },
  scripts: { userinfo: { body: jwt({ payload: { groups: ['from-jwt'] }, signer }), type: 'application/jwt' } },
});
const profileAnswer = (body: string | object, status = 200): Partial<Bends> => ({
  idToken: { groups: undefined },
  scripts: { userinfo: { status, body, type: 'application/json' } },
});

test.each<Row>([
  [
    'all in the ID token',
    {},
    {},
    { user: 'user-1', email: 'jane@example.com', preferredUsername: 'jane', groups: ['dev', 'ops'], roles: undefined },
    0,
  ],
  ['a single group is a list of one', {}, groups('solo'), { groups: ['solo'] }, 0],
  ['numbers become text', {}, groups(12345), { groups: ['12345'] }, 0],
  ['mixed groups become text', {}, groups(['a', 1, true, { k: 'v' }]), { groups: ['a', '1', 'true', '{"k":"v"}'] }, 0],
  ['nested lists become text', {}, groups([['a', 'b'], 'c']), { groups: ['["a","b"]', 'c'] }, 0],
  ['an object becomes text', {}, groups({ a: 1 }), { groups: ['{"a":1}'] }, 0],
  [
    'null is missing, so the profile is asked',
    {},
    { ...groups(null), userinfo: { groups: undefined } },
    { groups: [] },
    1,
  ],
  ['an empty list is there', {}, groups([]), { groups: [] }, 0],
  ['ten thousand groups', {}, groups(Array.from({ length: 10_000 }, (_, i) => `g${i}`)), { user: 'user-1' }, 0],
  ['a boolean user name becomes text', {}, { idToken: { preferred_username: true } }, { preferredUsername: 'true' }, 0],
  [
    'the e-mail address is kept as it is',
    {},
    { idToken: { email: ' Jäne.DOE@Example.COM' } },
    { email: ' Jäne.DOE@Example.COM' },
    0,
  ],
  ['groups only in the profile', {}, { idToken: { groups: undefined } }, { groups: ['dev', 'ops'] }, 1],
  [
    'two claims missing, one call',
    {},
    { idToken: { groups: undefined, email: undefined } },
    { groups: ['dev', 'ops'], email: 'jane@example.com' },
    1,
  ],
  [
    'the ID token beats the profile',
    {},
    { idToken: { email: 'token@example.com', groups: undefined } },
    { email: 'token@example.com', groups: ['dev', 'ops'] },
    1,
  ],
  [
    '--skip-claims-from-profile-url',
    { skipClaimsFromProfileUrl: true },
    { idToken: { groups: undefined } },
    { groups: [] },
    0,
  ],
  [
    'T-2: profile of another user',
    {},
    { idToken: { groups: undefined }, userinfo: { sub: 'other' } },
    'userinfo_sub',
    1,
  ],
  [
    'profile without sub',
    {},
    { idToken: { groups: undefined }, userinfo: { sub: undefined } },
    { groups: ['dev', 'ops'] },
    1,
  ],
  ['M18: profile is an array', {}, profileAnswer('[]'), 'userinfo_not_json', 1],
  ['profile is no JSON', {}, profileAnswer('hello'), 'userinfo_not_json', 1],
  ['profile answers 500', {}, profileAnswer('x', 500), 'userinfo_status', 1],
  ['profile answers 403', {}, profileAnswer({ error: 'no' }, 403), 'userinfo_status', 1],
  ['RP-D6 -userinfo-signed', {}, profileJwt(), { groups: ['from-jwt'] }, 1],
  ['RP-D6: signed userinfo of an unknown key', {}, profileJwt(signers.rsa2), 'userinfo_signature', 1],
  [
    'nested path and name with dots',
    custom,
    { idToken: { contact: { mail: 'n@example.com' }, 'https://groups.test': ['x', 'y'] } },
    { email: 'n@example.com', groups: ['x', 'y'] },
    0,
  ],
  [
    'the exact name beats the path',
    custom,
    { idToken: { contact: { mail: 'n@example.com' }, 'contact.mail': 'e@example.com', 'https://groups.test': [] } },
    { email: 'e@example.com' },
    0,
  ],
  [
    'email_verified does not vouch for another claim',
    custom,
    { idToken: { contact: { mail: 'n@example.com' }, email_verified: false, 'https://groups.test': [] } },
    { email: 'n@example.com' },
    0,
  ],
  [
    '--user-id-claim is the old name of the e-mail claim',
    { userIdClaim: 'upn' },
    { idToken: { upn: 'u@example.com' } },
    { user: 'user-1', email: 'u@example.com' },
    0,
  ],
  [
    '--oidc-email-claim wins over it',
    { userIdClaim: 'upn', oidcEmailClaim: 'sub' },
    { idToken: { upn: 'u@example.com' } },
    { user: 'user-1', email: 'user-1' },
    0,
  ],
  ['e-mail not verified', {}, { idToken: { email_verified: false } }, 'email_not_verified', 0],
  ['e-mail not verified, as text', {}, { idToken: { email_verified: 'false' } }, 'email_not_verified', 0],
  ['e-mail verified, as text', {}, { idToken: { email_verified: 'true' } }, { email: 'jane@example.com' }, 0],
  ['e-mail verified, as number', {}, { idToken: { email_verified: 1 } }, { email: 'jane@example.com' }, 0],
  ['e-mail verified, nobody can say', {}, { idToken: { email_verified: ['true'] } }, 'email_not_verified', 0],
  [
    'email_verified nowhere',
    {},
    { idToken: { email_verified: undefined }, userinfo: { email_verified: undefined } },
    { email: 'jane@example.com' },
    1,
  ],
  [
    'not verified by the profile',
    {},
    { idToken: { email_verified: undefined }, userinfo: { email_verified: false } },
    'email_not_verified',
    1,
  ],
  [
    'unverified, but allowed',
    { insecureOidcAllowUnverifiedEmail: true },
    { idToken: { email_verified: false } },
    { email: 'jane@example.com' },
    0,
  ],
  ['no e-mail anywhere', {}, { claims: { sub: 'user-1' } }, 'email_missing', 1],
  [
    'T-6: __proto__ in the token',
    {},
    {
      payload: (text) => text.replace('{', '{"__proto__":{"groups":["admin"],"email":"x@example.com"},'),
      idToken: { groups: undefined },
      userinfo: { groups: undefined },
    },
    { groups: [], email: 'jane@example.com' },
    1,
  ],
  [
    'T-6: constructor.prototype in the token',
    {},
    {
      idToken: { constructor: { prototype: { groups: ['admin'] } }, groups: undefined },
      userinfo: { groups: undefined },
    },
    { groups: [] },
    1,
  ],
  ['T-6: a claim path to a prototype', { oidcGroupsClaim: 'groups.__proto__' }, {}, { groups: [] }, 1],
  ['T-6: a claim path to a constructor', { oidcGroupsClaim: 'constructor.name' }, {}, { groups: [] }, 1],
])('claims: %s', async (_, options, bends, expected, profileCalls) => {
  const got = await identity(options, bends);
  if (typeof expected === 'string') expect(got).toBe(expected);
  else expect(got).toMatchObject(expected);
  expect(idp.count('userinfo')).toBe(profileCalls);
});

test('T-6: a bad sign-in leaves nothing behind for an innocent one', async () => {
  await identity({}, { payload: (text) => text.replace('{', '{"__proto__":{"groups":["admin"]},') });
  made?.provider.stop();
  idp.reset();
  expect(await identity({}, { claims: { sub: 'user-2', email: 'b@example.com', email_verified: true } })).toMatchObject(
    { groups: [] },
  );
  expect(Object.hasOwn(Object.prototype, 'groups')).toBe(false);
});

test('what is missing names the account', async () => {
  made = make(idp);
  idp.bends.idToken = { email_verified: false };
  await expect(made.signIn()).rejects.toMatchObject({ account: 'jane' });
});

test('every sign-in has an id of its own, and remembers the ID token', async () => {
  made = make(idp);
  idp.bends.idToken = { sid: 'sid-1', auth_time: 1234 };
  const [first, second] = [await made.signIn(), await made.signIn()];
  expect(first.id).not.toBe(second.id);
  expect(first).toMatchObject({
    issuer: idp.issuer,
    subject: 'user-1',
    sid: 'sid-1',
    authTime: 1234,
    nonce: 'the-nonce',
    signedInAtMs: 1_000_000,
  });
});
