// Users of an htpasswd file: which hashes count, how passwords are compared, how often they may be tried.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashSync } from 'bcryptjs';
import { readHtpasswd } from '../../src/config/htpasswd-file.ts';
import { isShaOf, watchedHtpasswd } from '../../src/provider/htpasswd.ts';
import { passwordBudget } from '../../src/provider/password-limiter.ts';
import { passwordUsers, type PasswordUsers } from '../../src/provider/password-users.ts';

const sha = (password: string) => `{SHA}${createHash('sha1').update(password).digest('base64')}`;
const bcryptOf = (password: string, letter = 'b') => hashSync(password, 4).replace('$2b$', `$2${letter}$`);

test.each([
  ['two users', `a:${sha('x')}\nb:${bcryptOf('y')}\n`, ['a', 'b']],
  ['comments, blank lines and blanks in front', `# users\n\n  a:${sha('x')}\n#b:${sha('x')}\n`, ['a']],
  ['a hash of another kind is passed over', `u:$apr1$abc$def\na:${sha('x')}\n`, ['a']],
  ['a good user last', `a:${sha('x')}\nu:plain\n`, ['a']],
  ['the later entry of a user counts', `a:${sha('x')}\na:${sha('y')}\n`, ['a']],
])('a file with %s', (_, text, users) => {
  const file = readHtpasswd(text);
  expect(file.kind === 'users' && [...file.hashes.keys()]).toEqual(users);
});

test.each([
  ['nothing', '', /no user with/],
  ['other hashes only', 'u:$apr1$abc$def\n', /no user with/],
  ['uneven fields', 'a:{SHA}x\nb\n', /line 2: 1 fields instead of 2/],
  ['no hash at all', 'a\n', /"a" has no hash/],
])('a file with %s cannot be used', (_, text, because) => {
  expect(readHtpasswd(text)).toEqual({ kind: 'unusable', because: expect.stringMatching(because) });
});

test('{SHA} is compared whole', () => {
  expect([isShaOf(sha('x'), 'x'), isShaOf(sha('x'), 'X'), isShaOf(`${sha('x')}=`, 'x')]).toEqual([true, false, false]);
});

let users: PasswordUsers | undefined;
afterEach(async () => {
  await users?.close();
  users = undefined;
});

let now = 0;
function usersOf(hashes: Record<string, string>, groups: readonly string[] = []): PasswordUsers {
  const map = new Map(Object.entries(hashes));
  users = passwordUsers({ file: { hashes: () => map, close: () => undefined }, groups, clock: () => now });
  return users;
}

const long = 'x'.repeat(72);

test.each([
  ['the right password of {SHA}', { a: sha('pass') }, 'a', 'pass', 'fine'],
  ['a wrong one', { a: sha('pass') }, 'a', 'Pass', 'wrong'],
  ['an empty one', { a: sha('pass') }, 'a', '', 'wrong'],
  ['another spelling of the user', { a: sha('pass') }, 'A', 'pass', 'wrong'],
  ['somebody else', { a: sha('pass') }, 'nobody', 'pass', 'wrong'],
  ['bcrypt 2a', { a: bcryptOf('pass', 'a') }, 'a', 'pass', 'fine'],
  ['bcrypt 2b', { a: bcryptOf('pass', 'b') }, 'a', 'pass', 'fine'],
  ['bcrypt 2x, which Go takes for the same', { a: bcryptOf('pass', 'x') }, 'a', 'pass', 'fine'],
  ['bcrypt 2y', { a: bcryptOf('pass', 'y') }, 'a', 'pass', 'fine'],
  ['bcrypt, wrong', { a: bcryptOf('pass') }, 'a', 'no', 'wrong'],
  ['bcrypt looks at 72 bytes', { a: bcryptOf(long) }, 'a', `${long}more`, 'fine'],
  ['bcrypt looks at all of the 72', { a: bcryptOf(long) }, 'a', long.slice(1), 'wrong'],
  ['UTF-8', { jürgen: bcryptOf('größe') }, 'jürgen', 'größe', 'fine'],
] as const)('%s', async (_, hashes, user, password, expected) => {
  expect((await usersOf(hashes).verify({ user, password, client: '192.0.2.1' })).kind).toBe(expected);
});

