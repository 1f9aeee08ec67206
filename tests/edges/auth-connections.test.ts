// What becomes of the connections over which nginx asks?
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, bytesOf, valuesOf } from '../support/ask.ts';
import { browser } from '../support/browser.ts';
import { dial } from '../support/raw-client.ts';
import { startFlow, type Flow } from '../support/flow.ts';

let flow: Flow;
let cookie: string;

beforeAll(async () => {
  flow = await startFlow();
  const { cookies } = await flow.member();
  cookie = `Cookie: ${[...cookies].map(([name, value]) => `${name}=${value}`).join('; ')}`;
});
afterAll(() => flow.stop());

const question = (...lines: readonly string[]) => bytesOf({ lines: [...lines, 'Connection: keep-alive'] });

test.each([
  ['Content-Length: 15', 202],
  ['Content-Length: 15', 401],
  ['Transfer-Encoding: chunked', 202],
  ['Transfer-Encoding: chunked', 401],
])(
  'X-2: a body that is announced (%s) and never comes holds nobody: %i, and the connection ends',
  async (line, status) => {
    const begun = performance.now();
    const exchange = dial(flow.sidecar.port, question(line, ...(status === 202 ? [cookie] : [])));
    await exchange.until('\r\n\r\n');
    expect(performance.now() - begun).toBeLessThan(100);
    exchange.socket.write(question(cookie)); // the subrequest of the next user
    const text = await exchange.closed();
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(text).toMatch(/\r\nconnection: close\r\n/i);
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  },
);

test('X-2: what stands behind such a question is never taken for a question of its own', async () => {
  const smuggled = bytesOf({ target: '/oauth2/sign_out', lines: ['X-Smuggled: 1'] });
  const text = await dial(flow.sidecar.port, question(`Content-Length: ${smuggled.length}`) + smuggled).closed();
  expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect(flow.sidecar.log()).not.toContain('sign_out');
});

test.each<[string, boolean]>([
  ['202', true],
  ['401', false],
])('X-3: ten questions answered by %s need one connection', async (status, isMember) => {
  const exchange = dial(flow.sidecar.port, '');
  for (let i = 1; i <= 10; i++) {
    exchange.socket.write(question(...(isMember ? [cookie] : [])));
    const whole = isMember ? '\r\n\r\n' : 'Unauthorized\n';
    await exchange.until(new RegExp(`(?:HTTP/1\\.1 ${status} [^]*?${whole}){${i}}`));
  }
  expect(exchange.isClosed()).toBe(false);
  expect(exchange.text()).toMatch(/content-length: \d+\r\n/i);
  expect(exchange.text()).not.toMatch(/transfer-encoding|connection: close/i);
  exchange.socket.destroy();
});

test('D3, X-3: with --auth-empty-body no answer has a body', async () => {
  const quiet = await startFlow({ 'auth-empty-body': true }, flow.idp);
  const who = browser();
  await quiet.signIn(who);
  const member = `Cookie: ${[...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ')}`;
  const answers = [
    await ask(quiet.sidecar.port),
    await ask(quiet.sidecar.port, { target: '/oauth2/auth?allowed_groups=admin', lines: [member] }),
    await ask(quiet.sidecar.port, { lines: [member] }),
  ];
  expect(answers.map(({ status, body }) => [status, body])).toEqual([
    [401, ''],
    [403, ''],
    [202, ''],
  ]);
  for (const answer of answers) expect(valuesOf(answer, 'content-length')).toEqual(['0']);
  await quiet.stop();
});

test('P12, V-1: clients that go away in the middle leave nothing behind', async () => {
  const beginnings = [
    'GET /oauth2/au',
    'GET /oauth2/auth HTTP/1.1\r\nHost: x\r\nCookie: a',
    'POST /oauth2/sign_in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\nrd=',
    'POST /oauth2/callback HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n',
    bytesOf({ target: '/oauth2/start' }),
    question(cookie),
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', // TLS
  ];
  for (let round = 0; round < 10; round++) {
    const exchanges = beginnings.map((bytes) => dial(flow.sidecar.port, bytes));
    await sleep(5);
    for (const { socket } of exchanges)
      if (round % 2 === 0) socket.destroy();
      else socket.resetAndDestroy();
  }
  await sleep(20);
  expect((await ask(flow.sidecar.port, { lines: [cookie] })).status).toBe(202);
  expect(flow.sidecar.log()).not.toMatch(/internal_error|listener_failed|uncaught/i);
});

test('L14: a header called __proto__ is a header', async () => {
  for (const target of ['/oauth2/auth', '/oauth2/start', '/oauth2/sign_in', '/oauth2/callback', '/', '/ping']) {
    const lines = ['__proto__: 1', 'constructor: 2', 'hasOwnProperty: 3', 'Cookie: __proto__=1; constructor=2'];
    const { status } = await ask(flow.sidecar.port, { target, lines });
    expect([target, status >= 200 && status < 500]).toEqual([target, true]);
  }
  expect((await ask(flow.sidecar.port, { lines: [cookie] })).status).toBe(202);
});
