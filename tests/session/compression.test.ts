import { createHash, randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import '../support/seeded.ts';
import { commonTexts } from '../../src/session/compression-texts.ts';
import { compressed, inflated } from '../../src/session/compression.ts';

test('small data is left alone', () => {
  expect(compressed({ a: 1 })).toEqual({ a: 1 });
});

test('large data shrinks and comes back', () => {
  const data = { groups: Array.from({ length: 300 }, (_, i) => `/department/team-${i}`) };
  const packed = compressed(data);
  expect(JSON.stringify(packed).length).toBeLessThan(JSON.stringify(data).length / 2);
  expect(inflated(packed)).toEqual(data);
});

test('what does not shrink is left alone', () => {
  const data = { token: randomBytes(3000).toString('base64url') };
  expect(compressed(data)).toBe(data);
});

test.each([
  ['V-5, M20: a bomb', { d1: deflateRawSync(Buffer.alloc(50 * 1024 * 1024)).toString('base64url'), s: '' }],
  ['a damaged one', { d1: 'AAAA', s: '' }],
  ['something else', { d1: 1, s: '' }],
  ['one without signatures', { d1: deflateRawSync('\n{}').toString('base64url') }],
  ['V-5, M20: a bomb of an earlier build', { z: deflateRawSync(Buffer.alloc(50 * 1024 * 1024)).toString('base64url') }],
  ['a damaged one of an earlier build', { z: 'AAAA' }],
  ['something else in its place', { z: 1 }],
])('%s is nothing', (_, data) => {
  expect(inflated(data)).toBeUndefined();
});

/** Token texts of the size that Keycloak makes for an ordinary user. */
function jwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = part({ alg: 'RS256', typ: 'JWT', kid: randomBytes(32).toString('base64url') });
  return `${header}.${part(claims)}.${randomBytes(256).toString('base64url')}`;
}

const claims = {
  exp: 1764000300,
  iat: 1764000000,
  auth_time: 1763999990,
  jti: 'onrtac:5a2f3e52-6d0a-4a2f-9a55-1f1d6a3a7b1e',
  iss: 'https://auth.example.com/realms/demo',
  aud: 'sidecar',
  sub: '6a1b5cb6-6c5e-4b0f-8d9a-0d4b8c2b1a77',
  typ: 'ID',
  azp: 'sidecar',
  sid: 'f0a9e6d2-6f5c-4b8e-9f3f-3e5b7a1c2d4e',
  email_verified: true,
  name: 'Alice Example',
  groups: ['/eng/web'],
  preferred_username: 'alice',
  email: 'alice@example.org',
};

test('tokens come back to the letter, whatever they look like', () => {
  for (const token of [
    jwt(claims),
    'opaque',
    'a.b.c',
    `${jwt(claims)}.x`,
    jwt(claims).replace('.', '=.'),
    'é.ü.x'.repeat(300),
  ]) {
    const data = { at: token, it: token, rt: undefined, pad: 'x'.repeat(1200) };
    expect(inflated(compressed(data))).toEqual(JSON.parse(JSON.stringify(data)));
  }
});

test('E3.2: an ordinary session with three tokens needs one small cookie', () => {
  const roles = ['default-roles-demo', 'offline_access', 'uma_authorization'];
  const at = jwt({ ...claims, typ: 'Bearer', aud: 'account', realm_access: { roles }, scope: 'openid profile email' });
  const session = {
    v: 1,
    i: 'x'.repeat(22),
    at,
    it: jwt(claims),
    rt: jwt({ ...claims, typ: 'Refresh' }),
    e: 'alice@example.org',
  };
  // iron-session writes it as base64 once more.
  expect((JSON.stringify(compressed(session)).length * 4) / 3 + 300).toBeLessThan(2600);
  expect((JSON.stringify(session).length * 4) / 3).toBeGreaterThan(4300);
});

test('what an earlier build packed is read', () => {
  const [header, payload, signature] = ['{"alg":"RS256"}', '{"sub":"é\\n"}', randomBytes(256).toString('base64url')];
  const z = deflateRawSync(JSON.stringify({ v: 1, u: 'x', at: [header, payload, signature], it: 'opaque' }));
  const base64 = (text: string) => Buffer.from(text).toString('base64url');
  expect(inflated({ z: z.toString('base64url') })).toEqual({
    v: 1,
    u: 'x',
    at: `${base64(header)}.${base64(payload)}.${signature}`,
    it: 'opaque',
  });
});

test('what browsers hold can be read for ever: the texts of d1 have not changed', () => {
  expect(createHash('sha256').update(commonTexts).digest('base64url')).toBe(
    'uSa01M0-IAH31YZUW2qgKb1k1a_c2RzfYBI8L1pMLFQ',
  );
  expect(inflated({ d1: 'SyyxhCsHV-U5mcmpKHm7lqu6lqsamkASlWoB', s: 'c2lnbmF0dXJl' })).toEqual({
    v: 1,
    e: 'alice@example.org',
    at: 'e30.eyJzdWIiOiJhIn0.c2lnbmF0dXJl',
  });
});

test('whatever the fields and tokens are, they come back', () => {
  const base64url = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('at256', '\n', '{"v":1}', 'x'.repeat(400)));
  const jsonPart = fc.oneof(text, fc.json()).map((part) => Buffer.from(part).toString('base64url'));
  const token = fc.oneof(
    fc.tuple(jsonPart, jsonPart, base64url).map((parts) => parts.join('.')),
    fc.array(base64url, { maxLength: 5 }).map((parts) => parts.join('.')),
    text,
  );
  const session = fc.record(
    {
      v: fc.constant(1),
      u: text,
      g: fc.array(text),
      at: token,
      it: token,
      rt: token,
      ac: fc.dictionary(fc.string(), fc.jsonValue()),
    },
    { requiredKeys: ['v'] },
  );
  fc.assert(
    fc.property(session, (data) => {
      const wire: unknown = JSON.parse(JSON.stringify(data));
      expect(inflated(JSON.parse(JSON.stringify(compressed(data))))).toEqual(wire);
    }),
    { numRuns: 400 },
  );
});
