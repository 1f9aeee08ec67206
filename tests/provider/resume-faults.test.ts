// How is a provider treated that fails, and who keeps their session? (security T-10, D9)
import type { FailureKind } from '../../src/provider/failure.ts';
import type { Renewal, Unavailable } from '../../src/provider/provider.ts';
import { clockwork, oneProcess, rotating } from './resume-parts.ts';

const minute = 60_000;
const second = 1000;

const down: Unavailable = { kind: 'unavailable', because: 'token_endpoint_unreachable', fault: 'unreachable' };

/** A provider whose answer can be changed; undefined: it refreshes. */
function failing(first: Renewal = down) {
  const time = clockwork();
  const good = rotating(time);
  const state: { answer: Renewal | undefined; asked: number } = { answer: first, asked: 0 };
  const circuit: string[] = [];
  const service = oneProcess({
    time,
    refresh(session) {
      state.asked += 1;
      return state.answer === undefined ? good.refresh(session) : Promise.resolve(state.answer);
    },
    metrics: { providerCircuit: (now) => void circuit.push(now) },
  });
  const due = async () => {
    const cookie = await service.cookie();
    time.pass(minute + 1);
    return cookie;
  };
  return { ...service, state, circuit, due };
}

test('T-10: each failure doubles the pause of the session, from 5 s to a minute', async () => {
  const { due, ask, state, time } = failing();
  const cookie = await due();
  const pauses: number[] = [];
  await ask(cookie);
  for (let seconds = 0, asked = state.asked; pauses.length < 6; seconds++) {
    expect(await ask(cookie)).toMatchObject({ session: { accessToken: 'at-0' }, cookies: [] });
    if (state.asked > asked) {
      pauses.push(seconds);
      [seconds, asked] = [0, state.asked];
    }
    time.pass(second);
  }
  expect(pauses).toEqual([5, 10, 20, 40, 60, 60]);
});

test.each<[string, number, number]>([
  ['Retry-After is obeyed', 90_000, 90],
  ['a Retry-After of a day counts as five minutes', 86_400_000, 300],
  ['a Retry-After of a second does not shorten the pause', 1000, 5],
])('T-10: %s', async (_, retryAfterMs, seconds) => {
  const { due, ask, state, time } = failing({ ...down, retryAfterMs });
  const cookie = await due();
  await ask(cookie);
  time.pass(seconds * second - 1);
  await ask(cookie);
  expect(state.asked).toBe(1);
  time.pass(1);
  await ask(cookie);
  expect(state.asked).toBe(2);
});

test('D9: who cannot get in is back within ten seconds, however long the pause has become', async () => {
  const { ask, cookie: made, state, time } = failing();
  const cookie = await made({ expiresAtMs: time.now() + 30 * minute });
  for (let i = 0; i < 12; i++) {
    time.pass(2 * minute);
    await ask(cookie);
  }
  time.pass(6 * minute); // the token is over now
  const out = await ask(cookie);
  expect(out).toEqual({
    session: undefined,
    because: 'session_expired_and_refresh_failed',
    unavailable: true,
    cookies: [],
  });
  state.answer = undefined;
  time.pass(10 * second);
  expect((await ask(cookie)).session?.accessToken).toBe('at-1');
});

test('D9: but not before the time that the provider asked for', async () => {
  const { ask, cookie: made, state, time } = failing({ ...down, retryAfterMs: 120_000 });
  const cookie = await made({ expiresAtMs: time.now() + minute });
  time.pass(2 * minute);
  await ask(cookie);
  time.pass(60 * second);
  await ask(cookie);
  expect(state.asked).toBe(1);
});

