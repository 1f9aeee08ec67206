// response_mode=form_post: does the provider's cross-site POST sign in, and only within limits? (security F-7)
import { browser } from '../support/browser.ts';
import { cookieLines, sessionCookie, startFlow, type Flow } from '../support/flow.ts';
import { dial } from '../support/raw-client.ts';

let flow: Flow;
beforeAll(async () => void (flow = await startFlow({ 'auth-request-response-mode': 'form_post' })));
afterAll(() => flow.stop());

/** As a browser posts the provider's page. */
const crossSitePost = {
  accept: 'text/html',
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

const formOf = (callback: string) => new URL(callback, flow.sidecar.origin).searchParams;

test('F-7: the cookie of the attempt comes along in a cross-site POST', async () => {
  const { authorization, answer } = await flow.begin(browser());
  expect(authorization.searchParams.get('response_mode')).toBe('form_post');
  expect(answer.setCookies).toEqual([expect.stringMatching(/_csrf=.*; HttpOnly; Secure; SameSite=None$/)]);
});

test('F-7, P20: a posted answer signs in, with a 302', async () => {
  const who = browser();
  const { callback } = await flow.begin(who, '/x');
  const body = formOf(callback);
  const answer = await flow.open(who, '/oauth2/callback', { method: 'POST', headers: crossSitePost, body });
  expect([answer.status, answer.location]).toEqual([302, '/x']);
  expect(cookieLines(answer, sessionCookie)).toEqual([expect.stringContaining('SameSite=Lax')]);
  expect((await flow.auth(who)).status).toBe(202);
});

test('F-6: what stands in the form and in the query is there twice', async () => {
  const who = browser();
  const { callback } = await flow.begin(who, '/x');
  const answer = await flow.open(who, callback, { method: 'POST', headers: crossSitePost, body: formOf(callback) });
  expect(answer.status).toBe(400);
});

test.each([
  ['65 KiB', 413, 'application/x-www-form-urlencoded', 'x'.repeat(65 * 1024)],
  ['JSON', 403, 'application/json', '{"code":"x","state":"y"}'],
  ['multipart', 403, 'multipart/form-data; boundary=x', '--x--'],
  ['nothing', 403, 'application/x-www-form-urlencoded', ''],
  ['more than a hundred parameters', 400, 'application/x-www-form-urlencoded', 'a=1&'.repeat(200)],
  ['a broken escape', 400, 'application/x-www-form-urlencoded', 'state=%zz'],
])('F-7, L3: a body of %s is refused with %i, and no token is asked for', async (_, status, type, body) => {
  const who = browser();
  await flow.begin(who);
  const calls = flow.idp.count('token');
  const answer = await flow.open(who, '/oauth2/callback', {
    method: 'POST',
    headers: { ...crossSitePost, 'content-type': type },
    body,
  });
  expect(answer.status).toBe(status);
  expect(flow.idp.count('token')).toBe(calls);
});

test('F-7, V-2: a form without end is cut at its limit, and others go on', async () => {
  const head = [
    'POST /oauth2/callback HTTP/1.1',
    'Host: app.example',
    'Content-Type: application/x-www-form-urlencoded',
    'Transfer-Encoding: chunked',
    '',
    '',
  ].join('\r\n');
  const exchange = dial(flow.sidecar.port, head);
  const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
  for (let i = 0; i < 8; i++) exchange.socket.write(chunk);
  expect(await exchange.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 413 /);
  exchange.socket.destroy();
  expect((await flow.open(browser(), '/ping')).status).toBe(200);
});

test('a form that breaks off leaves the attempt as it was', async () => {
  const who = browser();
  const { callback } = await flow.begin(who, '/x');
  const [cookie = ''] = [...who.cookies].map(([name, value]) => `${name}=${value}`);
  const lines = ['POST /oauth2/callback HTTP/1.1', 'Host: x', `Cookie: ${cookie}`, 'Content-Length: 500'];
  const head = [...lines, 'Content-Type: application/x-www-form-urlencoded', '', 'code=x'].join('\r\n');
  const exchange = dial(flow.sidecar.port, head);
  await new Promise((resolve) => setTimeout(resolve, 30));
  exchange.socket.destroy();
  const answer = await flow.open(who, '/oauth2/callback', {
    method: 'POST',
    headers: crossSitePost,
    body: formOf(callback),
  });
  expect(answer.location).toBe('/x');
});
