// Is a browser known again that comes back from the provider's sign-out? (security R2, R4)
import { cookieScope } from '../../src/session/cookie-scope.ts';
import { sealer } from '../../src/session/seal.ts';
import { fixedSecrets } from '../../src/session/secrets.ts';
import { signOutTrips } from '../../src/session/sign-out-trip.ts';
import { cookieOptions } from '../support/cookie-options.ts';

function make() {
  let now = 1_700_000_000_000;
  const trips = signOutTrips({
    cookieName: '_oauth2_proxy',
    sealer: sealer({ secrets: fixedSecrets('0123456789abcdef'), purpose: 'sign-out', rememberedBytes: 0 }),
    scope: cookieScope({ cookie: cookieOptions(), formPost: false, unfitHost: () => undefined }),
    clock: () => now,
  });
  const from = (cookieHeader?: string) => ({ cookieHeader, host: 'app.test' });
  return { trips, from, pass: (ms: number) => (now += ms) };
}

const pair = (line: string) => line.slice(0, line.indexOf(';'));

test('R2: the state is long, fresh each time, and in no cookie', async () => {
  const { trips, from } = make();
  const [one, two] = [await trips.begin(from(), '/a'), await trips.begin(from(), '/a')];
  expect(one.state).toMatch(/^[\w-]{43}$/);
  expect(one.state).not.toBe(two.state);
  expect(one.cookie).not.toContain(one.state);
  expect(one.cookie).toMatch(/^_oauth2_proxy_sign_out=.+; Path=\/; Max-Age=600; HttpOnly; Secure; SameSite=Lax$/);
});

test('the browser that began it is led to its target', async () => {
  const { trips, from } = make();
  const { state, cookie } = await trips.begin(from(), '/bye?a=1&b=ž');
  expect(await trips.end(from(pair(cookie)), state)).toBe('/bye?a=1&b=ž');
});

describe('R4: nobody else is', () => {
  test('without the cookie, with another one, or with a changed state', async () => {
    const { trips, from } = make();
    const [mine, theirs] = [await trips.begin(from(), '/a'), await trips.begin(from(), '/b')];
    const attempts = [
      [undefined, mine.state],
      [pair(theirs.cookie), mine.state],
      [pair(mine.cookie), `${mine.state}x`],
      [pair(mine.cookie), ''],
      [`${pair(mine.cookie)}x`, mine.state],
      ['_oauth2_proxy_sign_out=garbage', mine.state],
    ] as const;
    for (const [cookie, state] of attempts) expect(await trips.end(from(cookie), state)).toBeUndefined();
  });
  test('after ten minutes', async () => {
    const { trips, from, pass } = make();
    const { state, cookie } = await trips.begin(from(), '/a');
    pass(10 * 60_000);
    expect(await trips.end(from(pair(cookie)), state)).toBeUndefined();
  });
});

test('a good cookie is found among planted ones', async () => {
  const { trips, from } = make();
  const { state, cookie } = await trips.begin(from(), '/a');
  expect(await trips.end(from(`_oauth2_proxy_sign_out=planted; ${pair(cookie)}`), state)).toBe('/a');
});

test('the cookie is deleted where it is, and only there', async () => {
  const { trips, from } = make();
  const { cookie } = await trips.begin(from(), '/a');
  expect(trips.forget(from(pair(cookie)))).toEqual([expect.stringMatching(/^_oauth2_proxy_sign_out=; .*Max-Age=0/)]);
  expect(trips.forget(from('other=1'))).toEqual([]);
});