test('V-4: failures of several sessions open the circuit: no call at all, and every session lives on', async () => {
  const { ask, cookie: made, state, time, circuit, lines } = failing();
  const cookies = await Promise.all(Array.from({ length: 50 }, () => made()));
  time.pass(minute + 1);
  for (const cookie of cookies) expect((await ask(cookie)).session?.accessToken).toBe('at-0');
  expect([state.asked, circuit]).toEqual([15, ['closed', 'open']]);
  expect(lines.filter(({ fields }) => fields['reason'] === 'provider_circuit_open')).toHaveLength(1);
  // One at a time looks whether it is back.
  time.pass(6 * second);
  const asked = cookies.map((cookie) => ask(cookie));
  expect((await Promise.all(asked)).every(({ session }) => session?.accessToken === 'at-0')).toBe(true);
  expect(state.asked).toBe(16);
});

test('V-4: once one probe succeeds all sessions are refreshed again, those at once that failed before', async () => {
  const { ask, cookie: made, state, time, circuit } = failing();
  const cookies = await Promise.all(Array.from({ length: 20 }, () => made({ refreshToken: `rt-${Math.random()}` })));
  time.pass(minute + 1);
  for (const cookie of cookies) await ask(cookie);
  state.answer = undefined;
  time.pass(6 * second);
  await ask(cookies.at(-1) ?? '');
  const tokens = [];
  for (const cookie of cookies) tokens.push((await ask(cookie)).session?.accessToken);
  expect(new Set(tokens).size).toBe(20);
  expect(circuit).toEqual(['closed', 'open', 'half_open', 'closed']);
});

test.each<[string, FailureKind | undefined, string]>([
  ['an ID token that does not verify', 'rejected', 'id_token_aud'],
  ['too many calls of ours', 'unreachable', 'token_endpoint_busy'],
  ['no refresh token', undefined, 'no_refresh_token'],
])('%s opens no circuit', async (_, fault, because) => {
  const { ask, cookie: made, state, time, circuit } = failing({ kind: 'unavailable', because, fault });
  const cookies = await Promise.all(Array.from({ length: 20 }, () => made()));
  time.pass(minute + 1);
  for (const cookie of cookies) await ask(cookie);
  expect([state.asked, circuit]).toEqual([20, ['closed']]);
});

test('T-10: a refused client is loud once a minute, names the remedy and ends nobody', async () => {
  const refused: Unavailable = {
    kind: 'unavailable',
    because: 'token_endpoint_invalid_client',
    fault: 'misconfigured',
    detail: 'https://idp/token answered invalid_client',
  };
  const { ask, cookie: made, time, lines } = failing(refused);
  const cookies = await Promise.all([made(), made(), made()]);
  time.pass(minute + 1);
  for (const cookie of cookies) expect((await ask(cookie)).session?.accessToken).toBe('at-0');
  const loud = () => lines.filter(({ level }) => level === 'error');
  expect(loud()).toEqual([
    {
      level: 'error',
      message: 'the provider refuses this client: sessions are not refreshed and live on to their own ends',
      fields: {
        reason: 'token_endpoint_invalid_client',
        cause: 'https://idp/token answered invalid_client',
        hint: 'check --client-id and --client-secret against the client at the provider',
        username: 'jane@example.com',
      },
    },
  ]);
  time.pass(minute);
  for (const cookie of cookies) await ask(cookie);
  expect(loud()).toHaveLength(2);
});

test('a store that cannot keep the refreshed session loses nothing', async () => {
  const { ask, cookie: made, time, state, breakStore, lines } = withStore();
  const cookie = await made();
  time.pass(minute + 1);
  breakStore(true);
  expect(await ask(cookie)).toMatchObject({ session: { accessToken: 'at-1' }, cookies: [] });
  expect(lines.map(({ message }) => message)).toContain('a refreshed session could not be saved');
  breakStore(false);
  expect(await ask(cookie)).toMatchObject({ session: { accessToken: 'at-1' }, cookies: [expect.any(String)] });
  expect(state.used).toHaveLength(1);
});

function withStore() {
  const time = clockwork();
  const state = rotating(time);
  let isBroken = false;
  const service = oneProcess({
    refresh: state.refresh,
    time,
    save: (save) => (isBroken ? Promise.reject(new Error('the store is out')) : save()),
  });
  return { ...service, state, breakStore: (now: boolean) => void (isBroken = now) };
}
