// Does a rotation of the cookie secret sign nobody out, and the removal of one whom it should?
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from '../support/ask.ts';
import { copyOf, sessionCookie, startFlow, type Flow } from '../support/flow.ts';
import { browser } from '../support/browser.ts';
import { keepSecret } from '../support/written.ts';

const [a, b, c] = ['first-secret-of-a-rotation', 'second-secret-of-a-rotation', 'third-secret-of-a-rotation'] as const;
const folder = mkdtempSync(join(tmpdir(), 'rotation-'));
const paths = ['current', 'other'].map((name) => join(folder, name));
let flow: Flow;

/** What the files hold from now on, and that it is read. */
function put(...secrets: readonly string[]): void {
  secrets.forEach((secret, at) => writeFileSync(paths[at] ?? '', `${secret}\n`));
  flow.sidecar.app.reload();
}

beforeAll(async () => {
  for (const secret of [a, b, c]) keepSecret(secret);
  [a, b].forEach((secret, at) => writeFileSync(paths[at] ?? '', `${secret}\n`));
  flow = await startFlow({ 'cookie-secret': [], 'cookie-secret-file': paths, 'metrics-address': '127.0.0.1:0' });
});
afterAll(async () => {
  await flow.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => put(a, b));

const status = async (who: ReturnType<typeof browser>) => (await flow.auth(who)).status;
const keyIn = (who: ReturnType<typeof browser>) => who.cookies.get(sessionCookie)?.split('*')[1];

async function oldSecretRequests(): Promise<number> {
  const { body } = await ask(flow.sidecar.metricsPort ?? 0, { target: '/metrics' });
  return Number(/^oauth2_sidecar_old_secret_requests_total (\d+)$/m.exec(body)?.[1]);
}

test('all three steps of a rotation: nobody is signed out, new sessions have the new key', async () => {
  const early = await flow.member();
  const counted = await oldSecretRequests();
  put(a, c); // every replica can open what the new one will seal
  expect(await status(early)).toBe(202);
  expect(await oldSecretRequests()).toBe(counted);

  put(c, a); // the new one seals
  const late = await flow.member();
  expect([await status(early), await status(late)]).toEqual([202, 202]);
  expect(keyIn(late)).not.toBe(keyIn(early));
  expect(await oldSecretRequests()).toBe(counted + 1);

  put(c, b); // the old one is no more
  expect(await status(late)).toBe(202);
  const gone = await flow.auth(early);
  expect(gone.status).toBe(401);
  expect(gone.setCookies.join()).toMatch(/^_oauth2_proxy=;/);
});

test('the removal of a secret counts for the very next request, warm memory or not', async () => {
  const [warm, cold] = [await flow.member(), await flow.member()];
  for (let i = 0; i < 3; i++) expect(await status(warm)).toBe(202);
  const copy = copyOf(warm);
  put(c, b);
  expect([await status(warm), await status(copy), await status(cold)]).toEqual([401, 401, 401]);
});

test('a sign-in under way when the secrets rotate comes through', async () => {
  const who = browser();
  const { callback } = await flow.begin(who, '/deep');
  put(c, a);
  const answer = await flow.open(who, callback);
  expect([answer.status, answer.location]).toEqual([302, '/deep']);
  expect(await status(who)).toBe(202);
});

test('a sign-in under way when its secret is removed ends at a page that offers another', async () => {
  const who = browser();
  const { callback } = await flow.begin(who, '/deep');
  put(c, b);
  const answer = await flow.open(who, callback);
  expect(answer.status).toBe(403);
  expect(answer.text).toMatch(/\/oauth2\/(start|sign_in)/);
  expect((await flow.signIn(who)).status).toBe(302);
  expect(await status(who)).toBe(202);
});

test('whoever signed in before a rotation can sign out after it', async () => {
  const who = await flow.member();
  put(c, a);
  expect((await flow.open(who, '/oauth2/sign_out')).status).toBe(302);
  expect(await status(who)).toBe(401);
});

test.each([
  ['too short', 'short'],
  ['empty', ''],
])('a new file that is %s signs nobody out, and the log says what to do', async (_, text) => {
  const who = await flow.member();
  writeFileSync(paths[0] ?? '', text);
  flow.sidecar.app.reload();
  expect(await status(who)).toBe(202);
  expect(await status(await flow.member())).toBe(202);
  expect(flow.sidecar.log()).toMatch(/the old ones stay in force.*cookie_secret_unusable.*openssl rand -base64 32/s);
});

test('a change of the files needs no signal', async () => {
  const who = await flow.member();
  [c, b].forEach((secret, at) => writeFileSync(paths[at] ?? '', `${secret}\n`));
  for (let tries = 0; tries < 100 && (await status(who)) === 202; tries++) await new Promise((r) => setTimeout(r, 50));
  expect(await status(who)).toBe(401);
});

test('O-3: the log shows none of them', () => {
  for (const secret of [a, b, c]) expect(flow.sidecar.log()).not.toContain(secret);
});