test('C-7: a name that is not in the file costs a comparison as well', async () => {
  const some = usersOf({ a: hashSync('x', 8) });
  const timed = async (user: string) => {
    const began = performance.now();
    await some.verify({ user, password: 'wrong', client: user });
    return performance.now() - began;
  };
  await timed('warm-up');
  const [known, unknown] = [await timed('a'), await timed('nobody')];
  expect(unknown).toBeGreaterThan(known / 4);
});

test('V-7: while a password is compared, others are not kept waiting', async () => {
  // At this cost one comparison takes far longer than any pause that a busy machine makes.
  const some = usersOf({ a: '$2a$13$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy' });
  const began = performance.now();
  let took = 0;
  const verdict = some
    .verify({ user: 'a', password: 'x', client: 'c' })
    .finally(() => (took = performance.now() - began));
  let longest = 0;
  for (let last = began; took === 0; last = performance.now()) {
    await sleep(2);
    longest = Math.max(longest, performance.now() - last);
  }
  expect((await verdict).kind).toBe('wrong');
  expect(longest).toBeLessThan(took / 2);
});

test('V-7: of too many at a time the rest is told to come later', async () => {
  const some = usersOf({ a: hashSync('x', 5) });
  const verdicts = await Promise.all(
    Array.from({ length: 200 }, (_, i) => some.verify({ user: 'a', password: `guess-${i}`, client: `client-${i}` })),
  );
  const kinds = new Set(verdicts.map(({ kind }) => kind));
  expect(kinds).toEqual(new Set(['wrong', 'later']));
});

test.each([
  ['mixed case', 'Alice'],
  ['blanks around', ' alice '],
  ['the e-mail form', 'alice@example.com'],
  ['full width', 'ａｌｉｃｅ'],
])('P15: one budget for all spellings of a user: %s', async (_, spelling) => {
  const some = usersOf({ alice: sha('right') });
  const attempt = (user: string, password: string, client = '192.0.2.1') => some.verify({ user, password, client });
  for (let i = 0; i < passwordBudget.tries; i++) expect((await attempt(spelling, 'wrong')).kind).toBe('wrong');
  expect(await attempt('alice', 'right')).toMatchObject({ kind: 'later', because: 'password_tried_too_often' });
  expect((await attempt('alice', 'right', '192.0.2.2')).kind).toBe('fine'); // who sits elsewhere is not locked out
  expect((await attempt('bob', 'wrong')).kind).toBe('wrong');
  now += passwordBudget.windowMs;
  expect((await attempt('alice', 'right')).kind).toBe('fine');
});

test('a password that was right does not count as a try', async () => {
  const some = usersOf({ alice: sha('right') });
  for (let i = 0; i < 3 * passwordBudget.tries; i++) {
    const password = i % passwordBudget.tries === 0 ? 'right' : 'wrong';
    expect((await some.verify({ user: 'alice', password, client: 'c' })).kind).not.toBe('later');
  }
});

describe('the file is followed', () => {
  let folder = '';
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'htpasswd-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const silent = { info: () => undefined, warn: () => undefined };

  test('a change counts, a bad version does not', async () => {
    const path = join(folder, 'users');
    writeFileSync(path, `a:${sha('x')}\n`);
    const errors: string[] = [];
    const watched = watchedHtpasswd({
      path,
      logger: { ...silent, error: (text) => errors.push(text) },
      intervalMs: 10,
    });
    const until = async (isSo: () => boolean) => {
      for (let i = 0; !isSo() && i < 300; i++) await sleep(10);
      expect(isSo()).toBe(true);
    };
    writeFileSync(path, `b:${sha('y')}\n`);
    await until(() => watched.hashes().has('b') && !watched.hashes().has('a'));
    writeFileSync(path, 'broken');
    await until(() => errors.length > 0);
    expect(watched.hashes().has('b')).toBe(true);
    watched.close();
  });

  test('without a good file at the start there is none', () => {
    const start = () => watchedHtpasswd({ path: join(folder, 'none'), logger: { ...silent, error: () => undefined } });
    expect(start).toThrow(/ENOENT/);
  });
});
