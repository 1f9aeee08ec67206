// How is the session cookie set, replaced and cleared? Nothing older may survive beside it.
import { randomBytes } from 'node:crypto';
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser, type Browser } from '../support/browser.ts';
import { cookieLines, copyOf, sessionCookie, startFlow, type Flow } from '../support/flow.ts';
import type { Options } from '../support/sidecar.ts';

let idp: BendableIdp;
let flow: Flow;
beforeAll(async () => {
  idp = await bendableIdp();
  flow = await startFlow({}, idp);
});
afterAll(async () => {
  await flow.stop();
  await idp.close();
});
beforeEach(() => idp.reset());

/** Groups that no compression makes small: a session in several parts. */
const manyGroups = Array.from({ length: 60 }, () => randomBytes(32).toString('hex'));
const large = () => (idp.bends.claims = { ...idp.bends.claims, groups: manyGroups });

const namesOf = ({ cookies }: Browser) => [...cookies.keys()].toSorted();

test('C-5, D2: Secure, HttpOnly, SameSite=Lax, Path=/, as long as --cookie-expire', async () => {
  const answer = await flow.signIn(browser());
  expect(cookieLines(answer, sessionCookie)).toEqual([
    expect.stringMatching(/^_oauth2_proxy=Fe26[^;]+; Path=\/; Max-Age=604800; HttpOnly; Secure; SameSite=Lax$/),
  ]);
});

test.each<[string, Options, RegExp]>([
  ['Strict', { 'cookie-samesite': 'strict' }, /; Path=\/; Max-Age=604800; HttpOnly; Secure; SameSite=Strict$/],
  [
    'a domain and a path',
    { 'cookie-domain': ['127.0.0.1'], 'cookie-path': '/app' },
    /; Path=\/app; Domain=127\.0\.0\.1; Max-Age=604800; HttpOnly; Secure; SameSite=Lax$/,
  ],
  ['no end', { 'cookie-expire': '0' }, /; Path=\/; HttpOnly; Secure; SameSite=Lax$/],
  [
    '__Host-',
    { 'cookie-name': '__Host-s' },
    /^__Host-s=[^;]+; Path=\/; Max-Age=604800; HttpOnly; Secure; SameSite=Lax$/,
  ],
])('C-5: %s by option, and cleared with the same attributes', async (_, options, attributes) => {
  const own = await startFlow(options, idp);
  const who = browser();
  const answer = await own.signIn(who);
  const name = String(options['cookie-name'] ?? sessionCookie);
  const [set = ''] = cookieLines(answer, name);
  expect(set).toMatch(attributes);
  const cleared = cookieLines(await own.open(who, '/oauth2/sign_out'), name);
  const withoutAge = (line: string) => line.replace(/^[^;]*; /, '').replace(/Max-Age=\d+; /, '');
  expect(cleared.map(withoutAge)).toContain(withoutAge(set));
  expect(cleared.every((line) => line.includes('Max-Age=0'))).toBe(true);
  await own.stop();
});

test('C-5: a session in several parts works, and each part stays below what browsers take', async () => {
  large();
  const who = browser();
  const answer = await flow.signIn(who);
  expect(answer.setCookies.filter((line) => /^_oauth2_proxy_\d=/.test(line)).length).toBeGreaterThanOrEqual(2);
  expect(Math.max(...answer.setCookies.map((line) => line.length))).toBeLessThanOrEqual(4000);
  expect((await flow.auth(who)).status).toBe(202);
});

test('C-5: a smaller session clears the parts of the larger one, and the other way round', async () => {
  const who = await flow.member();
  expect(namesOf(who)).toEqual(['_oauth2_proxy']);
  large();
  await flow.signIn(who);
  expect(namesOf(who)).not.toContain('_oauth2_proxy');
  expect(namesOf(who)).toContain('_oauth2_proxy_1');
  idp.reset();
  await flow.signIn(who);
  expect(namesOf(who)).toEqual(['_oauth2_proxy']);
  expect((await flow.auth(who)).status).toBe(202);
});

