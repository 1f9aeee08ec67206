// Many sign-ins in one browser: do they all succeed, and does their number stay bounded?
import { browser, type Browser } from '../support/browser.ts';
import { sessionCookie, startFlow, type Begun, type Flow } from '../support/flow.ts';

let flow: Flow;
beforeAll(async () => void (flow = await startFlow()));
afterAll(() => flow.stop());

const attemptsOf = ({ cookies }: Browser) => [...cookies.keys()].filter((name) => name.endsWith('_csrf'));

async function tabs(own: Flow, who: Browser, count: number): Promise<Begun[]> {
  const begun: Begun[] = [];
  for (let tab = 0; tab < count; tab++) begun.push(await own.begin(who, `/tab${tab}`));
  return begun;
}

test('P3, F-2: five tabs sign in at once and all succeed', async () => {
  const who = browser();
  const begun = await tabs(flow, who, 5);
  const landed: (string | undefined)[] = [];
  for (const { callback } of begun.toReversed()) landed.push((await flow.open(who, callback)).location);
  expect(landed).toEqual(['/tab4', '/tab3', '/tab2', '/tab1', '/tab0']);
  expect(flow.idp.count('token')).toBe(5);
  expect(attemptsOf(who)).toEqual([]); // each callback ends its own attempt
  expect((await flow.auth(who)).status).toBe(202);
});

test('F-2, D17: the cookies of a thousand starts stay bounded', async () => {
  const who = browser();
  let [most, longest] = [0, 0];
  for (let start = 0; start < 1000; start++) {
    await flow.open(who, '/oauth2/start?rd=/x');
    most = Math.max(most, attemptsOf(who).length);
    longest = Math.max(longest, [...who.cookies].join('; ').length);
  }
  expect(most).toBeLessThanOrEqual(6);
  expect(longest).toBeLessThan(4000); // nginx takes 8 KiB
  expect((await flow.signIn(who, '/last')).location).toBe('/last');
});

test('F-2: the oldest attempts give way, the newest work', async () => {
  const who = browser();
  const begun = await tabs(flow, who, 8);
  const [oldest, newest] = [begun[0]?.callback ?? '', begun[7]?.callback ?? ''];
  expect((await flow.open(who, oldest)).location).toContain('/authorize'); // starts over, once
  expect((await flow.open(who, newest)).location).toBe('/tab7');
});

test('--cookie-csrf-per-request-limit given by the operator counts', async () => {
  const own = await startFlow({ 'cookie-csrf-per-request': true, 'cookie-csrf-per-request-limit': '2' }, flow.idp);
  const who = browser();
  await tabs(own, who, 6);
  expect(attemptsOf(who).length).toBeLessThanOrEqual(3);
  await own.stop();
});

test('--cookie-csrf-per-request=false restores the single name of the reference', async () => {
  const own = await startFlow({ 'cookie-csrf-per-request': false }, flow.idp);
  const who = browser();
  const [first, second] = await tabs(own, who, 2);
  expect(attemptsOf(who)).toEqual(['_oauth2_proxy_csrf']);
  expect((await own.open(who, second?.callback ?? '')).location).toBe('/tab1');
  // The first tab has lost its cookie, but its user is signed in by now: no dead page.
  expect((await own.open(who, first?.callback ?? '')).location).toBe('/tab0');
  await own.stop();
});

test('F-2: a tossed cookie of another deployment or of garbage helps nobody', async () => {
  const other = await startFlow({ 'cookie-secret': 'another-secret-altogether' }, flow.idp);
  const attacker = browser();
  const { callback } = await other.begin(attacker);
  const calls = flow.idp.count('token');
  for (const cookies of [
    attacker.cookies,
    new Map([['_oauth2_proxy_csrf', 'x']]),
    new Map([['_oauth2_proxy_csrf', '']]),
  ]) {
    const victim = browser(new Map(cookies));
    expect((await flow.open(victim, callback)).status).toBe(403);
    expect(victim.cookies.has(sessionCookie)).toBe(false);
  }
  expect(flow.idp.count('token')).toBe(calls);
  await other.stop();
});

test('a duplicate of the attempt’s cookie does not hide the good one', async () => {
  const who = browser();
  const { callback } = await flow.begin(who, '/x');
  const [name = '', value = ''] = [...who.cookies][0] ?? [];
  const cookie = `${name}=garbage; ${name}=${value}`;
  const answer = await flow.open(browser(), callback, {
    headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate', cookie },
  });
  expect(answer.location).toBe('/x');
});
