// Wherever a target is written, does the browser stay on the site or the whitelist?
import { isSafe, whitelisted } from '../support/browser-oracle.ts';
import { browser } from '../support/browser.ts';
import { pathOf, sessionCookie, startFlow, type Flow } from '../support/flow.ts';
import { navigation, send, type RawAnswer } from '../support/recorder.ts';
import { payloads, written } from '../support/redirect-payloads.ts';

const host = 'app.example.test';
const options = { 'whitelist-domain': whitelisted, 'redirect-url': `https://${host}` };
let plain: Flow;
let withButton: Flow;
let behindProxy: Flow;
beforeAll(async () => {
  plain = await startFlow(options);
  withButton = await startFlow({ ...options, 'skip-provider-button': false }, plain.idp);
  behindProxy = await startFlow({ ...options, 'reverse-proxy': true }, plain.idp);
});
afterAll(async () => {
  await Promise.all([withButton.stop(), behindProxy.stop()]);
  await plain.stop();
});

type Ask = (path: string, headers?: Readonly<Record<string, string>>) => Promise<RawAnswer>;

const asking =
  (flow: () => Flow): Ask =>
  (path, headers = {}) =>
    send(flow().sidecar.origin + path, { headers: { host, ...navigation, ...headers } });

const ask = { plain: asking(() => plain), withButton: asking(() => withButton), proxied: asking(() => behindProxy) };

const unescaped = (text: string) =>
  text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** Every address that a browser could follow from this answer, the provider's own aside. */
function targetsOf({ headers, body }: RawAnswer): readonly string[] {
  const { location } = headers;
  const links = [...body.matchAll(/(?:href|action|src|content="\d+;\s*url)="([^"]*)"/gi)].map(([, url = '']) => url);
  const hidden = [...body.matchAll(/name="rd" value="([^"]*)"/g)].map(([, rd = '']) => rd);
  const all = [...(location === undefined ? [] : [location]), ...links.map(unescaped), ...hidden.map(unescaped)];
  return all.flatMap((target) => {
    if (!target.startsWith(plain.idp.issuer)) return [target];
    const state = new URL(target).searchParams.get('state') ?? '';
    return [state.slice(state.indexOf(':') + 1)];
  });
}

/** Asks with every payload; the answers that lead somewhere else, or nowhere. */
async function offenders(texts: readonly string[], query: (text: string) => Promise<RawAnswer>): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const text of texts) {
    const answer = await query(text);
    const targets = targetsOf(answer);
    const unsafe = targets.filter((target) => !isSafe(target));
    // 400 without a body: the HTTP parser takes no bytes beyond ASCII in a request line.
    const isDeadEnd = targets.length === 0 && (answer.status !== 400 || answer.body !== '');
    if (unsafe.length > 0 || isDeadEnd || answer.status >= 500) found.push([text, answer.status, unsafe]);
  }
  return found;
}

test.each<[string, (text: string) => Promise<RawAnswer>]>([
  ['rd on start', (text) => ask.plain(`/oauth2/start?rd=${text}`)],
  ['rd on sign_in', (text) => ask.plain(`/oauth2/sign_in?rd=${text}`)],
  ['rd on the sign-in page', (text) => ask.withButton(`/oauth2/sign_in?rd=${text}`)],
  ['rd on sign_out', (text) => ask.plain(`/oauth2/sign_out?rd=${text}`)],
  ['rd on the site', (text) => ask.withButton(`/some/page?rd=${text}`)],
  ['rd on an error page', (text) => ask.plain(`/oauth2/callback?error=access_denied&rd=${text}`)],
  ['X-Auth-Request-Redirect on start', (text) => ask.plain('/oauth2/start', { 'x-auth-request-redirect': text })],
  [
    'X-Auth-Request-Redirect on sign_in',
    (text) => ask.withButton('/oauth2/sign_in', { 'x-auth-request-redirect': text }),
  ],
  ['X-Auth-Request-Redirect on sign_out', (text) => ask.plain('/oauth2/sign_out', { 'x-auth-request-redirect': text })],
  ['X-Forwarded-Uri', (text) => ask.proxied('/oauth2/start', { 'x-forwarded-uri': text })],
  [
    'X-Forwarded-Uri on another host',
    (text) => ask.proxied('/oauth2/start', { 'x-forwarded-host': 'evil.com', 'x-forwarded-uri': text }),
  ],
  ['the tail of state', (text) => ask.plain(`/oauth2/callback?code=x&state=${'A'.repeat(43)}:${text}`)],
])('RD-1, RD-2, A2, A3, A4, A5, M4: %s leads nowhere else', async (_, query) => {
  expect(await offenders(written, query)).toEqual([]);
});

test.each<[string, Ask]>([
  ['with skip-provider-button', (path) => ask.plain(path)],
  ['with the sign-in page', (path) => ask.withButton(path)],
])('RD-1, N9: nor does the request target itself, %s', async (_, query) => {
  const paths = [...written, '//evil.com/%2e%2e', '//evil.com/..', '/%2fevil.com', '/%5cevil.com'];
  const local = paths.filter((text) => text.startsWith('/'));
  expect(local.length).toBe(30);
  expect(await offenders(local, query)).toEqual([]);
});

test('RD-2: the last hop of a whole sign-in stays on the site too', async () => {
  const found: unknown[] = [];
  for (const payload of written) {
    const who = browser();
    const started = await plain.open(who, `/oauth2/start?rd=${payload.replace(/[^\x21-\x7e]/g, encodeURIComponent)}`);
    if (started.status === 400) continue; // `//;@evil.com`: a semicolon in a query is a mistake
    const callback = pathOf(await plain.idp.signIn(started.location ?? ''));
    const { status, location = '' } = await plain.open(who, callback);
    if (status !== 302 || !isSafe(location) || !who.cookies.has(sessionCookie)) found.push([payload, status, location]);
  }
  expect(found).toEqual([]);
});

test('RD-2: of somebody who is signed in already, a forged state makes nothing of it', async () => {
  const who = await plain.member();
  const found: unknown[] = [];
  for (const payload of payloads) {
    const query = new URLSearchParams({ code: 'x', state: `${'A'.repeat(43)}:${payload}` });
    const { status, location } = await plain.open(who, `/oauth2/callback?${query}`);
    if (status !== 302 || location !== '/') found.push([payload, status, location]);
  }
  expect(found).toEqual([]);
});

test.each([
  ['/\\evil.com', '/'], // A3
  ['/%09/evil.com', '/'], // A4
  ['https://badexample.com/', '/'], // A6
  ['https://good.example/x', 'https://good.example/x'],
  ['https://a.dotted.example/', 'https://a.dotted.example/'],
  ['https://good.example.evil.net/', '/'], // P1
  ['https://evil.net/?good.example', '/'],
])('A3, A4, A6, P1: rd=%s leads to %s', async (rd, target) => {
  expect((await ask.plain(`/oauth2/sign_out?rd=${rd}`)).headers.location).toBe(target);
});
