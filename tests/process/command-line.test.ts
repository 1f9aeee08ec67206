// What does the program say to an operator, and with which exit code?
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { rows } from '../../src/config/options.ts';
import { endAll, good, run, secrets, startService } from './program.ts';

const packageFile = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
const { version } = JSON.parse(packageFile) as { version: string };

afterEach(endAll);

test('--help names every option and goes to standard output', async () => {
  const { code, out, err } = await run(['--help']);
  expect([code, err]).toEqual([0, '']);
  for (const { flag } of rows) expect(out).toMatch(new RegExp(`--${flag}\\b`));
});

test('L17: --version names program and runtime, and the runtime is Node.js 26', async () => {
  const { code, out, err } = await run(['--version']);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(new RegExp(`^oauth2-sidecar ${version} \\(Node\\.js v26\\.\\d+\\.\\d+\\)\\n$`));
});

test('--config-test says that all is well, warnings apart, and starts nothing', async () => {
  const argv = [...good, '--reverse-proxy', '--skip-auth-route=GET=^/x', '--trusted-proxy-ip=0.0.0.0/0'];
  const { code, out, err } = await run(['--config-test', ...argv]);
  expect([code, out]).toEqual([0, 'configuration is valid\n']);
  // U-1
  expect(err).toMatch(
    /^warning: .*--trusted-proxy-ip 0\.0\.0\.0\/0: everybody's X-Forwarded-\* headers are believed$/m,
  );
  for (const line of err.trim().split('\n')) expect(line).toMatch(/^warning: /);
});

test('every problem is told at once, on standard error, by the name that the operator wrote, and no secret', async () => {
  const { code, out, err } = await run(
    [
      '--client-id=x',
      '--cookie-secret=short-one',
      '--cookie-name=a;b', // L6
      '--reverse-proxy',
      '--trusted-ip=10.0.0.5', // A18
      '--trusted-proxy-ip=10.0.0.0/24',
      '--skip-auth-route=^/(a',
      '--upstream=gopher://x',
      '--config=/nonexistent/file.cfg',
    ],
    {
      OAUTH2_PROXY_COOKIE_SECURE: 'perhaps',
      OAUTH2_PROXY_COOKIE_EXPIRE: 'soon',
      OAUTH2_PROXY_CLIENT_SECRET: secrets.client,
    },
  );
  expect([code, out]).toEqual([1, '']);
  const lines = err.trim().split('\n');
  expect(lines).toContain('invalid configuration:');
  for (const line of [
    /^ {2}OAUTH2_PROXY_COOKIE_EXPIRE .*"soon"/,
    /^ {2}OAUTH2_PROXY_COOKIE_SECURE .*"perhaps"/,
    /^ {2}--cookie-secret /,
    /^ {2}--cookie-name /,
    /^ {2}--email-domain /,
    /^ {2}--oidc-issuer-url /,
    /^ {2}--trusted-ip .*--trusted-proxy-ip/,
    /^ {2}--skip-auth-route .*does not compile/,
    /^ {2}--upstream .*gopher/,
    /^ {2}--config names "\/nonexistent\/file\.cfg", but there is no such file/,
  ])
    expect(lines).toContainEqual(expect.stringMatching(line));
  expect(err).not.toMatch(/short-one|client-secret-of|\bat .*\.ts:\d+/);
});

test('a mistake on the command line itself ends with 2', async () => {
  const { code, out, err } = await run([...good, '--cookie-nam=x']);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain('--cookie-nam is not a known flag; hint: did you mean --cookie-name?');
});

test('an unknown OAUTH2_PROXY_ variable is a warning with a guess; those of Kubernetes are none', async () => {
  const argv = ['--config-test', ...good, '--skip-auth-route=GET=^/x'];
  const { code, err } = await run(argv, {
    OAUTH2_PROXY_COOKIE_NAM: 'x',
    OAUTH2_PROXY_SERVICE_HOST: '10.0.0.1',
    OAUTH2_PROXY_PORT_4180_TCP: 'tcp://10.0.0.1:4180',
  });
  expect(code).toBe(0);
  expect(err).toMatch(/warning: OAUTH2_PROXY_COOKIE_NAM .*OAUTH2_PROXY_COOKIE_NAME/);
  expect(err).not.toMatch(/SERVICE_HOST|4180_TCP/);
  // H-15
  expect(err).toContain('--skip-auth-route "GET=^/x" looks at the method, which nginx\'s auth_request does not tell');
});

test('a busy port is named with its option', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { code, err } = await run([...good, `--http-address=127.0.0.1:${port}`]);
  server.close();
  expect(code).toBe(1);
  expect(err).toContain(`cannot listen on 127.0.0.1:${port} (--http-address): the address is already in use`);
  expect(err).not.toMatch(/\bat .*:\d+:\d+/); // no stack
});

test('healthcheck: 0 while the service lives, 1 when it does not', async () => {
  const service = await startService(['--ping-path=/alive', '--ping-user-agent=Probe/1']);
  const flags = [`--http-address=127.0.0.1:${service.port}`, '--ping-path=/alive', '--ping-user-agent=Probe/1'];
  const asVariables = {
    OAUTH2_PROXY_HTTP_ADDRESS: `127.0.0.1:${service.port}`,
    OAUTH2_PROXY_PING_PATH: '/alive',
    OAUTH2_PROXY_PING_USER_AGENT: 'Probe/1',
  };
  expect((await run(['healthcheck', ...good], asVariables)).code).toBe(0);
  expect((await run(['healthcheck', ...good, ...flags, '--ping-path=/elsewhere'])).code).toBe(1);
  service.signal('SIGTERM');
  await service.ended();
  expect((await run(['healthcheck', ...good, ...flags])).code).toBe(1);
});
