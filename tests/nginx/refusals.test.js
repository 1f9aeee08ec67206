// What does a browser, a script or an API client see when the sidecar says no, or nothing at all?
import { needs } from '../support/needs.js';
import { forbid, pagesAndApi, refuse, startSite, withSite } from '../support/protected-site.js';
import { navigation, send, valuesOf } from '../support/recorder.js';
needs('nginx')('refusals', () => {
  let site;
  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.stop());
  beforeEach(() => site.reset());
  const asScript = {
    accept: '*/*',
    'sec-fetch-mode': 'cors',
    'sec-fetch-dest': 'empty',
    'sec-fetch-site': 'same-origin',
  };
  const redirectToProvider = (_, response) =>
    response
      .writeHead(302, {
        Location: 'https://idp.test/authorize?x=1',
        'Set-Cookie': ['csrf_1=a; Path=/', 'csrf_2=b; Path=/'],
      })
      .end();
  describe('401', () => {
    test('RD-7: a page is answered by sign_in in place, told the whole target by a header that only nginx sets', async () => {
      site.answerAuth(refuse);
      site.answerPages(redirectToProvider);
      const answer = await send(`${site.nginx.url}/app/a%20b?x=1&y=2&rd=//evil.test`, { headers: navigation });
      expect(answer).toMatchObject({ status: 302, headers: { location: 'https://idp.test/authorize?x=1' } });
      const asked = site.sidecar.requests.at(-1);
      expect(asked?.url).toBe('/oauth2/sign_in');
      expect(valuesOf(asked, 'x-auth-request-redirect')).toEqual(['/app/a%20b?x=1&y=2&rd=//evil.test']);
      expect(valuesOf(asked, 'host')).toEqual([`127.0.0.1:${site.nginx.port}`]);
      expect(site.app.requests).toEqual([]);
    });
    test('all cookies of the sign-in reach the browser', async () => {
      site.answerAuth(refuse);
      site.answerPages(redirectToProvider);
      const { headers } = await send(`${site.nginx.url}/`, { headers: navigation });
      expect(headers['set-cookie']).toEqual(['csrf_1=a; Path=/', 'csrf_2=b; Path=/']);
    });
    test('a form that met 401 arrives at sign_in as a GET without a body, so it is no password form', async () => {
      site.answerAuth(refuse);
      const form = { method: 'POST', headers: { ...navigation, 'content-type': 'application/x-www-form-urlencoded' } };
      await send(`${site.nginx.url}/page`, { ...form, body: 'username=a&password=b' });
      const asked = site.sidecar.requests.at(-1);
      expect(asked).toMatchObject({ method: 'GET', url: '/oauth2/sign_in', body: '' });
      expect(valuesOf(asked, 'content-length')).toEqual([]);
    });
    test.each([
      ['fetch', asScript],
      ['an image', { accept: 'image/*', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
      ['an iframe', { ...navigation, 'sec-fetch-dest': 'iframe' }],
      ['XMLHttpRequest of an old browser', { accept: 'text/html', 'x-requested-with': 'XMLHttpRequest' }],
      ['curl', { accept: '*/*' }],
      ['a client that says nothing', {}],
    ])('%s gets 401 as JSON, and no sign-in begins', async (_, headers) => {
      site.answerAuth(refuse);
      const answer = await send(`${site.nginx.url}/page`, { headers });
      expect(answer).toMatchObject({
        status: 401,
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      });
      expect(JSON.parse(answer.body)).toMatchObject({ error: 'unauthorized' });
      expect(site.sidecar.requests.map(({ url }) => url)).toEqual(['/oauth2/auth']);
    });
    test.each([
      ['a browser with Fetch Metadata', navigation],
      ['an old browser that wants HTML', { accept: 'text/html,*/*' }],
    ])('%s is sent to sign in', async (_, headers) => {
      site.answerAuth(refuse);
      await send(`${site.nginx.url}/page`, { headers });
      expect(site.sidecar.requests.map(({ url }) => url)).toEqual(['/oauth2/auth', '/oauth2/sign_in']);
    });
    test('an API answers JSON even to a navigation', async () => {
      site.answerAuth(refuse);
      const answer = await send(`${site.nginx.url}/api/x`, { headers: navigation });
      expect(answer).toMatchObject({ status: 401, headers: { 'content-type': 'application/json' } });
      expect(site.app.requests).toEqual([]);
    });
    test('X-5: a challenge of the sidecar reaches API clients', async () => {
      site.answerAuth((_, response) => response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end());
      expect((await send(`${site.nginx.url}/api/x`)).headers['www-authenticate']).toBe('Bearer');
    });
  });
  describe('403', () => {
    test('a page shows the sidecar’s explanation of the same question, stays 403 and leads nowhere else', async () => {
      site.answerAuth(forbid);
      site.answerPages((_, response) =>
        response.writeHead(403, { 'Content-Type': 'text/html' }).end('not in group admins'),
      );
      const answer = await send(`${site.nginx.url}/admin/x?y=1&z=2`, { headers: navigation });
      expect(answer).toMatchObject({ status: 403, body: 'not in group admins' });
      expect(answer.headers.location).toBeUndefined();
      expect(site.sidecar.requests.map(({ url }) => url)).toEqual([
        '/oauth2/auth?allowed_groups=admins,/eng/web',
        '/oauth2/denied?allowed_groups=admins,/eng/web',
      ]);
      expect(valuesOf(site.sidecar.requests.at(-1), 'x-auth-request-redirect')).toEqual(['/admin/x?y=1&z=2']);
      expect(site.app.requests).toEqual([]);
    });
    test.each([
      ['200', 200],
      ['302', 302],
      ['404', 404],
    ])('it stays 403 even when the explanation comes with %s', async (_, status) => {
      site.answerAuth(forbid);
      site.answerPages((_request, response) => response.writeHead(status, { 'Content-Type': 'text/html' }).end('x'));
      expect((await send(`${site.nginx.url}/admin/`, { headers: navigation })).status).toBe(403);
      expect(site.app.requests).toEqual([]);
    });
    test.each([
      ['fetch at a page', '/admin/', asScript],
      ['an API client', '/api/x', {}],
    ])('%s gets it as JSON', async (_, path, headers) => {
      site.answerAuth(forbid);
      const answer = await send(site.nginx.url + path, { headers });
      expect(answer).toMatchObject({ status: 403, headers: { 'content-type': 'application/json' } });
      expect(JSON.parse(answer.body)).toMatchObject({ error: 'forbidden' });
    });
  });
  describe('X-1, X-10: whatever else the sidecar says, the application sees nothing', () => {
    test.each([301, 302, 304, 400, 404, 429, 431, 500, 502, 503])('%s is a 503', async (status) => {
      site.answerAuth((_, response) => response.writeHead(status).end());
      const page = await send(`${site.nginx.url}/page`, { headers: navigation });
      expect(page).toMatchObject({ status: 503, headers: { 'retry-after': '5', 'content-type': 'text/html' } });
      const api = await send(`${site.nginx.url}/api/x`);
      expect(api).toMatchObject({ status: 503, headers: { 'retry-after': '5', 'content-type': 'application/json' } });
      expect(JSON.parse(api.body)).toMatchObject({ error: 'unavailable' });
      expect(site.app.requests).toEqual([]);
    });
    test('a dead sidecar is a 503, on protected places and on its own, and the public part lives on', () =>
      withSite(undefined, async (alone) => {
        await alone.sidecar.stop();
        for (const path of [
          '/page',
          '/api/x',
          '/admin/',
          '/oauth2/sign_in',
          '/oauth2/sign_out',
          '/oauth2/callback?code=x',
        ]) {
          const answer = await send(alone.nginx.url + path, { headers: navigation });
          expect([path, answer.status, answer.headers['retry-after']]).toEqual([path, 503, '5']);
        }
        expect(alone.app.requests).toEqual([]);
        expect(await send(`${alone.nginx.url}/public/`)).toMatchObject({ status: 200 });
      }));
    test('a sidecar that dies between its 401 and the sign-in is a 503', async () => {
      site.answerAuth(refuse);
      site.answerPages((_, response) => response.destroy());
      expect(await send(`${site.nginx.url}/page`, { headers: navigation })).toMatchObject({ status: 503 });
    });
  });
  test.each([401, 403, 404, 500, 503])('the application’s own %s reaches the browser untouched', async (status) => {
    site.answerApp((_, response) => response.writeHead(status, { 'Content-Type': 'text/plain' }).end('mine'));
    for (const path of ['/page', '/api/x']) {
      expect(await send(site.nginx.url + path, { headers: navigation })).toMatchObject({ status, body: 'mine' });
    }
  });
  test('RD-8: sign_out is told no return target, so it cannot be sent to itself', async () => {
    await send(`${site.nginx.url}/oauth2/sign_out?rd=/bye`, {
      headers: { ...navigation, 'X-Auth-Request-Redirect': '/evil' },
    });
    expect(site.sidecar.requests.map(({ url }) => url)).toEqual(['/oauth2/sign_out?rd=/bye']);
    expect(valuesOf(site.sidecar.requests[0], 'x-auth-request-redirect')).toEqual([]);
  });
  test('the sidecar’s own style sheet is found beside a location for *.css', () =>
    withSite(
      (port) => `${pagesAndApi(port)} location ~ \\.css$ { return 410; }`,
      async (crowded) => {
        expect(await send(`${crowded.nginx.url}/oauth2/static/css/x.css`)).toMatchObject({ status: 200 });
      },
    ));
});
