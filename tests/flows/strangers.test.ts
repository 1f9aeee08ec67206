// What can pages of other sites, images, frames and scripts bring about? Nothing (security F-4, N7).
import { browser, navigationHeaders, type Browser } from '../support/browser.ts';
import { copyOf, startFlow, type Flow } from '../support/flow.ts';

let flow: Flow;
let withButton: Flow;
beforeAll(async () => {
  flow = await startFlow({ upstream: 'static://200', 'api-route': '/api/' });
  withButton = await startFlow({ upstream: 'static://200', 'skip-provider-button': false }, flow.idp);
});
afterAll(async () => {
  await withButton.stop();
  await flow.stop();
});

type Headers = Readonly<Record<string, string>>;

const metadata = (site: string, mode: string, destination: string): Headers => ({
  accept: '*/*',
  'sec-fetch-site': site,
  'sec-fetch-mode': mode,
  'sec-fetch-dest': destination,
});

const image = metadata('cross-site', 'no-cors', 'image');
const frame = metadata('cross-site', 'navigate', 'iframe');
const script = metadata('cross-site', 'no-cors', 'empty');
const form = { ...metadata('cross-site', 'navigate', 'document'), accept: 'text/html' };
const link = { ...form, 'sec-fetch-user': '?1' };

const session = (who: Browser) => who.cookies.get('_oauth2_proxy');

describe.each<[string, Headers]>([
  ['an image', image],
  ['a frame', frame],
  ['a fetch', script],
  ['a style', metadata('cross-site', 'no-cors', 'style')],
])('F-4, N7: %s of another site', (_, headers) => {
  test.each(['start', 'sign_in', 'sign_out'])('gets 403 from %s and changes nothing', async (endpoint) => {
    const who = await flow.member();
    const before = session(who);
    const answer = await flow.open(who, `/oauth2/${endpoint}?rd=/x`, { headers });
    expect([answer.status, answer.setCookies, answer.location]).toEqual([403, [], undefined]);
    expect(session(who)).toBe(before);
    expect((await flow.auth(who)).status).toBe(202);
  });

  test('cannot complete a sign-in', async () => {
    const who = browser();
    const { callback } = await flow.begin(who);
    const calls = flow.idp.count('token');
    const answer = await flow.open(who, callback, { headers });
    expect([answer.status, answer.setCookies]).toEqual([403, []]);
    expect(flow.idp.count('token')).toBe(calls);
    // The attempt is not spent: the user's own navigation still works.
    expect((await flow.open(who, callback)).location).toBe('/');
  });

  test('gets 403 from a protected page, and no cookie', async () => {
    const answer = await flow.open(browser(), '/page', { headers });
    expect([answer.status, answer.setCookies]).toEqual([403, []]);
  });
});

test.each([
  ['a link', link, 'GET'],
  ['a form', form, 'POST'],
])('F-4: %s on another site works, because it navigates', async (_, headers, method) => {
  const who = await flow.member();
  const out = await flow.open(who, '/oauth2/sign_out?rd=/bye', { headers, method });
  expect([out.status, out.location]).toEqual([302, '/bye']);
  const begun = await flow.open(who, '/oauth2/start?rd=/x', { headers, method });
  expect(begun.location).toContain(flow.idp.issuer);
  const back = new URL(await flow.idp.signIn(begun.location ?? ''));
  expect((await flow.open(who, back.pathname + back.search, { headers: link })).location).toBe('/x');
});

test('F-4: clients that send no Fetch Metadata are served as by the reference', async () => {
  const who = await flow.member();
  expect((await flow.open(who, '/oauth2/sign_out', { headers: {} })).status).toBe(302);
  expect((await flow.open(browser(), '/oauth2/start', { headers: {} })).status).toBe(302);
});

const noNavigation: readonly [string, Headers][] = [
  ['a favicon', metadata('same-origin', 'no-cors', 'image')],
  ['a script’s fetch', metadata('same-origin', 'cors', 'empty')],
  ['a fetch of a sister site', metadata('same-site', 'cors', 'empty')],
  ['a frame', metadata('same-origin', 'navigate', 'iframe')],
  ['a prefetch', { ...navigationHeaders, 'sec-purpose': 'prefetch' }],
  ['a service worker', metadata('same-origin', 'same-origin', 'serviceworker')],
  ['an XMLHttpRequest', { 'x-requested-with': 'XMLHttpRequest', accept: '*/*' }],
  ['a client of an API', { accept: 'application/json' }],
  ['an image without Fetch Metadata', { accept: 'image/avif,image/webp,*/*' }],
];

describe.each([
  ['/page', () => flow],
  ['/page', () => withButton],
  ['/oauth2/start?rd=/page', () => flow],
  ['/oauth2/sign_in?rd=/page', () => flow],
] as const)('no sign-in begins at %s for a request that does not navigate', (path, own) => {
  test.each(noNavigation)('%s: 401 and no cookie', async (_, headers) => {
    const answer = await own().open(browser(), path, { headers });
    expect([answer.status, answer.setCookies, answer.location]).toEqual([401, [], undefined]);
  });
});

test('a navigation begins one, with a cookie', async () => {
  const answer = await flow.open(browser(), '/page?a=1');
  expect([answer.status, answer.setCookies.length]).toEqual([302, 1]);
});

test('N6: an API route is one by its path, not by its query', async () => {
  expect((await flow.open(browser(), '/api/x')).status).toBe(401);
  expect((await flow.open(browser(), '/page?x=/api/')).status).toBe(302);
  // However the path is spelled: nginx would route it there.
  expect((await flow.open(browser(), '/%61pi/x')).status).toBe(401);
});

test('the same with a stale session cookie: a program’s request begins nothing', async () => {
  const who = copyOf(await flow.member());
  who.cookies.set('_oauth2_proxy', `${session(who)?.slice(0, -8)}xxxxxx~2`);
  const answer = await flow.open(who, '/page', { headers: metadata('same-origin', 'cors', 'empty') });
  expect(answer.status).toBe(401);
  expect(answer.setCookies.some((line) => line.includes('_csrf'))).toBe(false);
});
