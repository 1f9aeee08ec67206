// What becomes of sessions while Redis is out, and when it is back? Security C-8, D9, M29.
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
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

needs('redis-server')('while Redis is out', () => {
  let redis: RedisServer;
  let one: Replica;
  /** Never saw any of the sessions. */
  let stranger: Replica;
  beforeEach(async () => {
    redis = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    one = await replica({ url: redis.url });
    stranger = await replica({ url: redis.url });
  });
  afterEach(async () => {
    await one.stop();
    await stranger.stop();
    await redis.close();
  });

  const load = (at: Replica, ...values: readonly string[]) => at.store.load(bringing(...values));
  const keys = () => redis.command('KEYS', `${cookieName}-*`);
  const back = async () => {
    await redis.start();
    await eventually('the store is noticed to be back', () => !one.counted.out);
  };

  test('C-8: a session seen lately goes on for the grace time, another one is unknown, and both are there afterwards', async () => {
    const session = someone();
    const [seen, unseen] = [await signedIn(one, session), await signedIn(stranger, someone())];
    await redis.stop();
    expect(await load(one, seen)).toEqual({ kind: 'found', session });
    expect(await load(one, unseen)).toMatchObject({ kind: 'unavailable', because: 'store_unreachable' });
    one.pass(280_000);
    expect(verdict(await load(one, seen))).toBe('found');
    one.pass(20_000);
    expect(verdict(await load(one, seen))).toBe('unavailable store_unreachable');
    expect(one.counted).toMatchObject({ out: true, fromMemory: 2 });
    await back();
    expect([verdict(await load(one, seen)), verdict(await load(one, unseen))]).toEqual(['found', 'found']);
  });

  test("C-8: nothing is served past the session's own end", async () => {
    const value = await signedIn(one, someone({ createdAtMs: Date.now() - 7_200_000 + 60_000 }));
    await redis.stop();
    expect(verdict(await load(one, value))).toBe('found');
    one.pass(61_000);
    expect(verdict(await load(one, value))).toBe('none session_expired');
  });

  test('C-8: what ended here stays ended, and is removed when Redis is back', async () => {
    const session = someone();
    const value = await signedIn(one, session);
    await redis.stop();
    const lines = await one.store.clear(bringing(value));
    expect(left(lines)).toBeUndefined();
    expect(verdict(await load(one, value))).toBe('none session_gone');
    expect(left(await one.store.save(bringing(value), session))).toBeUndefined();
    await back();
    expect(await keys()).toBe('');
    expect(verdict(await load(one, value))).toBe('none session_gone');
    expect(verdict(await load(stranger, value))).toBe('none session_gone');
  });

  test('the ids of unknown sessions are told, so that they can be signed out', async () => {
    const session = someone();
    const value = await signedIn(one, session);
    await redis.stop();
    expect(await load(stranger, value)).toMatchObject({ kind: 'unavailable', sessionIds: [session.id] });
  });

  test('a refresh that Redis does not hear of is served here, and told to it when it is back', async () => {
    const session = someone();
    const value = await signedIn(one, session);
    await redis.stop();
    const renewed = { ...session, refreshToken: 'rotated' };
    const fresh = left(await one.store.save(bringing(value), renewed)) ?? '';
    expect(await load(one, fresh)).toEqual({ kind: 'found', session: renewed });
    await back();
    expect(await load(stranger, value)).toEqual({ kind: 'found', session: renewed });
  });

  test('… but not if somebody else ended the session', async () => {
    const session = someone();
    const value = await signedIn(one, session);
    await redis.stop();
    await one.store.save(bringing(value), session);
    await stranger.store.clear(bringing(value));
    await back();
    await eventually('both have told Redis what they had to', () => !stranger.counted.out);
    await eventually('the session is gone', async () => (await keys()) === '');
    expect(verdict(await load(one, value))).toBe('none session_gone');
  });

  test('a sign-in is refused for now, and the session of before is untouched', async () => {
    const value = await signedIn(one, someone());
    await redis.stop();
    await expect(one.store.replace(bringing(value), someone())).rejects.toMatchObject({
      status: 503,
      reason: 'store_unreachable',
      retryAfterSeconds: 10,
    });
    expect(await one.store.notReadyBecause()).toBe('the session store cannot be asked (store_unreachable)');
    await back();
    expect(verdict(await load(one, value))).toBe('found');
    expect(await one.store.notReadyBecause()).toBeUndefined();
  });

  test('with --session-outage-grace=0 nothing is served from memory', async () => {
    const strict = await replica({ url: redis.url, graceMs: 0 });
    const value = await signedIn(strict, someone());
    await redis.stop();
    expect(verdict(await load(strict, value))).toBe('unavailable store_unreachable');
    await strict.stop();
  });

  test('a Redis that accepts and says nothing is out as well', async () => {
    const value = await signedIn(one, someone());
    redis.pause();
    const begun = performance.now();
    expect(verdict(await load(one, value))).toBe('found');
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(verdict(await load(stranger, value))).toMatch(/^unavailable store_/);
    redis.resume();
    await eventually('the session is found again', async () => verdict(await load(stranger, value)) === 'found');
  });

  test('an outage is told once, and its end with how long it was and what was done meanwhile', async () => {
    const value = await signedIn(one, someone());
    await redis.stop();
    for (let i = 0; i < 20; i++) await load(one, value);
    for (let i = 0; i < 3; i++) await one.store.clear(bringing(value));
    await back();
    const log = one.log();
    expect(log.match(/removed from the store when that is back/g)).toHaveLength(1);
    expect(log.match(/the session store is out/g)).toHaveLength(1);
    expect(log).toMatch(/the session store is back.*ms=\d+.*from_memory=20.*made_up_for=1/);
    expect(log).toMatch(/removed from the store when that is back.*username=Jane.Doe@example.com/);
  });

  test('a service that stops during an outage says what stays behind', async () => {
    const value = await signedIn(one, someone());
    await redis.stop();
    await one.store.clear(bringing(value));
    one.close();
    const told = /some sessions that ended here stay there until they expire.*count=1/;
    await eventually('it is told', () => told.test(one.log()));
  });
});
