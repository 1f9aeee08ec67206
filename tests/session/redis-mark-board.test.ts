// Do replicas learn within a second which sessions were ended elsewhere, also those that start later?
import { fixedSecrets } from '../../src/session/secrets.ts';
import { redisMarkBoard } from '../../src/session/redis-mark-board.ts';
import { sealer } from '../../src/session/seal.ts';
import type { Session } from '../../src/session/session.ts';
import { signOutMarks } from '../../src/session/sign-out-marks.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { linkTo } from '../support/redis-link.ts';

const hour = 3600_000;
const issuer = 'https://idp.example';
const prefix = 'oauth2-sidecar:_test:';

function session(over: Partial<Session> = {}): Session {
  const nowMs = Date.now();
  const user = { user: 'jane', email: '', preferredUsername: '', groups: [], issuer, subject: 'jane', sid: 'sid-1' };
  return { id: 'session-1', ...user, signedInAtMs: nowMs - hour, createdAtMs: nowMs - hour, ...over };
}

needs('redis-server')('marks through Redis', () => {
  let redis: RedisServer;
  const closings: (() => Promise<void>)[] = [];
  beforeAll(async () => void (redis = await startRedis()));
  afterAll(() => redis.close());
  afterEach(async () => {
    redis.resume();
    for (const close of closings.splice(0)) await close();
    await redis.command('flushall');
  });

  function replica({ secret = 'secret-of-all-replicas', clock = Date.now } = {}) {
    const link = linkTo(redis.url);
    const board = redisMarkBoard({ link, prefix, logger: link.logger });
    const seals = sealer({ secrets: fixedSecrets(secret), purpose: 'sign-out mark', rememberedBytes: 0 });
    const shared = { board, sealer: seals };
    const marks = signOutMarks({ clock, lifetimeMs: 168 * hour, tokenLifetimeMs: 60_000, shared });
    closings.push(async () => {
      await board.close();
      await link.close();
    });
    return { ...marks, board, link };
  }
  const inAMoment = (what: string, holds: () => boolean | Promise<boolean>) => eventually(what, holds, 2_500);

  test.each<[string, (marks: ReturnType<typeof replica>) => Promise<void>, Partial<Session>]>([
    [
      'C-4: a session that was signed out',
      (marks) => marks.endSession({ id: 'session-1' }),
      { sid: undefined, subject: undefined },
    ],
    ['B15: a sid', (marks) => marks.endSid({ issuer, sid: 'sid-1', isProven: true }), {}],
    ['B15: a sub', (marks) => marks.endSubject({ issuer, subject: 'jane', atMs: Date.now() }), { sid: undefined }],
    ['FC-4: hearsay', (marks) => marks.endSid({ issuer, sid: 'sid-1', isProven: false }), {}],
  ])('%s is known here at once, there within a second, and to who starts later', async (_, end, over) => {
    const [here, there] = [replica(), replica()];
    const ended = session(over);
    await end(here);
    expect(here.isEnded(ended)).toBe(true);
    await inAMoment('the other replica to know', () => there.isEnded(ended));
    const later = replica();
    await inAMoment('the late one to know', () => later.isEnded(ended));
    expect([there, later].map((one) => one.isEnded(session({ id: 'x', sid: 'x', subject: 'bob' })))).toEqual([
      false,
      false,
    ]);
  });

  test('FC-4: hearsay stays hearsay elsewhere: who signs in later is in', async () => {
    const [here, there] = [replica(), replica()];
    await here.endSid({ issuer, sid: 'sid-1', isProven: false });
    await inAMoment('the other replica to know', () => there.isEnded(session()));
    expect(there.isEnded(session({ signedInAtMs: Date.now() + 1_000 }))).toBe(false);
    expect(await redis.command('zcard', `${prefix}marks`)).toBe('0');
  });

  test('a replica whose clock is ten minutes off tells and learns all the same', async () => {
    const [slow, right] = [replica({ clock: () => Date.now() - 600_000 }), replica()];
    await right.endSession({ id: 'a' });
    await inAMoment('the slow one to know', () =>
      slow.isEnded(session({ id: 'a', sid: undefined, subject: undefined })),
    );
    await slow.endSession({ id: 'b' });
    await inAMoment('the right one to know', () =>
      right.isEnded(session({ id: 'b', sid: undefined, subject: undefined })),
    );
  });

  test('more marks than fit into one answer all arrive', async () => {
    const here = replica();
    await Promise.all(Array.from({ length: 1_300 }, (_, i) => here.endSession({ id: `many-${i}` })));
    const later = replica();
    const isEnded = (i: number) => later.isEnded(session({ id: `many-${i}`, sid: undefined, subject: undefined }));
    await eventually('all of them', () => Array.from({ length: 1_300 }, (_, i) => i).every(isEnded));
  });

  test('B7: a logout token counts once among all replicas', async () => {
    const replicas = [replica(), replica(), replica()];
    const firsts = await Promise.all([...replicas, ...replicas].map((one) => one.isFirstUse('token-1')));
    expect(firsts.filter(Boolean)).toHaveLength(1);
    expect(await replicas[0]?.isFirstUse('token-2')).toBe(true);
  });

  test('C-8: what was ended while Redis was silent is told when it is back, and counts here meanwhile', async () => {
    const [here, there] = [replica(), replica()];
    await Promise.all([here.link.ping(), there.link.ping()]);
    redis.pause();
    await here.endSession({ id: 'session-1' });
    expect(here.isEnded(session())).toBe(true);
    expect(await here.isFirstUse('token-1')).toBe(true);
    expect(there.isEnded(session())).toBe(false);
    redis.resume();
    await eventually('the other replica to know', () => there.isEnded(session()));
    const told = /told of sign-outs when Redis is back.*\n.*have been told of the sign-outs/s;
    await eventually('the log to say so', () => told.test(here.link.logged.join('\n')));
  });

  test('nobody can be read or ended in Redis: marks are sealed, and a forged one counts for nothing', async () => {
    const [here, stranger] = [replica(), replica({ secret: 'another-secret-altogether' })];
    await here.endSession({ id: 'session-1' });
    await here.endSid({ issuer, sid: 'sid-1', isProven: true });
    const stored = await redis.command('zrange', `${prefix}marks`, '0', '-1');
    expect(stored.split('\n')).toHaveLength(2);
    expect(stored).not.toMatch(/session-1|sid-1|idp\.example/);
    await redis.command('zadd', `${prefix}marks`, String(Date.now()), '{"kind":"session","key":"forged"}');
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect([stranger.isEnded(session()), here.isEnded(session({ id: 'forged', sid: 'x', subject: 'x' }))]).toEqual([
      false,
      false,
    ]);
  });

  test('marks live in Redis as long as the longest session', async () => {
    await replica().endSession({ id: 'session-1' });
    const leftMs = Number(await redis.command('pttl', `${prefix}marks`));
    expect([leftMs > 168 * hour, leftMs <= 169 * hour]).toEqual([true, true]);
  });
});
