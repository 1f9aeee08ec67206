// People of the htpasswd file: by the form, and by Basic credentials for one request.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browser, navigationHeaders, type Browser } from '../support/browser.ts';
import { startFlow, type Flow } from '../support/flow.ts';
import type { Options } from '../support/sidecar.ts';
import { keepSecret } from '../support/written.ts';

const password = 'a-password-of-the-tests';
const folder = mkdtempSync(join(tmpdir(), 'passwords-'));
const file = join(folder, 'htpasswd');
writeFileSync(file, `jane:{SHA}${createHash('sha1').update(password).digest('base64')}\n`);
keepSecret(password);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let flow: Flow | undefined;
afterEach(async () => {
  await flow?.stop();
  flow = undefined;
});

const start = async (options: Options = {}) =>
  (flow = await startFlow({
    'htpasswd-file': file,
    'skip-provider-button': false,
    'set-xauthrequest': true,
    ...options,
  }));
const basic = (user: string, text: string) => `Basic ${Buffer.from(`${user}:${text}`).toString('base64')}`;
const post = (who: Browser, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  (flow as Flow).open(who, '/oauth2/sign_in', {
    method: 'POST',
    headers: { ...navigationHeaders, ...headers },
    body: new URLSearchParams(fields),
  });

test('the form signs in, with the groups of --htpasswd-user-group', async () => {
  const { auth } = await start({ 'htpasswd-user-group': ['local', 'admins'] });
  const who = browser();
  const answer = await post(who, { username: 'jane', password, rd: '/back?a=1' });
  expect([answer.status, answer.location]).toEqual([302, '/back?a=1']);
  const heard = await auth(who);
  expect(heard.status).toBe(202);
  expect(heard.headers.get('x-auth-request-user')).toBe('jane');
  expect(heard.headers.get('x-auth-request-groups')).toBe('local,admins');
  expect((await auth(who, '?allowed_groups=admins')).status).toBe(202);
  expect((await auth(who, '?allowed_groups=others')).status).toBe(403);
});

test.each([
  ['a wrong password', { username: 'jane', password: 'wrong' }, 401, 'Invalid Username or Password'],
  ['no name', { username: '', password }, 400, 'Username cannot be empty'],
  ['somebody else', { username: 'Jane', password }, 401, 'Invalid Username or Password'],
])('the form refuses %s, and keeps where the user wanted to go', async (_, fields, status, text) => {
  await start();
  const answer = await post(browser(), { ...fields, rd: '/back' });
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(text);
  expect(answer.text.match(/name="rd" value="\/back"/g)).toHaveLength(2);
  expect(answer.setCookies).toEqual([]);
});

test('C-1: a session that was there before is not the one after the sign-in', async () => {
  const { signIn, auth } = await start({ 'skip-provider-button': true });
  const who = browser();
  await signIn(who);
  const before = new Map(who.cookies);
  await post(who, { username: 'jane', password });
  expect((await auth(who)).headers.get('x-auth-request-user')).toBe('jane');
  expect([...who.cookies.values()]).not.toEqual([...before.values()]);
});

test('F-4, N7: a form of another site that is no navigation signs nobody in', async () => {
  await start();
  const who = browser();
  const answer = await post(
    who,
    { username: 'jane', password },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
  );
  expect([answer.status, answer.setCookies]).toEqual([403, []]);
});

test('P15: after too many tries the form says so, and when to come back', async () => {
  await start();
  for (let i = 0; i < 10; i++)
    expect((await post(browser(), { username: 'jane', password: 'wrong' })).status).toBe(401);
  const answer = await post(browser(), { username: 'JANE', password });
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(200);
  expect(answer.text).toContain('Too many tries');
  flow?.sidecar.pass(5 * 60_000);
  expect((await post(browser(), { username: 'jane', password })).status).toBe(302);
});

test('Basic credentials count for their request alone', async () => {
  const { auth } = await start();
  const who = browser();
  const heard = await auth(who, '', { authorization: basic('jane', password) });
  expect([heard.status, heard.headers.get('x-auth-request-user'), heard.setCookies]).toEqual([202, 'jane', []]);
  expect((await auth(who)).status).toBe(401);
  const refused = await auth(who, '', { authorization: basic('jane', 'wrong') });
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, null]);
});

test.each([
  ['another scheme', () => basic('jane', password).replace('Basic', 'basic')],
  ['no padding', () => basic('jane', password).replace(/=+$/, '')],
  ['two blanks', () => basic('jane', password).replace(' ', '  ')],
  ['no colon', () => `Basic ${Buffer.from('jane').toString('base64')}`],
  ['the URL alphabet', () => 'Basic amFuZTo_Pz8_'],
])('T-5: Basic credentials with %s are none', async (_, value) => {
  const { auth } = await start();
  expect((await auth(browser(), '', { authorization: value() })).status).toBe(401);
});

test('T-5: wrong credentials leave the word to the cookie, right ones go before it', async () => {
  const { signIn, auth } = await start({ 'skip-provider-button': true });
  const who = browser();
  await signIn(who);
  const byCookie = (await auth(who)).headers.get('x-auth-request-user');
  const wrong = await auth(who, '', { authorization: basic('jane', 'wrong') });
  expect([wrong.status, wrong.headers.get('x-auth-request-user')]).toEqual([202, byCookie]);
  expect((await auth(who, '', { authorization: basic('jane', password) })).headers.get('x-auth-request-user')).toBe(
    'jane',
  );
});

test('T-5: two Authorization headers are refused, whatever else there is', async () => {
  const { sidecar } = await start();
  const status = await new Promise((done) =>
    request(`${sidecar.origin}/oauth2/auth`, {
      headers: ['Host', 'a.test', 'Authorization', basic('jane', password), 'Authorization', basic('jane', password)],
    })
      .on('response', (res) => done(res.resume().statusCode))
      .end(),
  );
  expect(status).toBe(401);
  expect(sidecar.log()).toContain('two_authorization_headers');
});

test('--display-htpasswd-form=false hides the form, and still takes what is posted', async () => {
  const { open } = await start({ 'display-htpasswd-form': false });
  expect((await open(browser(), '/oauth2/sign_in')).text).not.toContain('name="password"');
  expect((await post(browser(), { username: 'jane', password })).status).toBe(302);
});

test('--prefer-email-to-user: the name stands for the e-mail of Basic credentials', async () => {
  const { auth } = await start({ 'prefer-email-to-user': true });
  const heard = await auth(browser(), '', { authorization: basic('jane', password) });
  expect(heard.headers.get('x-auth-request-email')).toBe('jane');
});

test('O-3: sign-ins and refusals are in the auth log, and no password anywhere', async () => {
  const { auth, sidecar } = await start();
  await post(browser(), { username: 'jane', password });
  await post(browser(), { username: 'jane', password: 'another-wrong-text' });
  await auth(browser(), '', { authorization: basic('jane', password) });
  const log = sidecar.log();
  expect(log).toMatch(/- jane \[[^\]]+\] \[AuthSuccess\] Authenticated via HtpasswdFile/);
  expect(log).toMatch(/- jane \[[^\]]+\] \[AuthFailure\] Invalid authentication via HtpasswdFile/);
  expect(log).toMatch(/- jane \[[^\]]+\] \[AuthSuccess\] Authenticated via basic auth and HTpasswd File/);
  expect(log).not.toContain('another-wrong-text');
});
