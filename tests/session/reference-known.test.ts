// Known answers: what oauth2-proxy v7.15.3 wrote is read to the letter.
import { createHash } from 'node:crypto';
import { cookieLines } from '../../src/session/chunks.ts';
import { foreignAttempts } from '../../src/session/reference-attempt.ts';
import { readFrame, xxHash32 } from '../../src/session/reference-frame.ts';
import { readMsgpack } from '../../src/session/reference-msgpack.ts';
import { foreignSessions } from '../../src/session/reference-store.ts';
import { fixedSecrets } from '../../src/session/secrets.ts';

// prettier-ignore
const known = {
  msgpack: '8ba26361d7ff1d6f34546553f100a2656fd6ff6553ff10a26174ab416363657373546f6b656ea26974a74944546f6b656ea27274ac52656672657368546f6b656ea16ec40401020304a165b46a6f686e2e646f65406578616d706c652e636f6da175a86a6f686e2e646f65a16792a161a162a27075a46a6f686ea2616381a3666f6fa3626172',
  frame: '04224d186440a782000000f21d8ba26361d7ff1d6f34546553f100a2656fd6ff6553ff10a26174ab416363657373546f6b656ea26974a749440b00f4227274ac52656672657368546f6b656ea16ec40401020304a165b46a6f686e2e646f65406578616d706c652e636f6da175a81700f00ca16792a161a162a27075a46a6f686ea2616381a3666f6fa362617200000000a9a6ea39',
  cookies: {
    '0123456789abcdef': 'AAECAwQFBgcICQoLDA0OD6Rb1OiG_xmU-ZWTG5kv69Sy9-e5iQyeU1VYhVBDPsHfpt1WEjK1z7enSGaBEx3UvSomvHhCjqKp1H3OSxwIay1sF4yYaDPv7LZTmfEGZHYp56gH7rVpPRyH5uKqbvAEdCMYLPok-yecxnqwIperqvyoTrFsCdZL_O0rnx2Ir9QuZSd2FP6_Kb8Ht5zDd0kaSE2gqeHj|1700000000|gBZjfQeoP_m1B91kDq05jwrgl0v8F02UAeQF2kALBvs=',
    '0123456789abcdefghijklmnopqrstuv': 'AAECAwQFBgcICQoLDA0OD_Rg5qoqg9bk6ybxtpzI8sIGOWPylY_1ltJ1gzYJ4AD8cIqy4k-4rbF4VTq1ERGKI7Xl5P9-hDTZL409ieY7vTBZCE70tHpJvbjQ-F_l3yZI5wQbFvZiBHEy6ljqDQC94WwqdYoCByEafOZGxAZO9XTnj2vfjiPpaBWTkw3FvBolJ6Symk4uKvJxwC1iK8QLwQw01cdj|1700000000|zvZ70fc67Zc2JdrjTsa3Kmk4AjyBqDAJmauAiLXIi-4=',
    'yHBw2lh2Cvo6aI_jn_qMTr-pRAjtq0nzVgDJNb36jgQ=': 'AAECAwQFBgcICQoLDA0OD9f1XbmyI0wEF92Ch4Vhle_uuUd9yW_E8LvK63l8LDe6k3SIKgBYwe_vlAVj8hQBWnmB3o37ZDyqupYvyENW84iuFzOvOvfJGXcEPLOSKjNzeh3sGOZ9n-RvRFF6P4CkCIYbIzsVfBn119Fk3fVIrZDCCmW5E-ooteyCSmcJFmKt7AZ9M3AXfZQGOT_YOFaMNim--xH7|1700000000|i2jcyXap8U4E88BYVKRsd1o5zHL1XvPhWrOHVwkRgmk=',
  },
  small: { msgpack: '82a26361d6ff6553ff10a165a56140622e63', frame: '04224d186440a71200008082a26361d6ff6553ff10a165a56140622e6300000000c68c7c0b' },
  csrf: 'AAECAwQFBgcICQoLDA0ODyPY6jTCv78U-pGW74OsQL0IE8jbnb3Wf9h_tJW_XcpW7bh2gN8ICuPFaoVauQwXQ-H-wcaBent1e6kZe39yNGghFtovSJeWvBhNE4vgHfYK5cyaH3o=',
  csrfSignature: 'HOfXGyv6C-dId-zsHL4WYKD6R2ZDfOvIdkfDH2Ut3RQ=',
  csrfSignaturePerRequest: 'Yc5j43_s0tuCoJA43Vi-gZ8R5gjZ3vbU8GCs7Hs0h_Y=',
  stateHash: 'Yw3NKWbEM2aRElRIu7JbT_QSpJxzLbLIq8G4WBvXEN0',
  nonceHash: 'GGXACDHnP37iP8E8stD1iLnDQYNcp0cvjsA1q6S3idY',
  ticket: 'djIuWDI5aGRYUm9NbDl3Y205NGVTMHdNREF4TURJd016QTBNRFV3TmpBM01EZ3dPVEJoTUdJd1l6QmtNR1V3WmcuQUFFQ0F3UUZCZ2NJQ1FvTERBME9Edw==|1700000000|kWWx2g-0q2E1jyWgB6xtUEDp2o2uV2kjc7L5-sl6Ex0=',
  redisKey: '_oauth2_proxy-000102030405060708090a0b0c0d0e0f',
  redisValue: '000102030405060708090a0b11cec4afb0e49207b4c2c0ef93c2306a9d451fa862419819d01475e594efe0650a4c',
};

