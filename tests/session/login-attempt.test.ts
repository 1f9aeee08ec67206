import { cookieScope } from '../../src/session/cookie-scope.ts';
import { loginAttempts, type LoginAttemptParts } from '../../src/session/login-attempt.ts';
import { sealer } from '../../src/session/seal.ts';
import { fixedSecrets } from '../../src/session/secrets.ts';
import { cookieOptions } from '../support/cookie-options.ts';

const secrets = fixedSecrets('0123456789abcdef');

function make(over: Partial<LoginAttemptParts> = {}) {
  let now = 1_700_000_000_000;
  const attempts = loginAttempts({
    cookieName: '_oauth2_proxy',
    perRequest: true,
    limit: 5,
    lifetimeMs: 900_000,
    encodeState: false,
    secrets,
    sealer: sealer({ secrets, purpose: 'attempt', rememberedBytes: 0 }),
    scope: cookieScope({ cookie: cookieOptions(), formPost: false, unfitHost: () => undefined }),
    clock: () => now,
    ...over,
  });
  const pass = (ms: number) => (now += ms);
  const begin = async (returnTo = '/x', cookieHeader?: string, restarts = 0) =>
    attempts.begin(
      { cookieHeader, host: 'app.test' },
      { returnTo, restarts, attempt: { nonce: 'n', codeVerifier: 'v', startedAtMs: now } },
    );
  const find = (state: string, cookieHeader: string | undefined) => {
    const read = attempts.readState(state);
    return read && attempts.find({ cookieHeader, host: 'app.test' }, read);
  };
  return { attempts, begin, find, pass };
}

const pair = (line: string | undefined) => line?.slice(0, line.indexOf(';')) ?? '';

test('a callback finds the attempt that its browser began', async () => {
  const { begin, find } = make();
  const { state, cookies } = await begin('/deep?a=1&b=2:3');
  expect(state).toMatch(/^[\w-]{43}:\/deep\?a=1&b=2:3$/);
  expect(pair(cookies[0]).split('=')[0]).toBe(`_oauth2_proxy_${state.slice(0, 8)}_csrf`);
  expect(await find(state, pair(cookies[0]))).toMatchObject({ nonce: 'n', codeVerifier: 'v' });
});

test('--encode-state hides the target but keeps the attempt', async () => {
  const { attempts, begin, find } = make({ encodeState: true });
  const { state, cookies } = await begin('/päth');
  expect(state).toMatch(/^[\w-]+$/);
  expect(attempts.readState(state)?.returnTo).toBe('/päth');
  expect(await find(state, pair(cookies[0]))).toBeDefined();
});

describe('F-1: an attempt is not found', () => {
  test('without its cookie, or with that of another browser', async () => {
    const { begin, find } = make();
    const [mine, theirs] = [await begin(), await begin()];
    expect(await find(mine.state, undefined)).toBeUndefined();
    expect(await find(mine.state, pair(theirs.cookies[0]))).toBeUndefined();
    const renamed = pair(theirs.cookies[0]).replace(/^[^=]+/, `_oauth2_proxy_${mine.state.slice(0, 8)}_csrf`);
    expect(await find(mine.state, renamed)).toBeUndefined();
  });
  test('N3: with a changed target', async () => {
    const { begin, find } = make();
    const { state, cookies } = await begin('/x');
    expect(await find(`${state.slice(0, 44)}/y`, pair(cookies[0]))).toBeUndefined();
  });
  test('after its time', async () => {
    const { begin, find, pass } = make();
    const { state, cookies } = await begin();
    pass(899_999);
    expect(await find(state, pair(cookies[0]))).toBeDefined();
    pass(1);
    expect(await find(state, pair(cookies[0]))).toBeUndefined();
  });
  test.each(['', ':', 'nocolon', `${'A'.repeat(43)}:/x`, 'abc:/x', '\0:\0', `${'A'.repeat(100_000)}:/x`])(
    'for a state such as %.20p',
    async (state) => {
      const { begin, find } = make();
      const { cookies } = await begin();
      expect(await find(state, pair(cookies[0]))).toBeUndefined();
    },
  );
});

