// What does a running program write, where, and without which secrets?
import { ask, bytesOf } from '../support/ask.ts';
import { dial } from '../support/raw-client.ts';
import { keepSecret } from '../support/written.ts';
import { endAll, secrets, startService, type Service } from './program.ts';

afterEach(endAll);

async function linesOf(service: Service): Promise<readonly string[]> {
  service.signal('SIGTERM');
  const { out, err } = await service.ended();
  return `${out}${err}`.trim().split('\n');
}

async function visit(service: Service): Promise<void> {
  await ask(service.port, { target: '/oauth2/auth', lines: ['X-Request-Id: from-nginx-1'] });
  await ask(service.port, { target: '/oauth2/callback?code=secret-code-1234567890&state=secret-state-1234567890:/' });
  await ask(service.port, { target: '/oauth2/start', lines: ['X-Request-Id: from-nginx-2', 'User-Agent: a "b" c'] });
}

test('--log-format=json: every line is an object with time, level, kind and message', async () => {
  const service = await startService(['--log-format=json', '--log-level=debug']);
  await visit(service);
  const entries = (await linesOf(service)).map((line) => JSON.parse(line) as Record<string, unknown>);
  for (const entry of entries) {
    expect(entry).toMatchObject({ time: expect.stringMatching(/^\d{4}-.*Z$/), level: expect.any(String) });
    expect(entry).toMatchObject({
      kind: expect.stringMatching(/^(?:standard|auth|request)$/),
      message: expect.any(String),
    });
  }
  const requests = entries.filter(({ kind }) => kind === 'request');
  const [auth, callback, start] = requests;
  expect(requests).toHaveLength(3);
  expect(auth).toMatchObject({ request_id: 'from-nginx-1', status_code: 401, uri: '/oauth2/auth', method: 'GET' });
  // The service makes an id where none is given.
  expect(callback).toMatchObject({ request_id: expect.stringMatching(/^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/) });
  expect(start).toMatchObject({ request_id: 'from-nginx-2', user_agent: 'a "b" c', status_code: 503 });
});

test("--log-format=text: the reference's lines, one per event", async () => {
  const service = await startService(['--logging-local-time=false']);
  await visit(service);
  const lines = await linesOf(service);
  const time = String.raw`\[\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\]`;
  const standard = new RegExp(`^${time} \\[[\\w.-]+\\.ts:\\d+\\] \\S`);
  const auth = new RegExp(`^127\\.0\\.0\\.1:\\d+ - \\S+ - \\S+ ${time} \\[Auth(?:Success|Failure|Error)\\] \\S`);
  const request = new RegExp(
    `^127\\.0\\.0\\.1:\\d+ - \\S+ - - ${time} app\\.example\\.test GET - "/\\S*" HTTP/1\\.1 ".*" \\d{3} \\d+ \\d+\\.\\d{3}$`,
  );
  for (const line of lines) expect([standard, auth, request].filter((kind) => kind.test(line))).toHaveLength(1);
  expect(lines.filter((line) => request.test(line))).toHaveLength(3);
  expect(lines.find((line) => line.includes('/oauth2/auth'))).toContain(' - from-nginx-1 - ');
});

test('errors go to standard error, all else to standard output, unless --errors-to-info-log', async () => {
  for (const argv of [[], ['--errors-to-info-log']]) {
    const service = await startService(argv);
    await ask(service.port, { target: '/oauth2/start' }); // 503: the provider does not answer
    service.signal('SIGTERM');
    const { out, err } = await service.ended();
    expect(/ERROR: /.test(err)).toBe(argv.length === 0);
    expect(/ERROR: /.test(out)).toBe(argv.length > 0);
    expect(out).toContain(' listens');
  }
});

test('O-3: the effective configuration is told at debug level only, with its secrets masked', async () => {
  const password = 'password-for-the-application-5';
  keepSecret(password);
  const quiet = await startService();
  const flags = [`--basic-auth-password=${password}`, '--pass-basic-auth', '--set-basic-auth', '--log-level=debug'];
  const service = await startService([...flags, '--upstream=http://user:hidden-pass@127.0.0.1:9/']);
  await visit(service);
  const text = (await linesOf(service)).join('\n');
  expect(text).toMatch(/cookie-secret = \*\*\* \(--cookie-secret\)/);
  expect(text).toMatch(/client-secret = \*\*\* \(--client-secret\)/);
  expect(text).toMatch(/cookie-expire = 168h(?:0m0s)? \(default\)/);
  const never = [
    ...Object.values(secrets),
    password,
    'hidden-pass',
    'secret-code-1234567890',
    'secret-state-1234567890',
  ];
  for (const secret of never) expect(text).not.toContain(secret);
  expect((await linesOf(quiet)).join('\n')).not.toContain('cookie-expire');
});

test('a reader that has gone away does not end the service', async () => {
  const service = await startService();
  const exchange = dial(service.port, bytesOf({ target: '/ping', lines: ['Connection: keep-alive'] }));
  await exchange.until('OK');
  exchange.socket.resetAndDestroy();
  expect((await ask(service.port, { target: '/ping' })).status).toBe(200);
});
