// Is a refresh token used once, however often and wherever the old cookie is brought?
import { clockwork, oneProcess, rotating, sharedTurns } from './resume-parts.ts';

const minute = 60_000;

function rotatingProcess() {
  const time = clockwork();
  const provider = rotating(time);
  const service = oneProcess({ refresh: provider.refresh, time });
  const due = async () => {
    const cookie = await service.cookie();
    time.pass(minute + 1);
    return cookie;
  };
  return { ...service, provider, due };
}

test('T-7: 200 requests at once, one call, one session for all', async () => {
  const { due, ask, provider } = rotatingProcess();
  const cookie = await due();
  const all = await Promise.all(Array.from({ length: 200 }, () => ask(cookie)));
  expect(new Set(all.map(({ session }) => session?.accessToken))).toEqual(new Set(['at-1']));
  expect(new Set(all.map(({ cookies }) => cookies.length))).toEqual(new Set([1]));
  expect(provider.used).toEqual(['rt-0']);
});

test('T-9: the answer was lost: the old cookie gets the new session as long as it counts', async () => {
  const { due, ask, cookieOf, provider, time } = rotatingProcess();
  const cookie = await due();
  await ask(cookie); // whose answer never arrived
  time.pass(50_000);
  const { session, cookies } = await ask(cookie);
  expect([session?.accessToken, cookies.length]).toEqual(['at-1', 1]);
  expect((await ask(cookieOf(cookies))).session?.accessToken).toBe('at-1');
  expect(provider.used).toHaveLength(1);
});

test('T-9, BCP-11: an old cookie is followed through all refreshes since, without a call', async () => {
  const { due, ask, provider, time } = rotatingProcess();
  const cookie = await due();
  for (let round = 1; round <= 8; round++) {
    expect((await ask(cookie)).session?.accessToken).toBe(`at-${round}`);
    time.pass(minute + 1);
  }
  expect(provider.used).toEqual(Array.from({ length: 8 }, (_, i) => `rt-${i}`));
});

test('T-9: once the new cookie was brought, the old one counts for half a minute', async () => {
  const { due, ask, cookieOf, provider, time } = rotatingProcess();
  const cookie = await due();
  const { cookies } = await ask(cookie);
  time.pass(10_000);
  await ask(cookieOf(cookies));
  time.pass(29_000);
  expect((await ask(cookie)).session?.accessToken).toBe('at-1');
  time.pass(2_000);
  // Whoever still brings it has been asleep with another copy, and there the provider has the last word.
  expect((await ask(cookie)).because).toBe('session_revoked');
  expect(provider.used).toHaveLength(1);
});

test('an old cookie whose own end has come is none, remembered or not', async () => {
  const time = clockwork();
  const service = oneProcess({ refresh: rotating(time).refresh, time, lifetimeMs: 10 * minute });
  const cookie = await service.cookie();
  time.pass(2 * minute);
  await service.ask(cookie);
  time.pass(9 * minute);
  expect((await service.ask(cookie)).because).toBe('session_expired');
});

test('C-4: the old cookie of a session that was signed out gets nothing', async () => {
  const { due, ask, marks } = rotatingProcess();
  const cookie = await due();
  const { session } = await ask(cookie);
  await marks.endSession({ id: session?.id ?? '' });
  expect(await ask(cookie)).toMatchObject({ session: undefined, because: 'signed_out' });
});

test('a session that was signed out while the provider was asked stays so', async () => {
  const time = clockwork();
  const { refresh } = rotating(time);
  const { promise: isAsked, resolve: go } = Promise.withResolvers<void>();
  const service = oneProcess({ time, refresh: (session) => isAsked.then(() => refresh(session)) });
  const cookie = await service.cookie({ id: 'a' });
  time.pass(2 * minute);
  const waiting = service.ask(cookie);
  await service.marks.endSession({ id: 'a' });
  go();
  expect(await waiting).toMatchObject({ session: undefined, because: 'signed_out' });
});

