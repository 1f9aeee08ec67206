// Do the snippets and the real sidecar fit together?
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../deploy/demo/run-nginx.ts';
import { runNginxCheck } from '../../src/check/nginx.ts';
import { pathOf, startFlow, type Flow } from '../support/flow.ts';
import { needs } from '../support/needs.ts';
import { startNginx, type TestNginx } from '../support/nginx.ts';
import { navigation, send, startRecorder, valuesOf, type Recorder } from '../support/recorder.ts';

const manyGroups = Array.from({ length: 160 }, () => randomBytes(30).toString('base64url'));
const script = { accept: 'application/json', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };

needs('nginx')('the real sidecar', () => {
  let flow: Flow;
  let app: Recorder;
  let nginx: TestNginx;
  let echoPort: number;
  beforeAll(async () => {
    const port = await freePort();
    echoPort = await freePort();
    flow = await startFlow({
      'redirect-url': `http://127.0.0.1:${port}/oauth2/callback`,
      'reverse-proxy': true,
      'trusted-proxy-ip': '127.0.0.1',
      'set-xauthrequest': true,
      'cookie-secure': false,
      'cookie-refresh': '10m',
    });
    app = await startRecorder((_, response) => response.end('the application'));
    const to = (target: number) => `include oauth2/protect-page.conf; proxy_pass http://127.0.0.1:${target};`;
    const server = `
      location / { ${to(app.port)} }
      location /check/ { ${to(echoPort)} }
      location /admin/ { set $oauth2_require "allowed_groups=admins"; ${to(app.port)} }`;
    nginx = await startNginx({ sidecarPort: flow.sidecar.port, port, server });
  });
  afterAll(async () => {
    await nginx?.stop();
    await flow?.stop();
    await app?.stop();
  });
  beforeEach(() => {
    flow.idp.reset();
    app.requests.length = 0;
  });

  type Jar = Map<string, string>;

  /** Not fetch: that one adds Fetch Metadata of its own. */
  async function open(jar: Jar, path: string, headers: Readonly<Record<string, string>> = navigation) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await send(nginx.url + path, { headers: { ...headers, ...(cookie && { cookie }) } });
    const lines = answer.headers['set-cookie'] ?? [];
    for (const [pair = '', ...attributes] of lines.map((line) => line.split('; '))) {
      const name = pair.slice(0, pair.indexOf('='));
      if (attributes.some((attribute) => /^max-age=0$|1970/i.test(attribute))) jar.delete(name);
      else jar.set(name, pair.slice(name.length + 1));
    }
    return { ...answer, location: answer.headers.location, setCookies: lines };
  }

  /** Signs in through nginx; the answer is that of the callback. */
  async function signIn(jar: Jar, path = '/') {
    const asked = await open(jar, path);
    expect([asked.status, asked.location]).toEqual([302, expect.stringContaining(flow.idp.issuer)]);
    return open(jar, pathOf(await flow.idp.signIn(asked.location ?? '')));
  }

  test('RD-7: a page asked for leads to the provider, and back to the very page', async () => {
    const jar: Jar = new Map();
    const target = '/a/b?x=1&y=2&z=%2Fc%3Fd';
    expect(await signIn(jar, target)).toMatchObject({ status: 302, location: target });
    expect(await open(jar, target)).toMatchObject({ status: 200, body: 'the application' });
    expect(valuesOf(app.requests[0], 'x-forwarded-email')).toEqual(['jane@example.com']);
    expect(valuesOf(app.requests[0], 'x-auth-request-groups')).toEqual(['dev,ops']);
  });

  test('a script of a stranger hears 401 and gets no cookie', async () => {
    const answer = await open(new Map(), '/x', script);
    expect(answer).toMatchObject({ status: 401, setCookies: [] });
  });

  test('X-6: a refresh renews every part of a large session', async () => {
    const jar: Jar = new Map();
    flow.idp.bends.claims = { ...flow.idp.bends.claims, groups: manyGroups };
    await signIn(jar);
    const before = new Map(jar);
    expect(before.size).toBeGreaterThan(2);
    flow.sidecar.pass(11 * 60_000);
    const answer = await open(jar, '/x', script);
    expect(answer.status).toBe(200);
    expect(flow.idp.count('refresh')).toBe(1);
    expect([...jar.keys()]).toEqual([...before.keys()]);
    for (const [name, value] of jar) expect([name, value]).not.toEqual([name, before.get(name)]);
    expect(await open(jar, '/x', script)).toMatchObject({ status: 200 });
    expect(flow.idp.count('refresh')).toBe(1);
  });

  test('a 403 says whose account lacks what, and offers another, without a redirect', async () => {
    const jar: Jar = new Map();
    await signIn(jar);
    const answer = await open(jar, '/admin/?x=1&y=2');
    expect(answer).toMatchObject({ status: 403, location: undefined });
    expect(answer.body).toContain('jane@example.com');
    expect(answer.body).toContain('none of the groups that this page asks for');
    expect(answer.body).toContain('value="/admin/?x=1&amp;y=2"');
    expect(await open(jar, '/admin/', script)).toMatchObject({ status: 403 });
    expect(app.requests).toEqual([]);
  });

  test('whoever opens the page of a 403 by hand learns nothing', async () => {
    for (const query of ['', '?allowed_groups=admins']) {
      const answer = await open(new Map(), `/oauth2/denied${query}`);
      expect(answer).toMatchObject({ status: 403, setCookies: [] });
    }
  });

  test('N8: the sidecar logs what nginx says of a request, not what its client says', async () => {
    const forged = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'evil.test', 'x-request-id': 'forged-id' };
    await open(new Map(), '/seen', { ...navigation, ...forged });
    expect(flow.sidecar.log()).toContain(`127.0.0.1:${nginx.port} GET`);
    expect(flow.sidecar.log()).not.toMatch(/203\.0\.113\.9|evil\.test|forged-id/);
  });

  test('H-8: nginx-check finds nothing wrong', async () => {
    const jar: Jar = new Map();
    await signIn(jar);
    const folder = mkdtempSync(join(tmpdir(), 'cookie-'));
    writeFileSync(join(folder, 'cookie'), [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const args = [
      '--url',
      `${nginx.url}/check/`,
      '--echo-port',
      String(echoPort),
      '--cookie-file',
      join(folder, 'cookie'),
    ];
    const lines: string[] = [];
    expect([await runNginxCheck(args, (line) => void lines.push(line)), lines.at(-1)]).toEqual([
      0,
      'nginx is set up well',
    ]);
    rmSync(folder, { recursive: true });
  });
});
