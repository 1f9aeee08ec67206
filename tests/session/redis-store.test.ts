// Do sessions in Redis keep what stores promise, to whoever brings, reads or writes what?
import fc from 'fast-check';
import '../support/seeded.ts';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { fixedSecrets } from '../../src/session/secrets.ts';
import { sealer } from '../../src/session/seal.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
import { redisValue, referenceSecret, signed } from '../support/reference-writer.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import {
  bringing,
  cookieName,
  left,
  replica,
  signedIn,
  someone,
  verdict,
  type Replica,
} from '../support/redis-sessions.ts';

needs('redis-server')('the store in Redis', () => {
  let redis: RedisServer;
  let one: Replica;
  let two: Replica;
  beforeAll(async () => {
    redis = await startRedis();
    one = await replica({ url: redis.url });
    two = await replica({ url: redis.url });
  });
  afterAll(async () => {
    await one.stop();
    await two.stop();
    await redis.close();
  });
  beforeEach(() => redis.command('FLUSHALL'));

  const sessionKeys = async () =>
    (await redis.command('KEYS', `${cookieName}-*`)).split('\n').filter((key) => key !== '');
  const onlyKey = async () => (await sessionKeys())[0] ?? '';
  const load = (at: Replica, ...values: readonly string[]) => at.store.load(bringing(...values));

  test('a session comes back on every replica, by one question to Redis, and its cookie is small', async () => {
    const session = someone({ groups: Array.from({ length: 500 }, (_, i) => `group-with-a-long-name-${i}`) });
    const value = await signedIn(one, session);
    expect(value.length).toBeLessThan(400);
    two.asked.clear();
    expect(await load(two, value)).toEqual({ kind: 'found', session });
    expect([...two.asked]).toEqual([['get', 1]]);
    expect(await sessionKeys()).toEqual([expect.stringMatching(/^_oauth2_proxy-[0-9a-f]{32}$/)]);
  });

  test('its life is --cookie-expire, begins anew at each save, and 0 is without end', async () => {
    const session = someone();
    const value = await signedIn(one, session);
    const key = await onlyKey();
    await redis.command('PEXPIRE', key, '5000');
    await one.store.save(bringing(value), session);
    const ttl = Number(await redis.command('PTTL', key));
    expect([ttl > 7_190_000, ttl <= 7_200_000]).toEqual([true, true]);

    const endless = await replica({ url: redis.url, lifetimeMs: 0, name: 'endless' });
    await endless.store.replace(bringing(), someone());
    const [other = ''] = (await redis.command('KEYS', 'endless-*')).split('\n');
    expect(await redis.command('PTTL', other)).toBe('-1');
    await endless.stop();
  });

  test('a session that is too old does not count, though Redis still has it', async () => {
    const value = await signedIn(one, someone({ createdAtMs: Date.now() - 3 * 3600_000 }));
    expect(await load(two, value)).toMatchObject({
      kind: 'none',
      because: 'session_expired',
      expired: { user: 'user-4711' },
    });
  });

  test('C-1, N12, D11: a sign-in gives a new ticket and a new key, and what the browser brought is dead', async () => {
    const planted = await signedIn(one, someone());
    const before = await sessionKeys();
    const lines = await one.store.replace(bringing(planted), someone({ user: 'victim' }));
    const after = await sessionKeys();
    expect([after.length, after.includes(before[0] ?? '')]).toEqual([1, false]);
    expect(verdict(await load(one, planted))).toBe('none session_gone');
    expect(verdict(await load(two, planted))).toBe('none session_gone');
    expect(await load(two, left(lines) ?? '')).toMatchObject({ kind: 'found', session: { user: 'victim' } });
  });

  test('a refreshed session keeps key and ticket: the old cookie opens the new state', async () => {
    const session = someone();
    const old = await signedIn(one, session);
    const key = await onlyKey();
    const fresh = left(await two.store.save(bringing(old), { ...session, accessToken: 'renewed' })) ?? '';
    expect(await sessionKeys()).toEqual([key]);
    for (const value of [old, fresh])
      expect(await load(one, value)).toMatchObject({ kind: 'found', session: { accessToken: 'renewed' } });
  });

  test('C-4: a refresh does not bring back what was signed out meanwhile, here or on another replica', async () => {
    for (const at of [one, two]) {
      const session = someone();
      const value = await signedIn(one, session);
      await at.store.clear(bringing(value));
      expect(left(await one.store.save(bringing(value), session))).toBeUndefined();
      expect(await sessionKeys()).toEqual([]);
    }
  });

  test('C-4: after a sign-out the cookie is dead at once, everywhere', async () => {
    const value = await signedIn(one, someone());
    expect(verdict(await load(two, value))).toBe('found');
    const lines = await one.store.clear(bringing(value));
    expect(lines[0]).toMatch(/^_oauth2_proxy=; Path=\/; Max-Age=0/);
    expect([verdict(await load(one, value)), verdict(await load(two, value))]).toEqual([
      'none session_gone',
      'none session_gone',
    ]);
    expect(await redis.command('DBSIZE')).toBe('0'); // the list of the user's sessions included
  });

  test.each<[string, readonly string[], string]>([
    ['no cookie', [], 'none no_cookie'],
    ['an empty one', [''], 'none cookie_unreadable'],
    ['garbage', ['garbage'], 'none cookie_unreadable'],
    [
      'garbage in the form of a seal',
      [`Fe26.2*1*${'a'.repeat(64)}*x*y**${'b'.repeat(64)}*${'A'.repeat(43)}~2`],
      'none cookie_unreadable',
    ],
  ])('%s is no session, and Redis is not asked', async (_, values, expected) => {
    one.asked.clear();
    expect(verdict(await load(one, ...values))).toBe(expected);
    expect([...one.asked]).toEqual([]);
  });

  test('C-2: a session sealed into a cookie is no ticket, nor is the ticket of another cookie name', async () => {
    const secrets = fixedSecrets('a-cookie-secret-of-the-tests-42');
    for (const purpose of [`session ${cookieName}`, 'ticket other', `attempt ${cookieName}`]) {
      const value = await sealer({ secrets, purpose, rememberedBytes: 0 }).seal({ i: 'x', s: 'y' });
      expect(verdict(await load(one, value))).toBe('none cookie_unreadable');
    }
  });

  test('C-2, P33: no character of a ticket can be changed', async () => {
    const value = await signedIn(one, someone());
    for (let at = 0; at < value.length; at += 3) {
      const other = value[at] === 'A' ? 'B' : 'A';
      const loaded = await load(one, value.slice(0, at) + other + value.slice(at + 1));
      expect([at, verdict(loaded)]).toEqual([at, 'none cookie_unreadable']);
    }
  });

  test('V-3, V-6, P30: a hundred thousand junk tickets cause no question to Redis', async () => {
    const value = await signedIn(one, someone());
    const junk = fc.sample(fc.oneof(fc.string({ maxLength: 40 }), fc.base64String({ maxLength: 60 })), 1000);
    one.asked.clear();
    const texts = junk.map((text) => text.replace(/[;\s"]/g, ''));
    for (let i = 0; i < 100_000; i++) {
      const text = `${texts[i % texts.length] ?? ''}${i}`;
      const candidate = i % 2 === 0 ? text : `${value.slice(0, 20)}*${text}*${value.slice(-40)}`;
      const loaded = await one.store.load(bringing(candidate));
      if (loaded.kind !== 'none') throw new Error(`accepted: ${candidate}`);
    }
    expect([...one.asked]).toEqual([]);
  });

  test.each<[string, readonly string[]]>([
    ['short', ['SET', 'damaged']],
    ['long', ['SET', 'damaged'.repeat(20)]],
    ['ours without end', ['SET', `O2S1${'\u007f'.repeat(5)}`]],
    ['a byte more', ['APPEND', 'x']],
    ['V-5: large', ['SETRANGE', '900000', 'x']],
  ])('a value that is damaged (%s) is no session', async (_, [command = '', ...words]) => {
    const value = await signedIn(one, someone());
    await redis.command(command, await onlyKey(), ...words);
    expect(verdict(await load(two, value))).toBe('none session_unreadable');
  });

  test('who reads Redis learns neither who is signed in nor any token', async () => {
    const session = someone();
    const value = await signedIn(one, session);
    const keys = (await redis.command('KEYS', '*')).split('\n');
    expect(keys.length).toBe(4); // the session, and the lists under user, e-mail and name
    let everything = keys.join('\n');
    for (const key of keys) everything += await redis.command('DUMP', key);
    for (const text of ['jane', 'user-4711', 'secret-group', 'the-access', 'the-refresh', 'idp.example', session.id])
      expect([text, everything.toLowerCase().includes(text.toLowerCase())]).toEqual([text, false]);
    expect(everything).not.toContain(value);
  });

  test('who writes Redis cannot put one session in the place of another', async () => {
    const [mine, theirs] = [await signedIn(one, someone()), await signedIn(one, someone({ user: 'admin' }))];
    const [a = '', b = ''] = await sessionKeys();
    await redis.command('COPY', a, 'between');
    await redis.command('COPY', b, a, 'REPLACE');
    await redis.command('COPY', 'between', b, 'REPLACE');
    for (const value of [mine, theirs]) expect(verdict(await load(two, value))).toBe('none session_unreadable');
  });

  test('who writes Redis cannot change a byte', async () => {
    const value = await signedIn(one, someone());
    const key = await onlyKey();
    const length = Number(await redis.command('STRLEN', key));
    const head = 6 + 200; // mark, length, and the part for operators, which opens nothing
    for (let at = head; at < length; at += Math.ceil((length - head) / 25)) {
      const before = await redis.command('GETBIT', key, String(at * 8));
      await redis.command('SETBIT', key, String(at * 8), before === '1' ? '0' : '1');
      expect([at, verdict(await load(two, value))]).toEqual([at, 'none session_unreadable']);
      await redis.command('SETBIT', key, String(at * 8), before);
    }
    expect(verdict(await load(two, value))).toBe('found');
  });

  test('C-3: of two sign-ins none counts, in either order; a clearing ends both', async () => {
    const [a, b] = [await signedIn(one, someone()), await signedIn(one, someone({ user: 'two' }))];
    expect([verdict(await load(one, a, b)), verdict(await load(two, b, a))]).toEqual(['conflict', 'conflict']);
    await two.store.clear(bringing(a, b));
    expect(await sessionKeys()).toEqual([]);
  });

  test('C-3: what cannot be read hides no good session, nor does one that has ended', async () => {
    const [ended, good] = [await signedIn(one, someone()), await signedIn(one, someone())];
    await two.store.clear(bringing(ended));
    expect(verdict(await load(one, 'garbage', ended, good))).toBe('found');
  });

  test('two cookies of one sign-in are one session', async () => {
    const session = someone();
    const first = await signedIn(one, session);
    const second = left(await one.store.save(bringing(first), session)) ?? '';
    expect(first).not.toBe(second);
    two.asked.clear();
    expect(verdict(await load(two, first, second))).toBe('found');
    expect(two.asked.get('get')).toBe(1);
  });

  test('parts of a session that lived in cookies go at the sign-in', async () => {
    const request = { cookieHeader: `${cookieName}_0=a; ${cookieName}_1=b`, host: 'app.example.com' };
    expect(verdict(await one.store.load(request))).toBe('none cookie_unreadable');
    const lines = await one.store.replace(request, someone());
    expect([left(lines, `${cookieName}_0`), left(lines, `${cookieName}_1`)]).toEqual([undefined, undefined]);
    expect(left(lines)).toMatch(/^Fe26/);
  });

  test('a session that is too large is refused, and said so', async () => {
    const huge = someone({ groups: Array.from({ length: 20_000 }, () => randomBytes(16).toString('hex')) });
    await expect(one.store.replace(bringing(), huge)).rejects.toMatchObject({
      status: 502,
      reason: 'session_too_large',
    });
    const even = someone({ accessToken: 'a'.repeat(2_000_000) }); // compresses well, and would not be inflated again
    await expect(one.store.replace(bringing(), even)).rejects.toMatchObject({ reason: 'session_too_large' });
    await eventually('it is told', () => one.log().includes('a session is too large to be kept'));
    expect(await sessionKeys()).toEqual([]);
  });

  test('M7: the same session looks different each time', async () => {
    const session = someone();
    const value = await signedIn(one, session);
    const seen = new Set<string>();
    for (let i = 0; i < 20; i++) {
      await one.store.save(bringing(value), session);
      seen.add(await redis.command('DUMP', await onlyKey()));
    }
    expect(seen.size).toBe(20);
  });

  describe('what the reference left', () => {
    const digits = '000102030405060708090a0b0c0d0e0f';
    const key = `${cookieName}-${digits}`;
    const secret = Buffer.from('101112131415161718191a1b1c1d1e1f', 'hex');
    const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64url');
    const ticket = (name = key) =>
      signed(Buffer.from(`v2.${base64(name)}.${base64(secret)}`), { secret: referenceSecret });
    const fields = { ca: new Date(), e: 'jane@example.com', u: 'jane', rt: 'old-refresh-token' };
    let heir: Replica;
    beforeAll(async () => void (heir = await replica({ url: redis.url, secrets: [referenceSecret] })));
    afterAll(() => heir.stop());

    async function leave() {
      const value = redisValue(fields, secret);
      await new Promise<void>((resolve, reject) => {
        const socket = connect(redis.port, '127.0.0.1', () => {
          socket.write(
            Buffer.concat([
              Buffer.from(`*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${value.length}\r\n`),
              value,
              Buffer.from('\r\n'),
            ]),
          );
        });
        socket.once('data', () => resolve(void socket.destroy())).once('error', reject);
      });
    }

    test('is read, becomes ours under its key at the next refresh, and both cookies go on', async () => {
      await leave();
      const old = ticket();
      const loaded = await load(heir, old);
      expect(loaded).toMatchObject({ kind: 'found', isForeign: true, session: { user: 'jane' } });
      if (loaded.kind !== 'found') return;
      const fresh = left(await heir.store.save(bringing(old), { ...loaded.session, refreshToken: 'new' })) ?? '';
      expect(fresh).toMatch(/^Fe26/);
      expect(await sessionKeys()).toEqual([key]);
      const cold = await replica({ url: redis.url, secrets: [referenceSecret] });
      for (const value of [old, fresh])
        expect(await load(cold, value)).toMatchObject({
          kind: 'found',
          session: { id: loaded.session.id, refreshToken: 'new' },
        });
      await cold.store.clear(bringing(old));
      await cold.stop();
      expect([await sessionKeys(), verdict(await load(heir, fresh))]).toEqual([[], 'none session_gone']);
    });

    test('names no key that is none of a session', async () => {
      await redis.command('SET', 'precious', 'x');
      heir.asked.clear();
      for (const name of ['precious', `${cookieName}-`, `${key}.lock`, `other-${digits}`])
        expect(verdict(await load(heir, ticket(name)))).toBe('none cookie_unreadable');
      await heir.store.clear(bringing(ticket('precious')));
      expect([...heir.asked]).toEqual([]);
      expect(await redis.command('GET', 'precious')).toBe('x');
    });

    test('does not open a value of another ticket', async () => {
      await leave();
      const other = signed(Buffer.from(`v2.${base64(key)}.${base64(Buffer.alloc(16, 7))}`), {
        secret: referenceSecret,
      });
      expect(verdict(await load(heir, other))).toBe('none session_unreadable');
    });
  });
});
