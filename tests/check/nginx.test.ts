// Does nginx-check say yes to the shipped snippets, and find what is missing in a spoilt copy?
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { identityHeaders, originHeaders, underscoredHeaders } from '../../src/check/forgeries.ts';
import { runNginxCheck } from '../../src/check/nginx.ts';
import { needs } from '../support/needs.ts';
import { shippedSnippets, startNginx } from '../support/nginx.ts';
import { startRecorder, valuesOf } from '../support/recorder.ts';
import type { Recorder } from '../support/recorder.ts';

needs('nginx')('nginx-check', () => {
  let sidecar: Recorder;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nginx-check-'));
    writeFileSync(join(folder, 'cookie'), 'Cookie: _oauth2_proxy=alice\n');
    sidecar = await startRecorder((request, response) => {
      const isSignedIn = valuesOf(request, 'cookie').includes('_oauth2_proxy=alice');
      if (request.url.startsWith('/oauth2/auth'))
        return response.writeHead(isSignedIn ? 202 : 401, { 'Content-Length': 0 }).end();
      // Shows on its page whatever it would believe, as a sign-in page shows the return target.
      const believed = ['x-auth-request-redirect', 'x-forwarded-uri', 'x-forwarded-host'].flatMap((name) =>
        valuesOf(request, name),
      );
      if (request.url.startsWith('/oauth2/sign_out'))
        return response
          .writeHead(302, {
            Location:
              believed[0]?.startsWith('/oauth2') && valuesOf(request, 'x-auth-request-redirect').length
                ? believed[0]
                : '/',
          })
          .end();
      return response.writeHead(200, { 'Content-Type': 'text/html' }).end(believed.join('\n'));
    });
  });
  afterAll(async () => {
    await sidecar.stop();
    rmSync(folder, { recursive: true });
  });

  interface Spoilt {
    readonly snippets?: string;
    readonly server?: (echoPort: number) => string;
    readonly args?: readonly string[];
  }

  const shippedServer = (port: number) =>
    `location /check/ { include oauth2/protect-page.conf; proxy_pass http://127.0.0.1:${port}; }`;

  async function check({ snippets = shippedSnippets, server = shippedServer, args }: Spoilt = {}) {
    const echoPort = await freePort();
    const nginx = await startNginx({ sidecarPort: sidecar.port, server: server(echoPort), snippets });
    const lines: string[] = [];
    try {
      const wanted = args ?? ['--cookie-file', join(folder, 'cookie')];
      const code = await runNginxCheck(
        ['--url', `${nginx.url}/check/`, '--echo-port', String(echoPort), ...wanted],
        (line) => void lines.push(line),
      );
      return {
        code,
        lines,
        wrong: lines.filter((line) => line.startsWith('WRONG')).map((line) => line.split('\n')[0]),
      };
    } finally {
      await nginx.stop();
    }
  }

  /** A copy of the snippets with one file changed. */
  function spoil(file: string, change: (text: string) => string): string {
    const copy = mkdtempSync(join(folder, 'snippets-'));
    cpSync(shippedSnippets, copy, { recursive: true });
    const before = readFileSync(join(copy, file), 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`nothing to spoil in ${file}`);
    writeFileSync(join(copy, file), after);
    return copy;
  }

  const without = (file: string, line: RegExp) => spoil(file, (text) => text.replace(line, ''));

  test('H-8: the shipped snippets are fine', async () => {
    const { code, lines, wrong } = await check();
    expect([...wrong, lines.at(-1)]).toEqual(['nginx is set up well']);
    expect(code).toBe(0);
    expect(lines).toContain('ok     /oauth2/auth is closed to the outside');
  });

  test.each([...identityHeaders, ...originHeaders])(
    'H-8: without proxy_set_header %s it reports that header, and no other',
    async (name) => {
      const snippets = without('to-app.conf', new RegExp(`^proxy_set_header ${name} .*\n`, 'm'));
      const { code, wrong } = await check({ snippets });
      expect(wrong).toEqual([`WRONG  ${name} of a client reaches the application`]);
      expect(code).toBe(1);
    },
  );

  test('H-8: with underscores_in_headers on the shipped snippets are fine', async () => {
    const { wrong } = await check({ server: (port) => `underscores_in_headers on; ${shippedServer(port)}` });
    expect(wrong).toEqual([]);
  });

  test('H-8: with underscores_in_headers on, and nothing against it, it reports every spelling', async () => {
    const snippets = without('to-app.conf', /^include oauth2\/clear-underscores.conf;/m);
    const { wrong } = await check({ snippets, server: (port) => `underscores_in_headers on; ${shippedServer(port)}` });
    expect(wrong).toEqual(underscoredHeaders.map((name) => `WRONG  ${name} of a client reaches the application`));
  });

  const endpoints = 'oauth2-endpoints.conf';
  test.each([
    ['auth open to the outside', () => without(endpoints, /^ +internal;/m), /auth answers 401 to the outside/],
    [
      'the loop at sign_out',
      () => spoil(endpoints, (text) => text.replace(/(sign_out \{[^}]*Redirect +)""/, '$1$request_uri')),
      /sign_out redirects to \/oauth2\/sign_out: a loop/,
    ],
    [
      'a return target that a client chose',
      () => without(endpoints, /(?<=\^~ [^}]*)proxy_set_header X-Auth-Request-Redirect "";/),
      /X-Auth-Request-Redirect of a client is believed/,
    ],
    [
      'a target that a client chose',
      () => without('to-sidecar.conf', /^proxy_set_header X-Forwarded-Uri .*/m),
      /X-Forwarded-Uri of a client is believed/,
    ],
    [
      'a host that a client chose',
      () => without('to-sidecar.conf', /^proxy_set_header X-Forwarded-Host .*/m),
      /X-Forwarded-Host of a client is believed/,
    ],
    [
      'a page instead of 401 for scripts',
      () => spoil('protect-page.conf', (text) => text.replace('401 = @oauth2_sign_in', '401 = /oauth2/sign_in')),
      /a script without a session gets 200/,
    ],
    ['no protection at all', () => without('ask-sidecar.conf', /^auth_request .*/m), /\/check\/ is open to everybody/],
    [
      'a length without its body',
      () => without(endpoints, /proxy_set_header Content-Length "";/),
      /a request with a body gets/,
    ],
  ])('it finds %s', async (_, spoiltSnippets, expected) => {
    const { code, wrong } = await check({ snippets: spoiltSnippets() });
    expect(wrong.join('\n')).toMatch(expected);
    expect(code).toBe(1);
  });

  test('it finds a header that the operator sets a second time', async () => {
    const server = (port: number) =>
      `location /check/ { proxy_set_header X-Real-IP $remote_addr; include oauth2/protect-page.conf; proxy_pass http://127.0.0.1:${port}; }`;
    expect((await check({ server })).wrong).toEqual(['WRONG  x-real-ip reaches the application twice']);
  });

  test.each([
    ['without a cookie it says that half of it was not checked', [], /forged headers are not checked/],
    [
      'nginx that leads elsewhere is told apart',
      ['--echo-port', '0', '--cookie-file', 'cookie'],
      /did not arrive at the echo/,
    ],
  ])('%s', async (_, args, expected) => {
    const { code, lines } = await check({ args: args.map((arg) => (arg === 'cookie' ? join(folder, arg) : arg)) });
    expect(lines.join('\n')).toMatch(expected);
    expect(code).toBe(1);
  });

  test.each([
    ['no url', [], 2],
    ['no URL in --url', ['--url', 'site'], 2],
    ['an unknown flag', ['--url', 'http://127.0.0.1/', '--verbose'], 2],
    ['a port that is none', ['--url', 'http://127.0.0.1/', '--echo-port', 'x'], 2],
    ['--help', ['--help'], 0],
  ])('%s: usage', async (_, argv, code) => {
    const lines: string[] = [];
    expect(await runNginxCheck(argv, (line) => void lines.push(line))).toBe(code);
    expect(lines.join('\n')).toContain('usage: oauth2-sidecar nginx-check --url URL');
  });

  test('nobody there is said in words', async () => {
    const lines: string[] = [];
    const port = await freePort();
    const argv = ['--url', `http://127.0.0.1:${port}/check/`, '--echo-port', '0'];
    expect(await runNginxCheck(argv, (line) => void lines.push(line))).toBe(1);
    expect(lines[0]).toMatch(/^WRONG {2}http:\/\/127\.0\.0\.1:\d+ could not be asked: .*ECONNREFUSED/);
  });
});
