// What does a browser carry to the provider, and what does it keep?
import { browser } from '../support/browser.ts';
import { cookieLines, startFlow, type Flow } from '../support/flow.ts';
import { navigation, send } from '../support/recorder.ts';

let flow: Flow;
beforeAll(async () => void (flow = await startFlow()));
afterAll(() => flow.stop());
beforeEach(() => flow.idp.reset());

/** A service of its own for one test, with the provider as it is bent now. */
async function withFlow(options: Parameters<typeof startFlow>[0], use: (own: Flow) => Promise<void>): Promise<void> {
  const own = await startFlow(options, flow.idp);
  try {
    await use(own);
  } finally {
    await own.stop();
  }
}

test('BCP-2, BCP-6: code flow, with state and nonce', async () => {
  const { authorization } = await flow.begin(browser(), '/x');
  const query = authorization.searchParams;
  expect(query.get('response_type')).toBe('code');
  expect(query.get('nonce')).toMatch(/^[\w-]{43}$/);
  expect(query.get('state')).toMatch(/^[\w-]{43}:\/x$/);
  expect([...query.keys()].toSorted()).toEqual([...new Set(query.keys())].toSorted()); // M26: nothing twice
});

test('BCP-4, F-5: PKCE S256 as soon as the provider offers it, kept out of the URL and used', async () => {
  flow.idp.bends.discovery = { code_challenge_methods_supported: ['plain', 'S256'] };
  await withFlow({}, async (own) => {
    const who = browser();
    const { authorization } = await own.begin(who);
    expect(authorization.searchParams.get('code_challenge_method')).toBe('S256');
    const { location } = await own.signIn(who);
    expect(location).toBe('/'); // the provider has compared the verifier
    const verifier = flow.idp.calls.find(({ endpoint }) => endpoint === 'token')?.form.get('code_verifier') ?? '';
    expect(verifier).toMatch(/^[\w-]{43,128}$/);
    expect(authorization.href).not.toContain(verifier);
  });
});

test('no PKCE where the provider does not know it', async () => {
  const { authorization } = await flow.begin(browser());
  expect(authorization.searchParams.has('code_challenge')).toBe(false);
});

test('BCP-7: the password grant is never used', async () => {
  await flow.signIn(browser());
  const tokenCalls = flow.idp.calls.filter(({ endpoint }) => endpoint === 'token');
  expect(tokenCalls.map(({ form }) => form.get('grant_type'))).toEqual(['authorization_code']);
  expect(tokenCalls.some(({ form }) => form.has('password'))).toBe(false);
});

test('F-6, M26: parameters of start override nothing', async () => {
  const names = ['redirect_uri', 'client_id', 'scope', 'response_type', 'state', 'nonce', 'code_challenge', 'prompt'];
  const query = names.map((name) => `${name}=https://evil.example/`).join('&');
  const { location = '' } = await flow.open(browser(), `/oauth2/start?rd=/x&${query}`);
  expect(location).not.toContain('evil');
});

test('F-8, P20, P4: every redirect is a 302 that nobody caches or reports', async () => {
  const who = browser();
  const { answer: start, callback } = await flow.begin(who);
  const done = await flow.open(who, callback);
  const posted = await flow.open(browser(), '/oauth2/sign_in?rd=/x', {
    method: 'POST',
    body: new URLSearchParams({ username: 'x' }),
  });
  const out = await flow.open(who, '/oauth2/sign_out');
  for (const { status, headers } of [start, done, posted, out]) {
    expect(status).toBe(302);
    expect(headers.get('cache-control')).toContain('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer'); // C-6, BCP-14
  }
});

test('P20: a stale cookie of an old attempt is no trouble', async () => {
  const who = browser(
    new Map([
      ['_oauth2_proxy_csrf', 'stale'],
      ['_oauth2_proxy_abcdefgh_csrf', 'stale'],
    ]),
  );
  expect((await flow.signIn(who, '/x')).location).toBe('/x');
});