test('C-1, M12, D11: what was in the browser before is replaced at the sign-in', async () => {
  idp.bends.claims = { ...idp.bends.claims, sub: 'mallory', email: 'mallory@example.com' };
  const attacker = await flow.member();
  idp.reset();
  const victim = copyOf(attacker); // the attacker's session was planted
  const answer = await flow.signIn(victim);
  const [value] = cookieLines(answer, sessionCookie);
  expect(value).not.toContain(attacker.cookies.get(sessionCookie));
  const { text } = await flow.open(victim, '/oauth2/userinfo');
  expect(JSON.parse(text)).toMatchObject({ email: 'jane@example.com' });
  // Signing in anew makes a new session even for the same person.
  const before = victim.cookies.get(sessionCookie);
  await flow.signIn(victim);
  const both = `${sessionCookie}=${before}; ${sessionCookie}=${victim.cookies.get(sessionCookie)}`;
  expect((await flow.auth(browser(), '', { cookie: both })).status).toBe(401);
});

test('C-1: a planted cookie that never was a session stays refused', async () => {
  const planted = browser(new Map([[sessionCookie, 'planted']]));
  await flow.signIn(planted);
  expect((await flow.auth(browser(new Map([[sessionCookie, 'planted']])))).status).toBe(401);
});

test('C-3, D10: sessions of two sign-ins at once: none counts, in either order, and both are cleared', async () => {
  const [a, b] = [await flow.member(), await flow.member()].map((who) => who.cookies.get(sessionCookie));
  for (const pair of [
    [a, b],
    [b, a],
  ]) {
    const cookie = pair.map((value) => `${sessionCookie}=${value}`).join('; ');
    const answer = await flow.auth(browser(), '', { cookie });
    expect(answer.status).toBe(401);
    expect(cookieLines(answer, sessionCookie).some((line) => line.includes('Max-Age=0'))).toBe(true);
  }
  expect(flow.sidecar.log()).toContain('sessions_of_two_sign_ins');
});

test('C-3: an unreadable leftover does not hide a good session', async () => {
  const good = (await flow.member()).cookies.get(sessionCookie);
  for (const other of ['garbage', '', 'Fe26.2*1*x~2', 'a b']) {
    for (const pair of [
      [other, good],
      [good, other],
    ]) {
      const cookie = pair.map((value) => `${sessionCookie}=${value}`).join('; ');
      expect((await flow.auth(browser(), '', { cookie })).status).toBe(202);
    }
  }
});

test.each(['/oauth2/sign_out', '/oauth2/sign_in'])('A10: %s clears every part', async (path) => {
  const own = await startFlow({ 'skip-provider-button': false }, idp);
  large();
  const who = browser();
  await own.signIn(who);
  const parts = namesOf(who);
  expect(parts.length).toBeGreaterThanOrEqual(2);
  const answer = await own.open(who, path);
  for (const part of parts) expect(cookieLines(answer, part)).toEqual([expect.stringContaining(`${part}=; `)]);
  expect(namesOf(who)).toEqual([]);
  expect((await own.auth(who)).status).toBe(401);
  await own.stop();
});

test('A10: the sign-in page on the site clears, too: headers come before the status', async () => {
  const own = await startFlow({ 'skip-provider-button': false }, idp);
  const who = browser(
    new Map([
      [sessionCookie, 'x'],
      [`${sessionCookie}_0`, 'y'],
      [`${sessionCookie}_1`, 'z'],
    ]),
  );
  const answer = await own.open(who, '/');
  expect(answer.status).toBe(403);
  expect(namesOf(who)).toEqual([]);
  await own.stop();
});

test('leftovers of other --cookie-domain settings are cleared at sign-in and sign-out', async () => {
  const own = await startFlow({ 'cookie-domain': ['.example.test', '.app.example.test'] }, idp);
  const who = browser();
  const headers = { host: 'app.example.test', accept: 'text/html', 'sec-fetch-mode': 'navigate' };
  const { location = '' } = await own.open(who, '/oauth2/start', { headers });
  const callback = await idp.signIn(location);
  who.cookies.set(sessionCookie, 'old');
  const answer = await own.open(who, callback.pathname + callback.search, { headers });
  const lines = cookieLines(answer, sessionCookie);
  const domains = (isSet: boolean) =>
    lines.filter((line) => line.includes('Max-Age=0') !== isSet).map((line) => /Domain=([^;]+)/.exec(line)?.[1]);
  expect(domains(true)).toEqual(['example.test']);
  expect(domains(false)).toEqual(expect.arrayContaining([undefined]));
  expect(lines.at(-1)).not.toContain('Max-Age=0');
  await own.stop();
});
