// Which sessions are dead although a browser still brings them?
import { signOutMarks } from '../../src/session/sign-out-marks.ts';
import type { Session } from '../../src/session/session.ts';

const hour = 3600_000;
const issuer = 'https://idp.example';
const startMs = 1_700_000_000_000;

function make(lifetimeMs = 168 * hour) {
  let now = startMs;
  const marks = signOutMarks({ clock: () => now, lifetimeMs, tokenLifetimeMs: 7 * 60_000 });
  return { marks, pass: (ms: number) => void (now += ms), now: () => now };
}

let made = 0;
function session(over: Partial<Session> = {}): Session {
  return {
    id: `session-${made++}`,
    user: 'jane',
    email: '',
    preferredUsername: '',
    groups: [],
    issuer,
    subject: 'jane',
    sid: 'sid-1',
    signedInAtMs: startMs,
    createdAtMs: startMs,
    ...over,
  };
}

test('C-4: a session that was signed out is dead, in whatever copy; others live', async () => {
  const { marks } = make();
  const [mine, theirs] = [session(), session()];
  await marks.endSession(mine);
  expect([marks.isEnded(session({ ...mine, createdAtMs: startMs + 5 })), marks.isEnded(theirs)]).toEqual([true, false]);
});

describe('B11: a sid ends exactly that session', () => {
  test.each<[string, Partial<Session>, boolean]>([
    ['the very one', {}, true],
    ['one that was made later (B16)', { signedInAtMs: startMs + hour }, true],
    ['one that signed in later at the provider (B16)', { authTime: startMs / 1000 + 60 }, true],
    ['another sid of the same user', { sid: 'sid-2' }, false],
    ['the same sid at another provider', { issuer: 'https://other.example' }, false],
    ['names that run into one another', { issuer: `${issuer} sid-1`, sid: '' }, false],
    ['no sid', { sid: undefined }, false],
  ])('%s', async (_, over, isEnded) => {
    const { marks } = make();
    await marks.endSid({ issuer, sid: 'sid-1', isProven: true });
    expect(marks.isEnded(session(over))).toBe(isEnded);
  });
});

describe('B11, B16: a sub ends every session that began until then', () => {
  test.each<[string, Partial<Session>, boolean]>([
    ['begun before', { signedInAtMs: startMs - 1 }, true],
    ['begun at that very moment', {}, true],
    ['begun later', { signedInAtMs: startMs + 1 }, false],
    ['begun before and refreshed later', { createdAtMs: startMs + hour }, true],
    [
      'signed in before at the provider, begun later here',
      { authTime: startMs / 1000, signedInAtMs: startMs + 9 },
      true,
    ],
    ['signed in later at the provider', { authTime: startMs / 1000 + 1, signedInAtMs: startMs - 9 }, false],
    ['another user', { subject: 'bob' }, false],
    ['the same name at another provider', { issuer: 'https://other.example' }, false],
    ['a session without sub', { subject: undefined }, false],
  ])('%s', async (_, over, isEnded) => {
    const { marks } = make();
    await marks.endSubject({ issuer, subject: 'jane', atMs: startMs });
    expect(marks.isEnded(session({ sid: undefined, ...over }))).toBe(isEnded);
  });

  test('P34: a new sign-in does not bring the old session back', async () => {
    const { marks } = make();
    const old = session({ signedInAtMs: startMs - hour });
    await marks.endSubject({ issuer, subject: 'jane', atMs: startMs });
    expect(marks.isEnded(session({ signedInAtMs: startMs + hour }))).toBe(false);
    expect(marks.isEnded(old)).toBe(true);
  });

  test('an older mark that comes late takes nothing back', async () => {
    const { marks } = make();
    await marks.endSubject({ issuer, subject: 'jane', atMs: startMs });
    await marks.endSubject({ issuer, subject: 'jane', atMs: startMs - hour });
    expect(marks.isEnded(session())).toBe(true);
  });

  test('M19: after the end of an older session a sub-wide sign-out still ends the newer one', async () => {
    const { marks } = make();
    const [first, second] = [session(), session({ sid: 'sid-2' })];
    await marks.endSession(first);
    await marks.endSubject({ issuer, subject: 'jane', atMs: startMs });
    expect(marks.isEnded(second)).toBe(true);
  });
});

describe('marks live as long as the longest session', () => {
  test.each<[string, number, number, boolean]>([
    ['to its end', hour, hour - 1, true],
    ['and of one whose sign-in was still under way', hour, hour + 15 * 60_000, true],
    ['and no longer', hour, 3 * hour, false],
    ['sessions without an end: for more than a year', 0, 366 * 24 * hour, true],
  ])('%s', async (_, lifetimeMs, passedMs, isEnded) => {
    const { marks, pass } = make(lifetimeMs);
    const [one, two, three] = [session(), session({ sid: 'sid-2' }), session({ sid: undefined })];
    await marks.endSession(one);
    await marks.endSid({ issuer, sid: 'sid-2', isProven: true });
    await marks.endSubject({ issuer, subject: 'jane', atMs: startMs });
    pass(passedMs);
    expect([one, two, three].map(marks.isEnded)).toEqual([isEnded, isEnded, isEnded]);
  });
});

test('FC-4: a flood of the front channel, which proves nothing, pushes out no mark of anything else', async () => {
  const { marks } = make();
  const [one, two] = [session({ sid: 'a' }), session({ sid: 'b' })];
  await marks.endSession(one);
  await marks.endSid({ issuer, sid: 'b', isProven: true });
  for (let i = 0; i < 60_000; i++) await marks.endSid({ issuer, sid: `flood ${i}`, isProven: false });
  expect([marks.isEnded(one), marks.isEnded(two)]).toEqual([true, true]);
  expect(marks.isEnded(session({ sid: 'flood 59999' }))).toBe(true);
  expect(marks.isEnded(session({ sid: 'flood 0' }))).toBe(false);
});

test('B7: a token id counts once within its life', async () => {
  const { marks, pass } = make();
  expect([await marks.isFirstUse('a'), await marks.isFirstUse('a'), await marks.isFirstUse('b')]).toEqual([
    true,
    false,
    true,
  ]);
  pass(6 * 60_000);
  expect(await marks.isFirstUse('a')).toBe(false);
  pass(2 * 60_000);
  expect(await marks.isFirstUse('a')).toBe(true);
});

test('B17: with 10 000 sessions of one user a mark takes no longer than with one', async () => {
  const { marks } = make();
  const sessions = Array.from({ length: 10_000 }, (_, i) => session({ sid: `sid-${i}` }));
  const timeOf = async (work: () => unknown) => {
    const begun = performance.now();
    await work();
    return performance.now() - begun;
  };
  const endsAll = () => marks.endSubject({ issuer, subject: 'jane', atMs: startMs });
  await endsAll();
  for (const one of sessions) await marks.endSid({ issuer, sid: one.sid ?? '', isProven: true });
  for (const one of sessions) await marks.endSession(one);
  expect(await timeOf(endsAll)).toBeLessThan(5);
  expect(sessions.every(marks.isEnded)).toBe(true);
  expect(await timeOf(() => sessions.forEach(marks.isEnded))).toBeLessThan(500);
});
