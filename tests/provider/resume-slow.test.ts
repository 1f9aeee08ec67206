// Who waits for a slow provider, and for how long?
import type { Provider } from '../../src/provider/provider.ts';
import { clockwork, oneProcess, rotating } from './resume-parts.ts';

const minute = 60_000;

/** A provider that answers when it is told to. */
function heldBack(patienceMs = 20) {
  const time = clockwork();
  const { refresh, used } = rotating(time);
  let release = () => {};
  const held: Provider['refresh'] = async (session) => {
    await new Promise<void>((resolve) => (release = resolve));
    return refresh(session);
  };
  return { ...oneProcess({ refresh: held, time, patienceMs }), used, release: () => release() };
}

test('V-4: a session that is still good waits for a moment, goes on as it is, and is refreshed by the next request', async () => {
  const { time, cookie: made, ask, release, settled, used } = heldBack();
  const cookie = await made();
  time.pass(2 * minute);
  const first = await ask(cookie);
  expect([first.session?.accessToken, first.cookies]).toEqual(['at-0', []]);
  release();
  await settled(1000);
  const next = await ask(cookie);
  expect([next.session?.accessToken, next.cookies.length, used.length]).toEqual(['at-1', 1, 1]);
});

test('the moment is counted from the beginning of the refresh: it is lost once, not by every request', async () => {
  const { time, cookie: made, ask, release, settled, used } = heldBack(200);
  const cookie = await made();
  time.pass(2 * minute);
  await ask(cookie);
  const begun = performance.now();
  for (let i = 0; i < 20; i++) expect((await ask(cookie)).session?.accessToken).toBe('at-0');
  expect(performance.now() - begun).toBeLessThan(20 * 100); // if each waited: 4 s
  release();
  await settled(1000);
  expect(used).toEqual(['rt-0']);
});

test('a session whose end nobody knows goes on as well', async () => {
  const { time, cookie: made, ask, release } = heldBack();
  const cookie = await made({ expiresAtMs: undefined });
  time.pass(2 * minute);
  expect((await ask(cookie)).session?.accessToken).toBe('at-0');
  release();
});

test('a session that has expired waits for what comes', async () => {
  const { time, cookie: made, ask, release } = heldBack(1);
  const cookie = await made({ expiresAtMs: time.now() + minute });
  time.pass(2 * minute);
  let isAnswered = false;
  const waiting = ask(cookie).finally(() => (isAnswered = true));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isAnswered).toBe(false);
  release();
  expect((await waiting).session?.accessToken).toBe('at-1');
});

test('T-10: a grant that turns out to be dead in the background ends the session at the next request', async () => {
  const { time, cookie: made, ask, release, settled, used } = heldBack();
  const cookie = await made();
  used.push('rt-0');
  time.pass(2 * minute);
  expect((await ask(cookie)).session?.accessToken).toBe('at-0');
  release();
  await settled(1000);
  const next = await ask(cookie);
  expect([next.session, next.cookies]).toEqual([undefined, [expect.stringContaining('Max-Age=0')]]);
});

test('the end of the service waits for a refresh, but not for ever', async () => {
  const { time, cookie: made, ask, release, settled, lines } = heldBack(1);
  const cookie = await made();
  time.pass(2 * minute);
  await ask(cookie);
  await settled(30);
  expect(lines).toEqual([]);
  const ending = settled(5000);
  release();
  await ending;
  expect(lines.map(({ message }) => message)).toEqual(['refreshed a session']);
});
