// Can a client speak to the application in our name, when the sidecar stands in front of it?
import { ask, type Heard } from '../support/ask.ts';
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { startFlow, type Flow } from '../support/flow.ts';
import { startRecorder, valuesOf, type Recorded, type Recorder } from '../support/recorder.ts';
import type { Options } from '../support/sidecar.ts';

let app: Recorder;
let idp: BendableIdp;
const flows: Flow[] = [];

beforeAll(async () => {
  app = await startRecorder((_, response) => response.end('the application'));
  idp = await bendableIdp();
});
afterEach(() => app.requests.splice(0));
afterAll(async () => {
  for (const flow of flows) await flow.stop();
  await app.stop();
  await idp.close();
});

async function site(options: Options = {}): Promise<{ flow: Flow; member: string }> {
  const upstream = `http://127.0.0.1:${app.port}/`;
  const flow = await startFlow({ upstream, 'skip-auth-route': '^/public/', ...options }, idp);
  flows.push(flow);
  const { cookies } = await flow.member();
  return { flow, member: `Cookie: ${[...cookies].map(([name, value]) => `${name}=${value}`).join('; ')}` };
}

const names = [
  'X-Forwarded-User',
  'X-Forwarded-Email',
  'X-Forwarded-Groups',
  'X-Forwarded-Preferred-Username',
  'X-Forwarded-Access-Token',
  'X-Auth-Request-User',
  'X-Auth-Request-Email',
  'X-Auth-Request-Groups',
  'X-Auth-Request-Preferred-Username',
  'X-Auth-Request-Access-Token',
  'X-Auth-Request-Redirect',
  'GAP-Auth',
];
const forged = '/forged-admin';
/** The application may read any of these as the same header (CGI folds `-` and `_`). */
const spellings = (name: string) => [
  name,
  name.toLowerCase(),
  name.toUpperCase(),
  name.replaceAll('-', '_'),
  name.replace('-', '_'),
  name.toLowerCase().replaceAll('-', '_'),
];
const forgeries = names.flatMap(spellings).map((name) => `${name}: ${forged}`);

/** What the application takes for words of ours. */
const identity = ({ headers }: Recorded) =>
  headers
    .map(([name, value]) => [name.replaceAll('_', '-'), value] as const)
    .filter(([name]) => names.some((one) => one.toLowerCase() === name));

const ours = [
  ['x-forwarded-groups', 'dev,ops'],
  ['x-forwarded-user', 'user-1'],
  ['x-forwarded-email', 'jane@example.com'],
  ['x-forwarded-preferred-username', 'jane'],
];
const handshake = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: eA=='];

interface Way {
  readonly options?: Options;
  readonly method?: string;
  readonly target?: string;
  readonly lines?: readonly string[];
  readonly isMember?: boolean;
  readonly reaches: readonly (readonly string[])[] | 'not the application';
}

test.each<[string, Way]>([
  ['authenticated', { isMember: true, reaches: ours }],
  ['skip-auth', { target: '/public/x', reaches: [] }],
  ['skip-auth with a session', { target: '/public/x', isMember: true, reaches: ours }],
  ['trusted-ip', { options: { 'trusted-ip': '127.0.0.1' }, reaches: [] }],
  ['preflight', { options: { 'skip-auth-preflight': true }, method: 'OPTIONS', reaches: [] }],
  ['a WebSocket', { isMember: true, lines: handshake, reaches: ours }],
  ['a stranger’s WebSocket', { target: '/public/x', lines: handshake, reaches: [] }],
  [
    'a header option that sets nothing',
    { options: { 'pass-user-headers': false, 'pass-basic-auth': false }, isMember: true, reaches: [] },
  ],
  ['a static upstream', { options: { upstream: 'static://200' }, isMember: true, reaches: 'not the application' }],
  ['ping', { target: '/ping', reaches: 'not the application' }],
])('H-6, H-7, A9, M2, P19, BCP-16: nobody forges an identity header: %s', async (_, way) => {
  const { flow, member } = await site(way.options);
  const { method = 'GET', target = '/app', lines = [] } = way;
  const heard = await ask(flow.sidecar.port, {
    method,
    target,
    lines: [...forgeries, ...lines, ...(way.isMember ? [member] : [])],
  });
  expect(heard.status).toBe(200);
  expect(JSON.stringify(heard)).not.toContain(forged);
  if (way.reaches === 'not the application') return expect(app.requests).toEqual([]);
  expect(app.requests).toHaveLength(1);
  expect(app.requests.flatMap(identity)).toEqual(way.reaches);
});

test.each(['X-Forwarded-Email ', 'X-Forwarded-Email\t', ' X-Forwarded-Email'])(
  'H-6: a blank around the name ("%s") is no request or no header',
  async (name) => {
    const { flow, member } = await site();
    const heard = await ask(flow.sidecar.port, { target: '/', lines: ['X-First: 1', `${name}: ${forged}`, member] });
    for (const request of app.requests) expect(identity(request)).toEqual(ours);
    expect([200, 400]).toContain(heard.status);
  },
);

test('H-6: Authorization is ours where we set it, and the client’s elsewhere', async () => {
  const credentials = 'Authorization: Basic Zm9yZ2VkOmFkbWlu';
  const plain = await site();
  await ask(plain.flow.sidecar.port, { target: '/', lines: [credentials, plain.member] });
  const set = await site({ 'pass-authorization-header': true });
  await ask(set.flow.sidecar.port, { target: '/', lines: [credentials, set.member] });
  await ask(set.flow.sidecar.port, { target: '/public/x', lines: [credentials] });
  const [passed, replaced, stripped] = app.requests.map((request) => valuesOf(request, 'authorization'));
  expect(passed).toEqual(['Basic Zm9yZ2VkOmFkbWlu']);
  expect(replaced).toEqual([expect.stringMatching(/^Bearer eyJ/)]);
  expect(stripped).toEqual([]);
});

test.each([
  'Connection: X-Forwarded-User, close',
  'Connection: close, x-FORWARDED-user',
  'Connection: close, X-Forwarded-User, X-Forwarded-Email, X-Forwarded-Groups, X-Forwarded-Preferred-Username',
  'Connection: close\r\nConnection: X-Forwarded-User',
])('N11, P22: "%s" takes nothing of ours away', async (line) => {
  const { flow, member } = await site();
  await ask(flow.sidecar.port, { target: '/', lines: [line, 'X-Forwarded-User: admin', member] });
  expect(app.requests.flatMap(identity)).toEqual(ours);
});

test('P21: nginx hears of a user only what we say, however the client asks', async () => {
  const { flow, member } = await site({ 'set-xauthrequest': true });
  const auth = (lines: readonly string[]) => ask(flow.sidecar.port, { lines });
  const words = ({ headers }: Heard) => headers.filter(([name]) => name.startsWith('x-auth') || name === 'gap-auth');
  expect(words(await auth([...forgeries, member]))).toEqual(words(await auth([member])));
  expect(words(await auth(forgeries))).toEqual([]);
});
