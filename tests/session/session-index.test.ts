// What does the list of a user's sessions cost, and what is in it?
import { needs } from '../support/needs.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { bringing, replica, signedIn, someone, type Replica } from '../support/redis-sessions.ts';

needs('redis-server')('sessions by user', () => {
  let redis: RedisServer;
  let one: Replica;
  beforeAll(async () => {
    redis = await startRedis();
    one = await replica({ url: redis.url });
  });
  afterAll(async () => {
    await one.stop();
    await redis.close();
  });
  beforeEach(() => redis.command('FLUSHALL'));

  const lists = async () => (await redis.command('KEYS', 'oauth2-sidecar:*')).split('\n').filter((key) => key !== '');

  test('the cost of a list is that of the sessions of this user, however many others there are', async () => {
    for (let i = 0; i < 300; i++)
      await signedIn(one, someone({ user: `u${i}`, email: `u${i}@x`, preferredUsername: '' }));
    for (let i = 0; i < 3; i++) await signedIn(one, someone());
    one.asked.clear();
    const listed = await one.desk.list('jane');
    expect(listed.map(({ user }) => user)).toEqual(['user-4711', 'user-4711', 'user-4711']);
    expect(Object.fromEntries(one.asked)).toEqual({ scoredFrom: 1, get: 3 });
  });

  test.each(['user-4711', 'Jane.Doe@example.com', 'jane.doe@EXAMPLE.com', ' jane '])(
    'a user is found as "%s"',
    async (name) => {
      await signedIn(one, someone());
      expect(await one.desk.list(name)).toHaveLength(1);
    },
  );

  test('the latest sign-in comes first, with all that operators may know', async () => {
    const now = Date.now();
    for (const agoMs of [60_000, 0, 30_000])
      await signedIn(one, someone({ signedInAtMs: now - agoMs, createdAtMs: now }));
    const listed = await one.desk.list('jane');
    expect(listed.map(({ signedInAtMs }) => now - signedInAtMs)).toEqual([0, 30_000, 60_000]);
    expect(listed[0]).toEqual({
      id: expect.any(String),
      key: expect.stringMatching(/^_oauth2_proxy-[0-9a-f]{32}$/),
      user: 'user-4711',
      email: 'Jane.Doe@example.com',
      signedInAtMs: now,
      refreshedAtMs: now,
      endsAtMs: now + 7_200_000,
    });
  });

  test('a refresh adds nothing; a sign-out takes away; what is gone or over goes in passing', async () => {
    const session = someone();
    const value = await signedIn(one, session);
    const gone = someone();
    await signedIn(one, gone);
    await one.store.save(bringing(value), { ...session, createdAtMs: session.createdAtMs + 1000 });
    const sizes = async () => Promise.all((await lists()).map((key) => redis.command('ZCARD', key)));
    expect(await sizes()).toEqual(['2', '2', '2']);
    const { key = '' } = (await one.desk.list('jane')).find(({ id }) => id === gone.id) ?? {};
    await redis.command('DEL', key);
    expect(await one.desk.list('jane')).toHaveLength(1);
    expect((await sizes()).toSorted()).toEqual(['1', '2', '2']);
    await one.store.clear(bringing(value));
    one.pass(7_300_000);
    await signedIn(one, someone({ createdAtMs: Date.now() + 7_300_000 }));
    expect(await sizes()).toEqual(['1', '1', '1']);
    one.pass(-7_300_000);
  });

  test('lists do not outlive their sessions', async () => {
    await signedIn(one, someone());
    for (const key of await lists()) {
      const ttl = Number(await redis.command('PTTL', key));
      expect([ttl > 7_100_000, ttl <= 7_200_000]).toEqual([true, true]);
    }
  });

  test('after a rotation of the cookie secret older sessions are still found', async () => {
    await signedIn(one, someone());
    const rotated = await replica({
      url: redis.url,
      secrets: ['a-newer-cookie-secret-17', 'a-cookie-secret-of-the-tests-42'],
    });
    await signedIn(rotated, someone());
    expect(await rotated.desk.list('jane')).toHaveLength(2);
    expect(await rotated.desk.end('jane')).toHaveLength(2);
    expect(await redis.command('DBSIZE')).toBe('0');
    await rotated.stop();
  });

  test('with another secret nobody is found', async () => {
    await signedIn(one, someone());
    const stranger = await replica({ url: redis.url, secrets: ['a-secret-of-somebody-else'] });
    expect(await stranger.desk.list('jane')).toEqual([]);
    await stranger.stop();
  });
});
