// Does exactly one of all replicas do what must be done once, whatever becomes of it and of Redis?
import { redisTurns } from '../../src/session/redis-turns.ts';
import type { Turn } from '../../src/session/turns.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { linkTo } from '../support/redis-link.ts';

const prefix = 'oauth2-sidecar:_test:';

needs('redis-server')('turns through Redis', () => {
  let redis: RedisServer;
  const closings: (() => Promise<void>)[] = [];
  beforeAll(async () => void (redis = await startRedis()));
  afterAll(() => redis.close());
  afterEach(async () => {
    for (const close of closings.splice(0)) await close();
    redis.resume();
    await redis.command('flushall');
  });

  /** Another replica. */
  function replica(over: { lockLifeMs?: number; patienceMs?: number } = {}) {
    const link = linkTo(redis.url);
    const turns = redisTurns({ link, prefix, logger: link.logger, ...over });
    closings.push(async () => {
      turns.close();
      await link.close();
    });
    return { ...turns, link };
  }
  const ours = (turn: Turn) => {
    if (turn.kind !== 'ours') throw new Error(`the turn is ${JSON.stringify(turn)}`);
    return turn;
  };

  test('T-7: of 40 takers at 4 replicas one gets the turn, the others its outcome', async () => {
    const replicas = [replica(), replica(), replica(), replica()];
    let worked = 0;
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const turn = await replicas[i % 4]!.take('session-1');
        if (turn.kind !== 'ours') return turn;
        worked += 1;
        await new Promise((resolve) => setTimeout(resolve, 150));
        await turn.finish('sealed', 5_000);
        return { kind: 'done', outcome: 'sealed' };
      }),
    );
    expect(worked).toBe(1);
    expect(new Set(outcomes.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify({ kind: 'done', outcome: 'sealed' })]),
    );
  });

  test('who comes later gets the outcome as long as it lives, then a turn of its own; nothing is left behind', async () => {
    const [one, two] = [replica(), replica()];
    await ours(await one.take('a')).finish('first', 300);
    expect(await two.take('a')).toEqual({ kind: 'done', outcome: 'first' });
    await eventually('the outcome to end', async () => (await redis.command('dbsize')) === '0');
    await ours(await two.take('a')).finish(undefined, 0);
    expect(await redis.command('dbsize')).toBe('0');
  });

  test('a turn without an outcome passes to the next at once', async () => {
    const [one, two] = [replica(), replica()];
    const first = ours(await one.take('a'));
    const next = two.take('a');
    await first.finish(undefined, 0);
    await ours(await next).finish(undefined, 0);
  });

  test('turns of different names do not wait for each other', async () => {
    const one = replica();
    const [a, b] = [ours(await one.take('a')), ours(await one.take('b'))];
    await Promise.all([a.finish(undefined, 0), b.finish(undefined, 0)]);
  });

  test('when the owner dies the next takes over after the life of the lock, not before', async () => {
    const [dying, next] = [replica({ lockLifeMs: 800 }), replica({ lockLifeMs: 800 })];
    ours(await dying.take('a'));
    dying.close(); // no longer prolonged, as when the process is gone
    const begun = performance.now();
    const turn = ours(await next.take('a'));
    expect(performance.now() - begun).toBeGreaterThan(500);
    await turn.finish(undefined, 0);
  });

  test('work that takes longer than the life of the lock keeps it', async () => {
    const [slow, other] = [replica({ lockLifeMs: 400 }), replica({ lockLifeMs: 400, patienceMs: 1_200 })];
    const turn = ours(await slow.take('a'));
    expect(await other.take('a')).toEqual({ kind: 'unknown', because: 'turn_taken' });
    await turn.finish('late', 5_000);
    expect(await other.take('a')).toEqual({ kind: 'done', outcome: 'late' });
  });

  test('C-8: nobody gets a turn while Redis does not answer, and nothing rejects', async () => {
    const one = replica();
    await one.link.ping();
    redis.pause();
    expect(await one.take('a')).toEqual({ kind: 'unknown', because: 'store_timeout' });
    expect((await one.take('a')).kind).toBe('unknown');
    redis.resume();
    await eventually('Redis to be asked again', async () => (await one.take('b')).kind === 'ours');
  });

  test('C-8: an outcome that Redis could not take at first is told when it is back, so that nobody does the work twice', async () => {
    const [one, two] = [replica(), replica()];
    const turn = ours(await one.take('a'));
    redis.pause();
    await turn.finish('kept', 30_000);
    redis.resume();
    await eventually('the others to know', async () => (await redis.command('keys', '*outcome*')) !== '');
    expect(await two.take('a')).toEqual({ kind: 'done', outcome: 'kept' });
  });

  test('what the turn is about cannot be read in Redis', async () => {
    const one = replica();
    const turn = ours(await one.take('secret-of-a-session'));
    const keys = await redis.command('keys', '*');
    expect(keys).toMatch(/^oauth2-sidecar:_test:turn:/);
    expect(keys).not.toContain('secret-of-a-session');
    await turn.finish(undefined, 0);
  });
});
