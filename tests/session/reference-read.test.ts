// Sessions of oauth2-proxy: which count, which do not, and what becomes of each field.
import { createHash } from 'node:crypto';
import { foreignSessions } from '../../src/session/reference-store.ts';
import { fixedSecrets, type Secrets } from '../../src/session/secrets.ts';
import {
  cfb,
  msgpackOf,
  redisValue,
  referenceKey,
  referenceSecret,
  sessionCookieValue,
  signed,
  stored,
  ticketText,
  type Fields,
} from '../support/reference-writer.ts';

const cookieName = '_oauth2_proxy';

function sessions(secrets: Secrets = fixedSecrets(referenceSecret), hasRoles = false) {
  return foreignSessions({ cookieName, secrets, hasRoles, rememberedBytes: 1_000_000 });
}

const createdAt = new Date(1_700_000_000_500);
const jane: Fields = { ca: createdAt, e: 'jane@example.com', u: 'user-1', g: ['dev', 'role:admin', 'role:app:read'] };

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

describe('fields', () => {
  const read = (fields: Fields, hasRoles = false) =>
    sessions(undefined, hasRoles).open(sessionCookieValue({ ...jane, ...fields }));

  test('a session without tokens, as --session-cookie-minimal leaves it', () => {
    expect(read({})).toEqual({
      id: expect.any(String),
      user: 'user-1',
      email: 'jane@example.com',
      preferredUsername: '',
      groups: ['dev', 'role:admin', 'role:app:read'],
      createdAtMs: 1_700_000_000_500,
      signedInAtMs: 1_700_000_000_500,
    });
  });

  test('N10: roles stand apart from groups where the provider has roles, each once', () => {
    const groups = ['dev', 'role:admin', 'role:app:read', 'role:admin', 'role:app:read'];
    expect(read({ g: groups }, true)).toMatchObject({ groups: ['dev'], roles: ['admin', 'app:read'] });
    expect(read({ g: ['dev'] }, true)?.roles).toEqual([]);
  });

  test('issuer, subject, sid and time of the sign-in come from the ID token', () => {
    const it = jwt({ iss: 'https://idp.test', sub: 'user-1', sid: 's-1', auth_time: 1_699_999_000 });
    expect(read({ it })).toMatchObject({
      issuer: 'https://idp.test',
      subject: 'user-1',
      sid: 's-1',
      authTime: 1_699_999_000,
    });
  });

  test.each([
    ['no JWT', 'opaque'],
    ['JSON that is no object', `e30.${Buffer.from('[1]').toString('base64url')}.x`],
    ['claims of other types', jwt({ iss: 1, sub: null, sid: {}, auth_time: 'x' })],
  ])('an ID token that is %s says nothing, and harms nothing', (_, it) => {
    const session = read({ it });
    expect([session?.idToken, session?.issuer, session?.sid]).toEqual([it, undefined, undefined]);
  });

  test('the nonce becomes what the ID token says: the hash of its bytes', () => {
    const n = Buffer.from('0123456789abcdef0123456789abcdef');
    expect(read({ n })?.nonce).toBe(createHash('sha256').update(n).digest('base64url'));
  });

  test.each([
    ['absent', undefined, undefined],
    ["Go's zero", new Date(-62_135_596_800_000), undefined],
    ['in 1970', new Date(0), 0],
    ['in the far future', new Date(2 ** 34 * 1000), 2 ** 34 * 1000],
  ])('an expiry that is %s', (_, eo, expiresAtMs) => {
    expect(read({ eo })?.expiresAtMs).toBe(expiresAtMs);
  });

  test('additional claims keep their types', () => {
    const ac = { number: '12345', yes: true, nothing: null, list: ['a', { deep: [1] }] };
    expect(read({ ac })?.additionalClaims).toEqual(ac);
  });

  test('fields in another order, and one that nobody knows', () => {
    const turned = Object.fromEntries([...Object.entries(jane).toReversed(), ['zz', 1]]);
    expect(sessions().open(sessionCookieValue({ ...turned, ca: createdAt }))?.email).toBe('jane@example.com');
  });

  test('the age counts from the signature', () => {
    const value = sessionCookieValue(jane, { signedAtMs: 1_800_000_000_000 });
    expect(sessions().open(value)?.createdAtMs).toBe(1_800_000_000_000);
  });

  test.each<[string, Fields]>([
    ['an e-mail that is a number', { e: 1 }],
    ['groups that are a text', { g: 'dev' }],
    ['a group that is no text', { g: [1] }],
    ['a creation that is a text', { ca: 'now' }],
  ])('no session: %s', (_, fields) => expect(read(fields)).toBeUndefined());
});