test('F-2: a planted value before the good one does not hide it', async () => {
  const { begin, find } = make();
  const { state, cookies } = await begin();
  const name = pair(cookies[0]).split('=')[0];
  expect(await find(state, `${name}=garbage; ${pair(cookies[0])}`)).toBeDefined();
  expect(await find(state, `${pair(cookies[0])}; ${name}=garbage`)).toBeDefined();
});

test('P3: five tabs begin at once and all are found', async () => {
  const { begin, find } = make();
  const begun = await Promise.all([1, 2, 3, 4, 5].map((tab) => begin(`/${tab}`)));
  const header = begun.map(({ cookies }) => pair(cookies.at(-1))).join('; ');
  for (const { state } of begun) expect(await find(state, header)).toBeDefined();
});

test('F-2: the number of attempts in a browser is bounded, the oldest goes first', async () => {
  const { begin, pass } = make({ limit: 2 });
  const jar = new Map<string, string>();
  for (let i = 0; i < 1000; i++) {
    const { cookies } = await begin('/x', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    for (const line of cookies) {
      const [name = '', value = ''] = pair(line).split(/=(.*)/s);
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    pass(10);
  }
  expect(jar.size).toBeLessThanOrEqual(3);
});

test('--cookie-csrf-per-request=false gives back the one name', async () => {
  const { begin, find } = make({ perRequest: false });
  const { state, cookies } = await begin();
  expect(pair(cookies[0]).startsWith('_oauth2_proxy_csrf=')).toBe(true);
  expect(await find(state, pair(cookies[0]))).toBeDefined();
});

test('how often a sign-in was started over can be believed without a cookie', async () => {
  const { attempts, begin } = make();
  const first = (await begin('/x')).state;
  const second = (await begin('/x', undefined, 1)).state;
  expect(attempts.readState(first)?.restarts).toBe(0);
  expect(attempts.readState(second)?.restarts).toBe(1);
  expect(attempts.readState(`${second.slice(0, 44)}/y`)?.restarts).toBeUndefined();
  expect(attempts.readState(`${'A'.repeat(43)}:/x`)?.restarts).toBeUndefined();
});

test('P32: no state comes twice', async () => {
  const { begin } = make();
  const states = new Set<string>();
  for (let i = 0; i < 1000; i++) states.add((await begin()).state);
  expect(states.size).toBe(1000);
});

test('N3: the cookie stays small whatever the target', async () => {
  const { begin } = make();
  const [short, long] = [await begin('/x'), await begin(`/${'y'.repeat(8000)}`)];
  expect(pair(long.cookies[0]).length).toBe(pair(short.cookies[0]).length);
  expect(pair(long.cookies[0]).length).toBeLessThan(800);
});

test('a stranger who brings many cookies of attempts causes a bounded number of decryptions', async () => {
  const real = sealer({ secrets, purpose: 'attempt', rememberedBytes: 0 });
  let opened = 0;
  const counting = { ...real, open: (seal: string) => ((opened += 1), real.open(seal)) };
  const { begin } = make({ sealer: counting, limit: 5 });
  const value = pair((await begin()).cookies[0]).replace(/^[^=]+=/, '');
  const copies = Array.from({ length: 150 }, (_, i) => `_oauth2_proxy_copy${String(i).padStart(4, '0')}_csrf=${value}`);
  const { cookies } = await begin('/x', copies.join('; '));
  expect(opened).toBeLessThanOrEqual(15);
  // What was not looked at goes: it would only come again with the next request.
  expect(cookies.filter((line) => line.includes('=; '))).toHaveLength(145);
});

test('a sign-in that began under an old secret comes through, and ends with a removed one', async () => {
  let list: readonly string[] = ['old-secret-16-bytes'];
  const secrets = { current: () => list };
  const { attempts, begin, find } = make({
    secrets,
    sealer: sealer({ secrets, purpose: 'attempt', rememberedBytes: 0 }),
  });
  const { state, cookies } = await begin('/x', undefined, 1);
  list = ['new-secret-16-bytes', 'old-secret-16-bytes'];
  expect(attempts.readState(state)?.restarts).toBe(1);
  expect(await find(state, pair(cookies[0]))).toBeDefined();
  list = ['new-secret-16-bytes'];
  expect(attempts.readState(state)?.restarts).toBeUndefined();
  expect(await find(state, pair(cookies[0]))).toBeUndefined();
});