test('auto: a token that is as good as over when it comes is not refreshed in a circle', async () => {
  const time = clockwork();
  const provider = rotating(time, 0);
  const service = oneProcess({ refresh: provider.refresh, time, refreshAfter: 'auto' });
  const cookie = await service.cookie({ expiresAtMs: time.now() + 1000 });
  time.pass(900);
  expect((await service.ask(cookie)).session?.accessToken).toBe('at-1');
  expect(provider.used).toHaveLength(1);
});

describe('several processes that take turns', () => {
  function replicas() {
    const time = clockwork();
    const provider = rotating(time);
    const turns = sharedTurns(time);
    const [one, other] = [0, 1].map(() => oneProcess({ refresh: provider.refresh, time, turns }));
    if (one === undefined || other === undefined) throw new Error('there are two');
    return { one, other, provider, turns, time };
  }

  test('T-7: both are asked at once: one call, and the same session from both', async () => {
    const { one, other, provider, time } = replicas();
    const cookie = await one.cookie();
    time.pass(minute + 1);
    const all = await Promise.all(Array.from({ length: 60 }, (_, i) => (i % 2 ? one : other).ask(cookie)));
    expect(new Set(all.map(({ session }) => session?.accessToken))).toEqual(new Set(['at-1']));
    expect(all.every(({ cookies }) => cookies.length === 1)).toBe(true);
    expect(provider.used).toEqual(['rt-0']);
  });

  test('T-9: the other one follows the old cookie through what it has not seen', async () => {
    const { one, other, provider, time } = replicas();
    const cookie = await one.cookie();
    for (let round = 1; round <= 3; round++) {
      time.pass(minute + 1);
      await one.ask(cookie);
    }
    expect((await other.ask(cookie)).session?.accessToken).toBe('at-3');
    expect(provider.used).toHaveLength(3);
  });

  test('T-10: that the grant is dead is known to all', async () => {
    const { one, other, provider, time } = replicas();
    const cookie = await one.cookie();
    provider.used.push('rt-0');
    time.pass(minute + 1);
    expect((await one.ask(cookie)).because).toBe('session_revoked');
    expect(await other.ask(cookie)).toMatchObject({ because: 'session_revoked', unavailable: false });
  });

  test('what they tell each other is sealed and counts for this session alone', async () => {
    const time = clockwork();
    const outcomes: string[] = [];
    const writing = oneProcess({
      refresh: rotating(time).refresh,
      time,
      turns: {
        take: () =>
          Promise.resolve({
            kind: 'ours',
            finish: (outcome) => Promise.resolve(void outcomes.push(outcome ?? '')),
          }),
      },
    });
    const cookie = await writing.cookie({ refreshToken: 'secret-refresh-token' });
    time.pass(2 * minute);
    await writing.ask(cookie);
    await writing.settled(1000);
    expect(outcomes).toEqual([expect.stringMatching(/^Fe26\.2\*/)]);
    expect(outcomes[0]).not.toContain('at-1');

    const reading = oneProcess({
      refresh: rotating(time).refresh,
      time,
      turns: { take: () => Promise.resolve({ kind: 'done', outcome: outcomes[0] ?? '' }) },
    });
    expect((await reading.ask(cookie)).session?.accessToken).toBe('at-1');
    const another = await reading.cookie();
    time.pass(2 * minute);
    expect((await reading.ask(another)).session?.accessToken).toBe('at-0');
    expect(reading.lines.map(({ fields }) => fields['reason'])).toContain('refresh_note_unreadable');
  });

  test('T-9: where nobody can tell whether others refresh, nobody does', async () => {
    const time = clockwork();
    const provider = rotating(time);
    const service = oneProcess({
      refresh: provider.refresh,
      time,
      turns: { take: () => Promise.resolve({ kind: 'unknown', because: 'store_unreachable' }) },
    });
    const cookie = await service.cookie();
    time.pass(minute + 1);
    expect(await service.ask(cookie)).toMatchObject({ session: { accessToken: 'at-0' }, cookies: [] });
    time.pass(60 * minute);
    expect(await service.ask(cookie)).toMatchObject({ session: undefined, unavailable: true, cookies: [] });
    expect(provider.used).toEqual([]);
  });
});