describe('C-2: only what the reference signed with one of the secrets', () => {
  const value = sessionCookieValue(jane);
  const [payload = '', timestamp = '', signature = ''] = value.split('|');

  test.each([
    ['another secret', sessionCookieValue(jane, { secret: 'another-secret-0123456789abcdefg' })],
    ['another cookie', sessionCookieValue(jane, { name: '_oauth2_proxy_csrf' })],
    ['a later time', `${payload}|${Number(timestamp) + 1}|${signature}`],
    ['another payload', `B${payload.slice(1)}|${timestamp}|${signature}`],
    ['no signature', `${payload}|${timestamp}|`],
    ['a signature in another spelling', `${payload}|${timestamp}|${respelled(signature)}`],
    ['a signature without its padding', value.slice(0, -1)],
    ['a digit that wandered into the payload', `${payload}${timestamp[0]}|${timestamp.slice(1)}|${signature}`],
    ['four fields', `${value}|x`],
    ['a ticket', signed(Buffer.from(ticketText('key', Buffer.alloc(16))), { secret: referenceSecret })],
    ['an empty payload', signed(Buffer.alloc(0), { secret: referenceSecret })],
    ['signed garbage', signed(Buffer.alloc(64, 7), { secret: referenceSecret })],
    ['another AES key', signed(cfb(stored(msgpackOf(jane)), Buffer.alloc(32, 1)), { secret: referenceSecret })],
    ['something behind the frame', boxed(Buffer.concat([stored(msgpackOf(jane)), Buffer.from([0])]))],
    ['something behind the session', boxed(stored(Buffer.concat([msgpackOf(jane), Buffer.from([0])])))],
  ])('%s', (_, changed) => {
    expect(sessions().open(value)?.email).toBe('jane@example.com');
    expect(sessions().open(changed)).toBeUndefined();
  });

  test('a secret that is taken away takes its sessions along', () => {
    let list: readonly string[] = ['a-new-secret-of-32-characters-xx', referenceSecret];
    const reader = sessions({ current: () => list });
    expect(reader.open(value)?.email).toBe('jane@example.com');
    list = ['a-new-secret-of-32-characters-xx'];
    expect(reader.open(value)).toBeUndefined();
  });
});

/** The last character before the padding has two bits that decoders ignore. */
function respelled(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(signature.charAt(42));
  return `${signature.slice(0, 42)}${alphabet[last ^ 1]}=`;
}

function boxed(frame: Buffer): string {
  return signed(cfb(frame, referenceKey), { secret: referenceSecret });
}

const bare = 'yHBw2lh2Cvo6aI_jn_qMTr-pRAjtq0nzVgDJNb36jgQ';
const binary = Buffer.from([...Array(32).keys()].map((i) => 200 + (i % 50)));

describe('the secret in every form the reference takes', () => {
  test.each<[string, { signing: string | Buffer; key: Buffer; configured: string }]>([
    ['padded', { signing: referenceSecret, key: referenceKey, configured: referenceSecret }],
    ['without padding', { signing: bare, key: referenceKey, configured: bare }],
    ['a file, with its line break', { signing: `${bare}\n`, key: referenceKey, configured: `${bare}\n` }],
    ['a file once, a variable now', { signing: `${bare}\n`, key: referenceKey, configured: bare }],
    [
      'a variable once, a file now',
      { signing: referenceSecret, key: referenceKey, configured: `${referenceSecret}\n` },
    ],
    [
      'sixteen characters as they are',
      { signing: 'sixteen. chars!!', key: Buffer.from('sixteen. chars!!'), configured: 'sixteen. chars!!' },
    ],
    ['thirty-two bytes that are no text', { signing: binary, key: binary, configured: binary.toString('latin1') }],
    [
      'letters beyond ASCII',
      {
        signing: 'über-Bäumen-.-steht.xx',
        key: Buffer.from('über-Bäumen-.-steht.xx'),
        configured: 'über-Bäumen-.-steht.xx',
      },
    ],
  ])('%s', (_, { signing, key, configured }) => {
    expect([16, 24, 32]).toContain(key.length);
    const value = signed(cfb(stored(msgpackOf(jane)), key), { secret: signing });
    expect(sessions(fixedSecrets(configured)).open(value)?.email).toBe('jane@example.com');
  });

  test('of several secrets each opens what it sealed', () => {
    const value = sessionCookieValue(jane);
    expect(sessions(fixedSecrets('the-new-one-has-32-characters-xx', referenceSecret)).open(value)?.user).toBe(
      'user-1',
    );
  });
});

describe('tickets', () => {
  const secret = Buffer.alloc(16, 7);
  const cookie = (text: string) =>
    signed(Buffer.from(text), { secret: referenceSecret, signedAtMs: 1_700_000_000_000 });

  test.each([
    ['the new form', ticketText('_oauth2_proxy-0123', secret), '_oauth2_proxy-0123'],
    ['the form of old', `_oauth2_proxy-0123.${secret.toString('base64url')}`, '_oauth2_proxy-0123'],
    ['the form of old with dots in the name', `my.app-0123.${secret.toString('base64url')}`, 'my.app-0123'],
    ['the new form with dots in the name', ticketText('my.app-0123', secret), 'my.app-0123'],
  ])('%s', (_, text, key) => {
    expect(sessions().openTicket(cookie(text))).toEqual({ key, secret, createdAtMs: 1_700_000_000_000 });
  });

  test.each([
    ['a secret that is too short', ticketText('key', Buffer.alloc(15))],
    ['no key', ticketText('', secret)],
    ['an endless key', ticketText('k'.repeat(600), secret)],
    ['no dot', 'key'],
    ['not base64url', 'v2.a+b.!!'],
  ])('no ticket: %s', (_, text) => expect(sessions().openTicket(cookie(text))).toBeUndefined());

  test('a refresh keeps the ticket: the session knows its own age, and keeps its id', () => {
    const ticket = sessions().openTicket(cookie(ticketText('key', secret)));
    if (ticket === undefined) throw new Error('no ticket');
    const read = (fields: Fields) => sessions().openValue(redisValue(fields, secret), ticket);
    const [first, later] = [read({ ...jane }), read({ ...jane, ca: new Date(1_700_000_300_000) })];
    expect([first?.createdAtMs, later?.createdAtMs]).toEqual([1_700_000_000_500, 1_700_000_300_000]);
    expect(later?.id).toBe(first?.id);
    expect(read({ e: 'jane@example.com' })?.createdAtMs).toBe(1_700_000_000_000);
  });
});
