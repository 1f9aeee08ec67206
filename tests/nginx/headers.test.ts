// Do forged headers reach the sidecar or the application through the shipped snippets?
import { identityHeaders, originHeaders } from '../../src/check/forgeries.ts';
import { needs } from '../support/needs.ts';
import { startSite } from '../support/protected-site.ts';
import type { Site } from '../support/protected-site.ts';
import { navigation, send, valuesOf } from '../support/recorder.ts';

needs('nginx')('headers', () => {
  const identity = identityHeaders.filter((name) => name !== 'Authorization'); // two of that are a 400 to nginx
  const address = [...originHeaders, 'X-Request-Id'];
  /** Read by the sidecar alone, for the client's address. */
  const clientAddress = [
    'X-Client-IP',
    'X-ProxyUser-IP',
    'X-Envoy-External-Address',
    'CF-Connecting-IP',
    'True-Client-IP',
  ];
  const forged = 'forged-by-client';

  let site: Site;
  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.stop());
  beforeEach(() => site.reset());

  const last = (requests: Site['app']['requests']) => requests.at(-1);

  describe('H-8, P21: a forged header never reaches the application', () => {
    const places = ['/page', '/admin/', '/api/data', '/public/'];
    const table = places.flatMap((place) => [...identity, ...address].map((name) => [place, name]));
    test.each(places)('at %s: Authorization', async (place) => {
      await send(site.nginx.url + place, { headers: { authorization: forged } });
      expect(site.app.requests).toHaveLength(1);
      expect(valuesOf(last(site.app.requests), 'authorization')).toEqual([]);
    });
    test.each(table)('at %s: %s', async (place, name) => {
      await send(site.nginx.url + place, { headers: { [name]: [forged, forged] } });
      expect(site.app.requests).toHaveLength(1);
      expect(JSON.stringify(last(site.app.requests)?.headers)).not.toContain(forged);
    });
  });

  describe('N8: a forged header never reaches the sidecar', () => {
    const forgeable = [...identity, ...address, ...clientAddress, 'Front-End-Https'];
    const places = [
      '/page',
      '/oauth2/start',
      '/oauth2/sign_in',
      '/oauth2/sign_out',
      '/oauth2/callback',
      '/oauth2/userinfo',
    ];
    const table = places.flatMap((place) => forgeable.map((name) => [place, name]));
    test.each(table)('asking %s with %s', async (place, name) => {
      await send(site.nginx.url + place, { headers: { ...navigation, [name]: [forged, forged] } });
      expect(site.sidecar.requests).toHaveLength(1);
      expect(JSON.stringify(last(site.sidecar.requests)?.headers)).not.toContain(forged);
    });

    test.each([
      ['sign-in after a 401', 401],
      ['the explanation of a 403', 403],
    ])('on the way to %s', async (_, status) => {
      site.answerAuth((_request, response) => response.writeHead(status).end());
      const headers = { ...Object.fromEntries(forgeable.map((name) => [name, forged])), ...navigation };
      await send(`${site.nginx.url}/page`, { headers });
      expect(site.sidecar.requests).toHaveLength(2);
      expect(JSON.stringify(site.sidecar.requests)).not.toContain(forged);
    });
  });

  test('N8: /oauth2/auth is a 404 from outside, and the sidecar hears nothing of it', async () => {
    for (const path of [
      '/oauth2/auth',
      '/oauth2/auth?allowed_groups=',
      '/x/../oauth2/auth',
      '/oauth2//auth',
      '/oauth2/%61uth',
    ]) {
      expect(await send(site.nginx.url + path)).toMatchObject({ status: 404 });
    }
    expect(site.sidecar.requests).toEqual([]);
  });

  test('the sidecar is told host with port, scheme, raw target, method and address, one line each', async () => {
    await send(`${site.nginx.url}/page/../a%20b?x=1&y=2`, { method: 'POST', body: 'x' });
    const asked = last(site.sidecar.requests);
    expect(asked).toMatchObject({ method: 'GET', url: '/oauth2/auth' });
    const told = {
      host: `127.0.0.1:${site.nginx.port}`,
      'x-forwarded-host': `127.0.0.1:${site.nginx.port}`,
      'x-forwarded-proto': 'http',
      'x-forwarded-uri': '/page/../a%20b?x=1&y=2',
      'x-forwarded-method': 'POST',
      'x-forwarded-for': '127.0.0.1',
      'x-real-ip': '127.0.0.1',
    };
    for (const [name, value] of Object.entries(told)) expect([name, ...valuesOf(asked, name)]).toEqual([name, value]);
  });

  test('sidecar and application get the same fresh request id', async () => {
    await send(`${site.nginx.url}/page`);
    const [id] = valuesOf(last(site.sidecar.requests), 'x-request-id');
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(valuesOf(last(site.app.requests), 'x-request-id')).toEqual([id]);
  });

  test('the sidecar sees cookies, credentials and Fetch Metadata of the client', async () => {
    const headers = {
      cookie: 'a=1',
      authorization: 'Bearer x',
      'sec-fetch-mode': 'cors',
      'sec-fetch-site': 'cross-site',
      accept: 'application/json',
    };
    await send(`${site.nginx.url}/page`, { headers });
    for (const [name, value] of Object.entries(headers))
      expect(valuesOf(last(site.sidecar.requests), name)).toEqual([value]);
  });

  test('X-7: conditions and ranges are not for the sidecar', async () => {
    const headers = { range: 'bytes=0-1', 'if-none-match': '*', 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' };
    await send(`${site.nginx.url}/page`, { headers });
    for (const name of Object.keys(headers)) expect(valuesOf(last(site.sidecar.requests), name)).toEqual([]);
  });

  test('what the sidecar says of the user reaches the application, under both families of names', async () => {
    site.answerAuth((_, response) =>
      response
        .writeHead(202, {
          'Content-Length': 0,
          'X-Auth-Request-User': 'alice',
          'X-Auth-Request-Email': 'alice@example.org',
          'X-Auth-Request-Groups': 'staff,admins',
          'X-Auth-Request-Preferred-Username': 'al',
          'X-Auth-Request-Access-Token': 'token-of-alice',
          Authorization: 'Bearer id-of-alice',
          'GAP-Auth': 'alice@example.org',
        })
        .end(),
    );
    await send(`${site.nginx.url}/page`, { headers: { 'X-Forwarded-User': forged, authorization: forged } });
    const told = [
      ['user', 'alice'],
      ['email', 'alice@example.org'],
      ['groups', 'staff,admins'],
      ['preferred-username', 'al'],
      ['access-token', 'token-of-alice'],
    ] as const;
    for (const [name, value] of told) {
      expect(valuesOf(last(site.app.requests), `x-auth-request-${name}`)).toEqual([value]);
      expect(valuesOf(last(site.app.requests), `x-forwarded-${name}`)).toEqual([value]);
    }
    expect(valuesOf(last(site.app.requests), 'authorization')).toEqual(['Bearer id-of-alice']);
    expect(valuesOf(last(site.app.requests), 'gap-auth')).toEqual(['alice@example.org']);
  });

  test('a location says who may enter with $oauth2_require, and others stay as they are', async () => {
    await send(`${site.nginx.url}/admin/?allowed_groups=everybody`);
    expect(last(site.sidecar.requests)?.url).toBe('/oauth2/auth?allowed_groups=admins,/eng/web');
    await send(`${site.nginx.url}/page?allowed_groups=everybody`);
    expect(last(site.sidecar.requests)?.url).toBe('/oauth2/auth');
  });
});
