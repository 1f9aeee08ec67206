// Can a stranger or a user write into the log what they like, and does anything secret get there?
import { ask } from '../support/ask.ts';
import { browser } from '../support/browser.ts';
import { startFlow, type Flow } from '../support/flow.ts';
import { navigation } from '../support/recorder.ts';

const flows = new Map<string, Flow>();
afterAll(async () => {
  for (const flow of flows.values()) await flow.stop();
});

async function site(format: string): Promise<Flow> {
  const flow =
    flows.get(format) ?? (await startFlow({ 'log-format': format, 'log-level': 'debug', 'reverse-proxy': true }));
  flows.set(format, flow);
  return flow;
}

/** What the log gained. Lines of requests are written when the connection is closed, a moment later. */
async function written(flow: Flow, act: () => Promise<unknown>): Promise<readonly string[]> {
  const before = flow.sidecar.log().length;
  await act();
  await new Promise((resolve) => setTimeout(resolve, 30));
  return flow.sidecar.log().slice(before).split('\n').slice(0, -1);
}

const injected = '%0a%0d[AuthSuccess]';
const raw = '\u001b[2K %s%n%x \x85 [AuthSuccess] \xe2\x80\xae';
const escapes = raw.replace('\u001b', ''); // which no header may hold

describe.each(['text', 'json'])('O-3, M6, as %s', (format) => {
  const navigates = Object.entries(navigation).map(([name, value]) => `${name}: ${value}`);
  const places: readonly (readonly [string, Parameters<typeof ask>[1]])[] = [
    ['the path', { target: `/x${injected}%1b[2K%s%n%x` }],
    ['the query', { target: `/x?y=${injected}&%s=%n` }],
    ['the User-Agent', { lines: [`User-Agent: ${escapes}`] }],
    ['X-Request-Id', { lines: [`X-Request-Id: ${escapes}`] }],
    ['the host', { host: `x\\n[AuthSuccess]%s` }],
    ['a forwarded host', { lines: [`X-Forwarded-Host: ${escapes}`] }],
    ['a forwarded address', { lines: [`X-Forwarded-For: ${escapes}`, `X-Real-IP: ${escapes}`] }],
    ['a forwarded path', { lines: [`X-Forwarded-Uri: /${escapes}`] }],
    ['a forwarded method', { lines: [`X-Forwarded-Method: ${escapes}`] }],
    ['the error of a callback', { target: `/oauth2/callback?error=${injected}%1b[2K%s%n`, lines: navigates }],
    ['the state', { target: `/oauth2/callback?code=x&state=${injected}:${injected}%1b`, lines: navigates }],
    ['a cookie', { lines: [`Cookie: _oauth2_proxy=${escapes}`] }],
  ];

  test.each(places)('%s stays text, and one event one line', async (_, question) => {
    const flow = await site(format);
    const honest = await written(flow, () =>
      ask(flow.sidecar.port, { ...question, target: question?.target ?? '/oauth2/auth' }),
    );
    for (const line of honest) {
      expect(line).toMatch(/^[\x20-\x7e\u00a1-\uffff]*$/u);
      expect(line).not.toMatch(/[\u202a-\u202e\u2028\u2029\x80-\x9f]/);
      if (format === 'json')
        expect(JSON.parse(line)).toMatchObject({ time: expect.any(String), kind: expect.any(String) });
      else expect(line).toMatch(/^(?:\[\d{4}\/|127\.0\.0\.1|\S+ - )/);
    }
    expect(honest.filter((line) => isRequestLine(line, format))).toHaveLength(1);
    expect(honest.length).toBeLessThanOrEqual(3);
  });

  test('50 KiB of anything are cut', async () => {
    const flow = await site(format);
    const long = 'x'.repeat(50 * 1024);
    const questions = [
      { target: `/${long}` },
      { target: `/oauth2/callback?error=${long}`, lines: navigates },
      { lines: [`User-Agent: ${long}`] },
      { lines: [`X-Request-Id: ${long}`] },
      { lines: [`X-Forwarded-Host: ${long}`] },
      { method: 'GET', target: '/oauth2/auth', host: long },
    ];
    const lines = await written(flow, () => Promise.all(questions.map((question) => ask(flow.sidecar.port, question))));
    expect(lines.length).toBeGreaterThanOrEqual(questions.length);
    for (const line of lines) expect(line.length).toBeLessThan(10_000);
  });

  test('what a user is called stays text', async () => {
    const flow = await site(format);
    for (const name of [`a\r\n${raw}`, 'x'.repeat(50 * 1024), 'a"b\\c', 'Žofie', 'a\u2028b\u202ec']) {
      flow.idp.bends.claims = { ...flow.idp.bends.claims, preferred_username: name, email: `${name}@example.com` };
      const lines = await written(flow, () => flow.signIn(browser()));
      expect(lines.filter((line) => line.includes('Authenticated via OAuth2'))).toHaveLength(1);
      for (const line of lines) {
        expect(line).toMatch(/^[\x20-\x7e\u00a1-\uffff]*$/u);
        expect(line.length).toBeLessThan(10_000);
      }
    }
    flow.idp.reset();
  });
});

function isRequestLine(line: string, format: string): boolean {
  return format === 'json' ? line.includes('"kind":"request"') : / \d{3} \d+ \d+\.\d{3}$/.test(line);
}

describe.each(['text', 'json'])('U-3, A17, O-3, as %s', (format) => {
  test.each<[string, (flow: Flow) => void]>([
    ['works', () => {}],
    [
      'fails at the token endpoint',
      ({ idp }) =>
        void (idp.bends.scripts.token = {
          status: 500,
          body: { error: 'x', access_token: 'leaked-body-of-the-token-endpoint' },
        }),
    ],
    ['is refused', ({ idp }) => void (idp.bends.clientSecret = 'another')],
    ['brings a bad token', ({ idp }) => void (idp.bends.idToken = { aud: 'another' })],
    ['brings garbage', ({ idp }) => void (idp.bends.scripts.token = { body: 'leaked-body-of-the-token-endpoint' })],
    ['brings a token that cannot be read', ({ idp }) => void (idp.bends.rewrite = (token) => `${token}x`)],
  ])('a sign-in that %s leaves no code, state, token or cookie behind', async (_, bend) => {
    const flow = await site(format);
    const who = browser();
    const { callback, answer } = await flow.begin(who, '/deep?link=1');
    bend(flow);
    const begun = [...who.cookies.values()];
    const lines = await written(flow, async () => {
      await flow.open(who, callback);
      await flow.open(who, callback); // a second time, with what is left
      await flow.auth(who);
      await flow.open(who, '/oauth2/sign_out');
    });
    const { code, state } = Object.fromEntries(new URL(callback, flow.sidecar.origin).searchParams);
    const tokens = flow.idp.calls.flatMap(({ form }) => [form.get('code_verifier'), form.get('refresh_token')]);
    const secrets = [
      code,
      state?.split(':')[0],
      'the-secret',
      'leaked-body',
      ...begun,
      ...tokens,
      ...who.cookies.values(),
    ];
    expect(answer.status).toBe(302);
    const log = lines.join('\n');
    expect(log).toContain('/oauth2/callback'); // or nothing was looked at
    for (const secret of secrets.filter((one) => typeof one === 'string' && one !== ''))
      expect(log).not.toContain(secret);
    expect(log).not.toMatch(/eyJ[\w-]{10}|Fe26\.2|\bcode=[^[]|_oauth2_proxy=|client_secret=[^[]|refresh_token=[^[]/);
    flow.idp.reset();
  });
});
