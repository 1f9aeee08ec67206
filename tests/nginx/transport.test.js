// Connections, bodies, sizes and logs between nginx and the sidecar.
import { needs } from '../support/needs.js';
import { startSite, withSite } from '../support/protected-site.js';
import { navigation, send, valuesOf } from '../support/recorder.js';
needs('nginx')('transport', () => {
  let site;
  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.stop());
  beforeEach(() => site.reset());
  test('X-3: ten questions with a yes use one connection to the sidecar', () =>
    withSite(undefined, async (fresh) => {
      for (let n = 0; n < 10; n++) await send(`${fresh.nginx.url}/page`);
      expect(fresh.sidecar.requests).toHaveLength(10);
      expect(fresh.sidecar.connections()).toBe(1);
    }));
  test.each(['/page', '/api/x'])(
    'X-2: a body sent to %s is for the application alone, and nobody waits for it',
    async (path) => {
      const startedAt = performance.now();
      const answer = await send(site.nginx.url + path, {
        method: 'POST',
        body: 'x'.repeat(100_000),
        headers: { 'content-length': 100_000 },
      });
      expect(answer.status).toBe(200);
      expect(performance.now() - startedAt).toBeLessThan(2000);
      const [asked] = site.sidecar.requests;
      expect(asked).toMatchObject({ method: 'GET', body: '' });
      expect([...valuesOf(asked, 'content-length'), ...valuesOf(asked, 'transfer-encoding')]).toEqual([]);
      expect(site.app.requests[0]).toMatchObject({ method: 'POST', body: 'x'.repeat(100_000) });
    },
  );
  test('a chunked upload reaches the application', async () => {
    await send(`${site.nginx.url}/page`, {
      method: 'PUT',
      body: 'chunked',
      headers: { 'transfer-encoding': 'chunked' },
    });
    expect(site.sidecar.requests[0]).toMatchObject({ body: '' });
    expect(valuesOf(site.sidecar.requests[0], 'transfer-encoding')).toEqual([]);
    expect(site.app.requests[0]).toMatchObject({ method: 'PUT', body: 'chunked' });
  });
  test('X-9: a Cookie line of 31 KB passes to sidecar and application', async () => {
    const cookie = `_oauth2_proxy_0=${'c'.repeat(31 * 1024)}`;
    expect(await send(`${site.nginx.url}/page`, { headers: { cookie } })).toMatchObject({ status: 200 });
    expect(valuesOf(site.sidecar.requests[0], 'cookie')).toEqual([cookie]);
    expect(valuesOf(site.app.requests[0], 'cookie')).toEqual([cookie]);
  });
  test.each([15, 40])('X-8: tokens and groups of %s KB in the answer to auth_request pass', async (kilobytes) => {
    const token = 't'.repeat((kilobytes / 2) * 1024);
    site.answerAuth((_, response) =>
      response
        .writeHead(202, { 'Content-Length': 0, 'X-Auth-Request-Access-Token': token, 'X-Auth-Request-Groups': token })
        .end(),
    );
    expect(await send(`${site.nginx.url}/page`)).toMatchObject({ status: 200 });
    expect(valuesOf(site.app.requests[0], 'x-auth-request-access-token')).toEqual([token]);
  });
  test('a callback that sets six cookies of 4 KB passes', async () => {
    const cookies = Array.from({ length: 6 }, (_, n) => `part_${n}=${'x'.repeat(3900)}; Path=/`);
    site.answerPages((_, response) => response.writeHead(302, { Location: '/', 'Set-Cookie': cookies }).end());
    const answer = await send(`${site.nginx.url}/oauth2/callback?code=a&state=b`, { headers: navigation });
    expect(answer).toMatchObject({ status: 302, headers: { 'set-cookie': cookies } });
  });
  test('the provider’s answer by POST (form_post) reaches the callback with its body', async () => {
    await send(`${site.nginx.url}/oauth2/callback`, { method: 'POST', body: 'code=a&state=b' });
    expect(site.sidecar.requests[0]).toMatchObject({ method: 'POST', url: '/oauth2/callback', body: 'code=a&state=b' });
  });
  test('a WebSocket handshake is passed on to the application', async () => {
    await send(`${site.nginx.url}/page`, { headers: { connection: 'Upgrade', upgrade: 'websocket' } });
    expect(valuesOf(site.app.requests[0], 'upgrade')).toEqual(['websocket']);
    expect(valuesOf(site.app.requests[0], 'connection')).toEqual(['upgrade']);
    expect(valuesOf(site.sidecar.requests[0], 'upgrade')).toEqual([]);
  });
  test('a closed idle connection to the sidecar is opened again without anybody noticing', async () => {
    site.answerAuth((_, response) => {
      response.writeHead(202, { 'Content-Length': 0 }).end();
      response.once('close', () => setTimeout(() => response.socket?.destroy(), 5));
    });
    for (let n = 0; n < 5; n++) {
      expect((await send(`${site.nginx.url}/page`)).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
  test('U-3: the log format for callbacks holds no code and no state', () =>
    withSite(
      () => 'location / { return 204; }',
      async ({ nginx }) => {
        await send(`${nginx.url}/oauth2/callback?code=the-code&state=the-state`, { headers: navigation });
        await until(() => nginx.log('safe.log') !== '');
        expect(nginx.log('safe.log')).toContain('GET /oauth2/callback HTTP/1.1');
        expect(nginx.log('safe.log')).not.toMatch(/the-code|the-state/);
      },
      { http: 'access_log safe.log oauth2_no_query;' },
    ));
  /** nginx writes its log line after the answer. */
  async function until(holds) {
    for (let tries = 0; tries < 100 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  test('the snippets load without a warning', () =>
    withSite(undefined, async (fresh) => {
      expect(fresh.nginx.log('error.log')).not.toMatch(/\[(warn|emerg)\]/);
    }));
});
