// What do claims that a user chose become in header lines?
import { ask, valuesOf } from '../support/ask.ts';
import type { Members } from '../support/bends.ts';
import { browser } from '../support/browser.ts';
import { startFlow, type Flow } from '../support/flow.ts';
import { startRecorder, type Recorder } from '../support/recorder.ts';
import type { Options } from '../support/sidecar.ts';

let app: Recorder;
let flow: Flow;
let json: Flow;

beforeAll(async () => {
  app = await startRecorder((_, response) => response.end('the application'));
  const options: Options = { 'set-xauthrequest': true, upstream: `http://127.0.0.1:${app.port}/` };
  flow = await startFlow(options);
  json = await startFlow({ ...options, 'groups-header-format': 'json' }, flow.idp);
});
afterEach(() => {
  flow.idp.reset();
  app.requests.length = 0;
});
afterAll(async () => {
  await json.stop();
  await flow.stop();
  await app.stop();
});

/** What auth says of somebody with these claims. */
async function auth(claims: Members, { query = '', of = flow } = {}) {
  flow.idp.bends.claims = { ...flow.idp.bends.claims, ...claims };
  const who = browser();
  expect((await of.signIn(who)).status).toBe(302);
  const cookie = `Cookie: ${[...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ')}`;
  const heard = await ask(of.sidecar.port, { target: `/oauth2/auth${query}`, lines: [cookie] });
  await ask(of.sidecar.port, { target: '/', lines: [cookie] });
  return heard;
}

const header = 'x-auth-request-preferred-username';

test.each<[string, string, string]>([
  ['CR and LF', 'a\r\nX-Evil: 1', 'a  X-Evil: 1'],
  ['a lone LF', 'a\nX-Evil: 1', 'a X-Evil: 1'],
  ['a lone CR', 'a\rX-Evil: 1', 'a X-Evil: 1'],
  ['NUL', 'a\0b', 'a b'],
  ['DEL and escape codes', 'a\u007f\u001b[2Kb', 'a  [2Kb'],
  ['two-byte letters', 'Žofie', '\xc5\xbdofie'],
  ['a line separator of Unicode', 'a\u2028b', 'a\xe2\x80\xa8b'],
  ['an emoji', '🦉', '\xf0\x9f\xa6\x89'],
])('H-9, M23: %s in a name stays in its header', async (_, name, value) => {
  const heard = await auth({ preferred_username: name });
  expect(heard.status).toBe(202);
  expect(valuesOf(heard, header)).toEqual([value]);
  expect(valuesOf(heard, 'x-evil')).toEqual([]);
  const [request] = app.requests;
  expect(request?.headers.filter(([key]) => /^x-(?:forwarded-preferred-username|evil)$/.test(key))).toEqual([
    ['x-forwarded-preferred-username', value],
  ]);
});

test.each<[string, string, number]>([
  ['a part of a group', '?allowed_groups=admin', 403],
  ['the other part', '?allowed_groups=x', 403],
  ['both parts', '?allowed_groups=x,admin', 403],
])('H-9: a group with a comma is one group: %s', async (_, query, status) => {
  const heard = await auth({ groups: ['x,admin'] }, { query });
  expect(heard.status).toBe(status);
});

test('H-9: with --groups-header-format=json the application can tell groups apart', async () => {
  const groups = ['x,admin', 'Žofie "quoted"', 'plain'];
  expect(valuesOf(await auth({ groups }), 'x-auth-request-groups')).toEqual([
    Buffer.from('x,admin,Žofie "quoted",plain').toString('latin1'),
  ]);
  const [value = ''] = valuesOf(await auth({ groups }, { of: json }), 'x-auth-request-groups');
  expect(JSON.parse(value)).toEqual(groups);
});

test('H-10: one header line per name, however many groups', async () => {
  const heard = await auth({ groups: ['a', 'b', 'c'] });
  expect(valuesOf(heard, 'x-auth-request-groups')).toEqual(['a,b,c']);
  const names = heard.headers.map(([name]) => name);
  expect(names).toHaveLength(new Set(names).size);
});

test('P21: what a user does not have makes no header, not an empty one', async () => {
  const heard = await auth({ groups: undefined, preferred_username: undefined });
  const names = heard.headers.map(([name]) => name).filter((name) => name.startsWith('x-auth-request'));
  expect(names).toEqual(['x-auth-request-user', 'x-auth-request-email']);
});

test('X-8, H-15: a user with a hundred groups gets a decision, and the operator one warning', async () => {
  const groups = Array.from({ length: 100 }, (_, i) => `department-${i}-of-a-large-company-with-names`);
  expect((await auth({ groups })).status).toBe(202);
  expect((await auth({ groups })).status).toBe(202);
  const warnings = flow.sidecar.log().match(/WARNING: .*proxy_buffer_size.* reason=headers_large/g);
  expect(warnings).toHaveLength(1);
});

test.each<[string, Members]>([
  ['an e-mail that is no text', { email: { a: 1 } }],
  ['an e-mail of 100 KiB', { email: `${'x'.repeat(100 * 1024)}@example.com` }],
  ['ten thousand groups', { groups: Array.from({ length: 10_000 }, (_, i) => `group-${i}`) }],
  ['groups in groups', { groups: [['a'], { b: 1 }, null, 7] }],
  ['a prototype', { __proto__: { groups: ['admin'] }, constructor: { prototype: { groups: ['admin'] } } }],
])('T-6, X-1: %s neither breaks the service nor makes an admin', async (_, claims) => {
  flow.idp.bends.claims = { ...flow.idp.bends.claims, ...claims };
  const who = browser();
  const { status } = await flow.signIn(who);
  expect([302, 403, 502, 503]).toContain(status);
  const cookie = [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const heard = await ask(flow.sidecar.port, {
    target: '/oauth2/auth?allowed_groups=admin',
    lines: cookie.length > 60_000 || cookie === '' ? [] : [`Cookie: ${cookie}`],
  });
  expect([401, 403]).toContain(heard.status);
});
