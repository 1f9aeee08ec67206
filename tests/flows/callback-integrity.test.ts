// Does a callback count only in the browser that began the sign-in, for the answer that was asked for, once?
import { browser } from '../support/browser.ts';
import { copyOf, sessionCookie, startFlow, type Flow } from '../support/flow.ts';

let flow: Flow;
beforeAll(async () => void (flow = await startFlow()));
afterAll(() => flow.stop());
beforeEach(() => flow.idp.reset());

/** A callback path with one parameter put in another's place. */
function bent(callback: string, change: (query: URLSearchParams) => void): string {
  const url = new URL(callback, flow.sidecar.origin);
  change(url.searchParams);
  return url.pathname + url.search;
}

const stateOf = (callback: string) => new URL(callback, 'http://site').searchParams.get('state') ?? '';

/** Not signed in, and the code was not spent. */
function expectNothingHappened(who: ReturnType<typeof browser>): void {
  expect([...who.cookies.keys()].filter((name) => !name.endsWith('_csrf'))).toEqual([]);
  expect(flow.idp.count('token')).toBe(0);
}

type Change = (query: URLSearchParams, other: string) => void;

test.each<[string, number, Change]>([
  ['F-1: no state', 403, (query) => query.delete('state')],
  ['F-1: an empty state', 403, (query) => query.set('state', '')],
  ['F-1, M15: two states', 400, (query) => query.append('state', query.get('state') ?? '')],
  [
    'F-1: an array of states',
    403,
    (query) => (query.append('state[]', query.get('state') ?? ''), query.delete('state')),
  ],
  ['F-1: a state of half a megabyte', 403, (query) => query.set('state', `${'x'.repeat(30_000)}:/`)],
  ['F-1: a state that was never made', 403, (query) => query.set('state', `${'A'.repeat(43)}:/`)],
  ['F-6, M15: two codes', 400, (query) => query.append('code', 'another')],
  ['F-6: two issuers', 400, (query) => (query.append('iss', 'a'), query.append('iss', 'b'))],
  ['F-6: two errors', 400, (query) => (query.append('error', 'a'), query.append('error', 'b'))],
  ['F-3: the answer of another provider', 403, (query) => query.set('iss', 'https://other.example')],
  ['F-3: a slash more', 403, (query) => query.set('iss', `${flow.idp.issuer}/`)],
  ['F-3: another case', 403, (query) => query.set('iss', flow.idp.issuer.toUpperCase())],
  [
    'F-3: an error of another provider',
    403,
    (query) => (query.set('error', 'x'), query.set('iss', 'https://o.example')),
  ],
  ['BCP-6: tokens in the address, no code', 400, (query) => (query.set('access_token', 'x'), query.delete('code'))],
  ['an empty code', 400, (query) => query.set('code', '')],
])('%s: %i (D5: never 500) and no token call', async (_, status, change) => {
  const who = browser();
  const { callback } = await flow.begin(who, '/wanted');
  const answer = await flow.open(
    who,
    bent(callback, (query) => change(query, callback)),
  );
  expect(answer.status).toBe(status);
  expectNothingHappened(who);
});

test('F-1: a state that no header block could hold never reaches anything', async () => {
  const answer = await flow.open(browser(), `/oauth2/callback?code=x&state=${'x'.repeat(200_000)}`);
  expect(answer.status).toBe(431);
  expect((await flow.open(browser(), '/ping')).status).toBe(200);
});

test('F-1, A1, BCP-2: without the cookie of the attempt the code is not spent', async () => {
  const { callback } = await flow.begin(browser());
  const victim = browser();
  const answer = await flow.open(victim, callback);
  expect(answer.location).toContain(`${flow.idp.issuer}/authorize`); // one fresh sign-in, the victim's own
  expectNothingHappened(victim);
});

test('F-1, F-2, N4: the cookie of another browser does not help', async () => {
  const [attacker, victim] = [browser(), browser()];
  const { callback } = await flow.begin(attacker);
  await flow.begin(victim);
  const [name = ''] = attacker.cookies.keys();
  const [ofVictim = ''] = victim.cookies.values();
  const planted = browser(new Map([[name, ofVictim]])); // under the name that the attacker's attempt looks for
  expect((await flow.open(planted, callback)).status).not.toBe(200);
  expectNothingHappened(planted);
});

