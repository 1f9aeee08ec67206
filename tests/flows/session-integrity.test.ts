// Does anything but an unharmed session of this deployment open the door?
import { randomBytes } from 'node:crypto';
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { browser, type Browser } from '../support/browser.ts';
import { sessionCookie, startFlow, type Flow } from '../support/flow.ts';
import type { Options } from '../support/sidecar.ts';

let idp: BendableIdp;
let flow: Flow;
let value: string;
/** Parts of a session that is too large for one cookie. */
let parts: readonly (readonly [string, string])[];
beforeAll(async () => {
  idp = await bendableIdp();
  flow = await startFlow({}, idp);
  value = (await flow.member()).cookies.get(sessionCookie) ?? '';
  const groups = Array.from({ length: 200 }, () => randomBytes(32).toString('hex'));
  idp.bends.claims = { ...idp.bends.claims, groups };
  parts = [...(await flow.member()).cookies];
  idp.reset();
});
afterAll(async () => {
  await flow.stop();
  await idp.close();
});

const withSession = (text: string) => browser(new Map([[sessionCookie, text]]));

async function refusal(who: Browser, own = flow) {
  const { status, text } = await own.auth(who);
  return [status, text];
}

const refused = [401, 'Unauthorized\n'];

test('C-2: the untouched session is accepted', async () => {
  expect((await flow.auth(withSession(value))).status).toBe(202);
  expect(parts.length).toBeGreaterThanOrEqual(3);
  expect((await flow.auth(browser(new Map(parts)))).status).toBe(202);
});

test('C-2, P33: no character can be changed', async () => {
  const passed: number[] = [];
  for (let at = 0; at < value.length; at += at > value.length - 60 ? 1 : 7) {
    const other = value[at] === 'A' ? 'B' : 'A';
    const { status } = await flow.auth(withSession(value.slice(0, at) + other + value.slice(at + 1)));
    if (status !== 401) passed.push(at);
  }
  expect(passed).toEqual([]);
});

test('C-2, P33: no bit of the last characters is ignored', async () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const at = value.length - 3; // in front of `~2`
  for (const other of alphabet) {
    const status = (await flow.auth(withSession(value.slice(0, at) + other + value.slice(at + 1)))).status;
    expect([other, status]).toEqual([other, other === value[at] ? 202 : 401]);
  }
});

test.each<[string, () => string]>([
  ['cut at the end', () => value.slice(0, -1)],
  ['cut in the middle', () => value.slice(0, value.length / 2)],
  ['cut at the start', () => value.slice(1)],
  ['longer', () => `${value}x`],
  ['another mark at the end', () => `${value.slice(0, -1)}1`],
  ['without an end', () => value.slice(0, -2)],
  ['twice', () => value + value],
  ['upper case', () => value.toUpperCase()],
  ['with an expiry of its own', () => value.replace('**', `*${Date.now() + 1e9}*`)],
  ['nothing', () => ''],
  ['JSON', () => encodeURIComponent('{"email":"jane@example.com"}')],
  ['a format of the reference', () => `${Buffer.from('x').toString('base64')}|1700000000|${'A'.repeat(43)}=`],
])('C-2: %s is no session', async (_, change) => {
  expect(await refusal(withSession(change()))).toEqual(refused);
});

test('C-2: the cookie of an attempt is no session, nor the other way round', async () => {
  const who = browser();
  const { callback } = await flow.begin(who);
  const [name = '', attempt = ''] = [...who.cookies][0] ?? [];
  expect(await refusal(withSession(attempt))).toEqual(refused);
  const answer = await flow.open(browser(new Map([[name, value]])), callback);
  expect(answer.location).toContain(idp.issuer);
});

test.each<[string, Options]>([
  ['of another cookie name', { 'cookie-name': '_other' }],
  ['of another deployment', { 'cookie-secret': 'another-secret-altogether' }],
])('C-2: a session %s is none', async (_, options) => {
  const own = await startFlow(options, idp);
  const name = String(options['cookie-name'] ?? sessionCookie);
  expect(await refusal(browser(new Map([[name, value]])), own)).toEqual(refused);
  await own.stop();
});

test.each<[string, (all: typeof parts) => typeof parts]>([
  ['the first is missing', (all) => all.slice(1)],
  ['one in the middle is missing', (all) => all.filter((_, index) => index !== 1)],
  ['the last is missing', (all) => all.slice(0, -1)],
  [
    'two have changed places',
    ([a, b, ...rest]) => [[a?.[0] ?? '', b?.[1] ?? ''], [b?.[0] ?? '', a?.[1] ?? ''], ...rest],
  ],
  ['one is empty', ([a, ...rest]) => [[a?.[0] ?? '', ''], ...rest]],
  ['the whole under the plain name', (all) => [[sessionCookie, all[0]?.[1] ?? ''], ...all.slice(1)]],
])('C-2, M28: of a session in parts, %s: no session', async (_, change) => {
  expect(await refusal(browser(new Map(change(parts))))).toEqual(refused);
});

test('C-2: a session outlives neither --cookie-expire nor a clock that is five minutes wrong', async () => {
  const own = await startFlow({ 'cookie-expire': '1h' }, idp);
  const who = await own.member();
  own.sidecar.pass(60 * 60_000 - 5000);
  expect((await own.auth(who)).status).toBe(202);
  own.sidecar.pass(6000);
  expect(await refusal(browser(new Map(who.cookies)), own)).toEqual(refused);
  // Made by a replica whose clock is ahead.
  own.sidecar.pass(-60 * 60_000 + 4 * 60_000);
  const ahead = await own.member();
  own.sidecar.pass(-4 * 60_000);
  expect((await own.auth(ahead)).status).toBe(202);
  own.sidecar.pass(-2 * 60_000);
  expect(await refusal(browser(new Map(ahead.cookies)), own)).toEqual(refused);
  await own.stop();
});

test('M7: the same content twice gives entirely different seals', async () => {
  const fields = async () => ((await flow.member()).cookies.get(sessionCookie) ?? '').split('*');
  const [a, b] = [await fields(), await fields()];
  // Of `Fe26.2*id*salt*iv*text*end*salt*mac` only version, key id and the empty end agree.
  expect(a.flatMap((field, index) => (field === b[index] ? [index] : []))).toEqual([0, 1, 5]);
});
