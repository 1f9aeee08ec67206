// Guessers at the passwords of the htpasswd file: many at a time, and from many addresses.
import { hashSync } from 'bcryptjs';
import { passwordBudget, passwordLimiter } from '../../src/provider/password-limiter.ts';
import { passwordUsers, type PasswordUsers } from '../../src/provider/password-users.ts';

const client = '192.0.2.1';
const hashes = new Map([['jane', hashSync('right', 4)]]);
let users: PasswordUsers;
beforeEach(() => {
  users = passwordUsers({ file: { hashes: () => hashes, close: () => {} }, groups: [], clock: () => Date.now() });
});
afterEach(() => users.close());

const kinds = async (passwords: readonly string[], user = 'jane') =>
  (await Promise.all(passwords.map((password) => users.verify({ user, password, client })))).map(({ kind }) => kind);

test.each(['jane', 'nobody'])('P15: tries for %s that are under way at once count as those in turn', async (user) => {
  const seen = await kinds(
    Array.from({ length: 60 }, (_, i) => `guess-${i}`),
    user,
  );
  expect(seen.filter((kind) => kind === 'wrong')).toHaveLength(passwordBudget.tries);
  expect(seen.filter((kind) => kind === 'later')).toHaveLength(60 - passwordBudget.tries);
});

test('a program may ask for any number of things at once', async () => {
  expect(new Set(await kinds(Array.from({ length: 60 }, () => 'right')))).toEqual(new Set(['fine']));
  expect(await kinds(['right'])).toEqual(['fine']);
});

test('V-7: tries that nobody looked at do not count', async () => {
  // Other people fill the queue.
  const others = Array.from({ length: 64 }, (_, i) =>
    users.verify({ user: `somebody-${i}`, password: 'x', client: `198.51.100.${i}` }),
  );
  expect(await kinds(Array.from({ length: 20 }, (_, i) => `x${i}`))).toEqual(Array.from({ length: 20 }, () => 'later'));
  await Promise.all(others);
  expect(await kinds(['right'])).toEqual(['fine']);
});

test('V-7: one address fills the queue for nobody else, whatever names it invents', async () => {
  const flood = Array.from({ length: 64 }, (_, i) =>
    users.verify({ user: `somebody-${i}`, password: 'x', client: `2001:db8::${i.toString(16)}` }),
  );
  expect(await kinds(['right'])).toEqual(['fine']);
  const outcomes = (await Promise.all(flood)).map(({ kind }) => kind);
  expect(new Set(outcomes)).toEqual(new Set(['wrong', 'later']));
});

test.each([
  ['another address of the same /64 of IPv6', '2001:db8:0:1::1', '2001:db8:0:1:ffff:2:3:4', false],
  ['another spelling of the address', '2001:db8:0:1::1', '2001:0DB8:0000:0001::0001', false],
  ['IPv4 inside of IPv6', '192.0.2.1', '::ffff:192.0.2.1', false],
  ['another /64', '2001:db8:0:1::1', '2001:db8:0:2::1', true],
  ['another address of IPv4', '192.0.2.1', '192.0.2.2', true],
  ['a unix socket', '', '', false],
])('P15: %s has a budget of its own, or not', (_, one, other, isOwn) => {
  const limiter = passwordLimiter(() => 0);
  for (let i = 0; i < passwordBudget.tries; i++) limiter.tried({ client: one, user: 'jane' });
  expect(limiter.waitMs({ client: other, user: 'jane' }) === 0).toBe(isOwn);
});