test('F-1: an attempt that has expired does not count', async () => {
  const own = await startFlow({}, flow.idp);
  const who = browser();
  const { callback } = await own.begin(who);
  own.sidecar.pass(15 * 60_000 + 1);
  expect((await own.open(who, callback)).location).toContain(flow.idp.issuer);
  expectNothingHappened(who);
  await own.stop();
});

test('F-1, BCP-17: the same callback a second time signs nobody in', async () => {
  const who = browser();
  const { callback } = await flow.begin(who);
  const before = copyOf(who);
  expect((await flow.open(who, callback)).location).toBe('/');
  who.cookies.delete(sessionCookie);
  const again = await flow.open(who, callback);
  expect(again.location).not.toBe('/');
  expect(who.cookies.has(sessionCookie)).toBe(false);
  expect(flow.idp.count('token')).toBe(1);
  // Even a browser that kept its cookies gets nothing: the provider knows the code as spent.
  expect((await flow.open(before, callback)).status).toBe(403);
});

test('F-5, BCP-3: a code of one attempt with the state of another gives no session', async () => {
  flow.idp.bends.discovery = { code_challenge_methods_supported: ['S256'] };
  const own = await startFlow({}, flow.idp);
  const who = browser();
  const [a, b] = [await own.begin(who), await own.begin(who)];
  const mixed = bent(b.callback, (query) => query.set('state', stateOf(a.callback)));
  expect((await own.open(who, mixed)).status).toBe(403);
  expect(who.cookies.has(sessionCookie)).toBe(false);
  await own.stop();
});

test('F-5: the nonce alone keeps them apart too, where the provider knows no PKCE', async () => {
  const who = browser();
  const [a, b] = [await flow.begin(who), await flow.begin(who)];
  const mixed = bent(b.callback, (query) => query.set('state', stateOf(a.callback)));
  expect((await flow.open(who, mixed)).status).toBe(403);
  expect(who.cookies.has(sessionCookie)).toBe(false);
  expect(flow.sidecar.log()).toContain('id_token_nonce');
});

describe('F-3: a provider that promises `iss`', () => {
  let promising: Flow;
  beforeAll(async () => {
    flow.idp.bends.discovery = { authorization_response_iss_parameter_supported: true };
    promising = await startFlow({}, flow.idp);
    await promising.begin(browser());
  });
  beforeEach(() => (flow.idp.bends.discovery = { authorization_response_iss_parameter_supported: true }));
  afterAll(() => promising.stop());

  test('RP-I1: signs in with it', async () => {
    expect((await promising.signIn(browser(), '/x')).location).toBe('/x');
  });

  test('RP-I2: is refused without it, before the token call', async () => {
    const who = browser();
    const { callback } = await promising.begin(who);
    expect(
      (
        await promising.open(
          who,
          bent(callback, (query) => query.delete('iss')),
        )
      ).status,
    ).toBe(403);
    expectNothingHappened(who);
  });
});

test('N5, O-2: words of a stranger are not shown, with or without an attempt', async () => {
  const who = browser();
  const { callback } = await flow.begin(who);
  const words = '<b>call+0800</b>';
  for (const path of [
    bent(callback, (query) => (query.set('error', words), query.set('error_description', words))),
    `/oauth2/callback?error=${encodeURIComponent(words)}&error_description=${encodeURIComponent(words)}`,
  ]) {
    const answer = await flow.open(who, path);
    expect(answer.status).toBe(403);
    expect(answer.text).not.toContain('0800');
  }
  expectNothingHappened(who);
});

test('M5: a POST to the callback without a content type is survived', async () => {
  const who = browser();
  await flow.begin(who);
  for (const type of ['', 'text/plain', 'application/json', 'x']) {
    const answer = await flow.open(who, '/oauth2/callback', {
      method: 'POST',
      headers: { 'content-type': type },
      body: 'x',
    });
    expect(answer.status).toBe(403);
  }
  expectNothingHappened(who);
});