test('P32: a thousand starts are unlike each other', async () => {
  const seen = { state: new Set(), nonce: new Set(), cookie: new Set() };
  for (let batch = 0; batch < 50; batch++) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => flow.open(browser(), '/oauth2/start')));
    for (const { location = '', setCookies } of answers) {
      const query = new URL(location).searchParams;
      seen.state.add(query.get('state')?.slice(0, 21));
      seen.nonce.add(query.get('nonce'));
      seen.cookie.add(setCookies[0]?.split(';')[0]?.slice(-43));
    }
  }
  expect([seen.state.size, seen.nonce.size, seen.cookie.size]).toEqual([1000, 1000, 1000]);
});

describe('F-9: the redirect URI', () => {
  const redirectUri = async (own: Flow, headers: Readonly<Record<string, string>>) => {
    const answer = await send(`${own.sidecar.origin}/oauth2/start`, { headers: { ...navigation, ...headers } });
    return new URL(answer.headers.location ?? '').searchParams.get('redirect_uri');
  };

  test('is that of --redirect-url, whatever the Host says', async () => {
    await withFlow({ 'redirect-url': 'https://app.example/oauth2/callback' }, async (own) => {
      expect(await redirectUri(own, { host: 'evil.com' })).toBe('https://app.example/oauth2/callback');
    });
  });

  test('H-4, P4: does not follow X-Forwarded-Host without --reverse-proxy', async () => {
    const forged = { host: 'app.example', 'x-forwarded-host': 'evil.com', 'x-forwarded-proto': 'http' };
    expect(await redirectUri(flow, forged)).toBe('https://app.example/oauth2/callback');
  });
});

test.each<[string, readonly string[] | undefined, string]>([
  ['the provider lists it', ['openid', 'groups'], 'openid email profile groups'],
  ['the provider does not', ['openid', 'email'], 'openid email profile'],
  ['the provider lists nothing', undefined, 'openid email profile'],
])('the scope `groups` for --allowed-group where %s', async (_, scopes, expected) => {
  flow.idp.bends.discovery = { scopes_supported: scopes };
  await withFlow({ 'allowed-group': 'dev' }, async (own) => {
    expect((await own.begin(browser())).authorization.searchParams.get('scope')).toBe(expected);
  });
});

test('C-5, H-5: the cookie of the attempt is small and locked', async () => {
  const { answer } = await flow.begin(browser(), `/${'x'.repeat(2000)}`);
  const [line = '', ...others] = answer.setCookies;
  expect(others).toEqual([]);
  expect(line).toMatch(/^_oauth2_proxy_[\w-]{8}_csrf=[^;]+; Path=\/; Max-Age=900; HttpOnly; Secure; SameSite=Lax$/);
  expect(line.length).toBeLessThan(700);
  expect(cookieLines(answer, '_oauth2_proxy')).toEqual([]);
});

test('C-6: after the sign-in neither address nor page holds a code', async () => {
  const answer = await flow.signIn(browser(), '/x?y=1');
  expect(answer.location).toBe('/x?y=1');
  expect(answer.text).not.toContain('code');
});

test('BCP-14, C-6: no page loads anything from elsewhere, or tells others where the user was', async () => {
  await withFlow({ 'skip-provider-button': false, 'allowed-group': 'admins' }, async (own) => {
    const who = browser();
    const pages = [
      await own.open(who, '/oauth2/sign_in?rd=/x'),
      await own.open(who, '/oauth2/callback?error=access_denied'),
      await own.open(who, '/oauth2/callback?code=x'),
      await own.signIn(who), // refused
    ];
    for (const { status, headers, text } of pages) {
      expect([200, 403]).toContain(status);
      expect(headers.get('referrer-policy')).toMatch(/^(no-referrer|same-origin)$/);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      const addresses = [...text.matchAll(/(?:src|href|action|url)\s*[=(]\s*["']?([^"'\s>)]+)/gi)];
      expect(addresses.length).toBeGreaterThan(3);
      expect(addresses.filter(([, address = '']) => !/^\/(?!\/)/.test(address))).toEqual([]);
    }
  });
});