function sessionsOf(secret: string, hasRoles = false) {
  const secrets = fixedSecrets(secret);
  return foreignSessions({ cookieName: '_oauth2_proxy', secrets, hasRoles, rememberedBytes: 1_000_000 });
}

const john = {
  user: 'john.doe',
  email: 'john.doe@example.com',
  preferredUsername: 'john',
  groups: ['a', 'b'],
  accessToken: 'AccessToken',
  idToken: 'IDToken',
  refreshToken: 'RefreshToken',
  nonce: createHash('sha256').update(Buffer.from('01020304', 'hex')).digest('base64url'),
  signedInAtMs: 1_700_000_000_123,
  createdAtMs: 1_700_000_000_123,
  expiresAtMs: 1_700_003_600_000,
  additionalClaims: { foo: 'bar' },
};

test('a frame with pieces that repeat, and one that is stored as it is', () => {
  expect(readFrame(Buffer.from(known.frame, 'hex'))?.toString('hex')).toBe(known.msgpack);
  expect(readFrame(Buffer.from(known.small.frame, 'hex'))?.toString('hex')).toBe(known.small.msgpack);
});

// Of the algorithm's own description.
test.each([
  ['nothing', '', 0x02cc5d05],
  ['less than a stripe', 'abc', 0x32d153ff],
  ['more than a stripe', 'Nobody inspects the spammish repetition', 0xe2293b2f],
])('xxHash32 of %s', (_, text, hash) => expect(xxHash32(Buffer.from(text))).toBe(hash));

test.each(Object.entries(known.cookies))('a session that was sealed with %s', (secret, cookie) => {
  const sessions = sessionsOf(secret);
  expect(sessions.looksRight(cookie)).toBe(true);
  const session = sessions.open(cookie);
  expect(session).toEqual({ ...john, id: expect.stringMatching(/^[\w-]{22}$/) });
  // The same object again, and the same id in another process.
  expect(sessions.open(cookie)).toBe(session);
  expect(sessionsOf(secret).open(cookie)?.id).toBe(session?.id);
});

test.each([
  ['d6ff6553ff10', 1_700_003_600_000],
  ['d7ff1d6f34546553f100', 1_700_000_000_123.456789],
  ['c70cff00000005ffffffffffffffff', -1000 + 5e-6],
  ['c70cff000000000000000400000000', 2 ** 34 * 1000],
  ['d7ff00000001b09e1900', 7_258_118_400_000],
])('the timestamp %s', (hex, ms) => {
  const read = readMsgpack(Buffer.from(hex, 'hex'));
  expect((read as Date).getTime()).toBe(Math.trunc(ms));
});

test('numbers among the additional claims are texts', () => {
  expect(readMsgpack(Buffer.from('a53132333435', 'hex'))).toBe('12345');
});

test('a sign-in that is under way, in the single cookie and in one of its own', () => {
  const attempts = foreignAttempts(fixedSecrets('0123456789abcdef'));
  const attempt = {
    mark: known.stateHash,
    nonce: known.nonceHash,
    codeVerifier: 'verifier',
    startedAtMs: 1_700_000_000_000,
  };
  const single = { name: '_oauth2_proxy_csrf', value: `${known.csrf}|1700000000|${known.csrfSignature}` };
  const own = {
    name: '_oauth2_proxy_Yw3NKWbE_csrf',
    value: `${known.csrf}|1700000000|${known.csrfSignaturePerRequest}`,
  };
  expect(attempts.open(single.name, single.value)).toEqual(attempt);
  expect(attempts.open(own.name, own.value)).toEqual(attempt);
  expect(attempts.open(single.name, own.value)).toBeUndefined();
});

test('a ticket, and the value that it opens', () => {
  const sessions = sessionsOf('0123456789abcdef');
  const ticket = sessions.openTicket(known.ticket);
  expect(ticket).toEqual({
    key: known.redisKey,
    secret: Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'),
    createdAtMs: 1_700_000_000_000,
  });
  const value = Buffer.from(known.redisValue, 'hex');
  expect(ticket && sessions.openValue(value, ticket)).toMatchObject({
    email: 'a@b.c',
    user: '',
    groups: [],
    createdAtMs: 1_700_003_600_000,
    expiresAtMs: undefined,
  });
  value[20] = (value[20] ?? 0) ^ 1;
  expect(ticket && sessions.openValue(value, ticket)).toBeUndefined();
});

test('where a cookie is split: ours carry as much as those of the reference', () => {
  const attributes = {
    ...{ path: '/', domain: undefined, maxAge: 604_800, httpOnly: true, secure: true },
    sameSite: 'Lax' as const,
  };
  const extra = '; SameSite=Lax'.length; // what the reference leaves out
  expect(cookieLines('_oauth2_proxy', 'x'.repeat(3944 - extra), attributes)).toHaveLength(1);
  const [first = '', second = ''] = cookieLines('_oauth2_proxy', 'x'.repeat(3945 - extra), attributes);
  expect([first.length, first.split('=')[0]]).toEqual([4000, '_oauth2_proxy_0']);
  expect(/^_oauth2_proxy_0=(x+);/.exec(first)?.[1]).toHaveLength(3942 - extra);
  expect(second).toMatch(/^_oauth2_proxy_1=xxx;/);
});
