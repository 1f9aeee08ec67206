// Do the cookies of an auth_request reach the browser: refreshed, split, deleted, on a yes and on a no?
import { needs } from '../support/needs.js';
import { startSite } from '../support/protected-site.js';
import { navigation, send } from '../support/recorder.js';
needs('nginx')('cookies', () => {
  let site;
  beforeAll(async () => {
    site = await startSite();
  });
  afterAll(() => site.stop());
  beforeEach(() => site.reset());
  const attributes = 'Path=/; Expires=Thu, 01 Jan 2037 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax';
  const lines = (count, length = 20) =>
    Array.from({ length: count }, (_, part) => `_oauth2_proxy_${part}=${String(part).repeat(length)}; ${attributes}`);
  /** As the sidecar does: Set-Cookie lines, and from the second on each once more in a header of its own. */
  function withCookies(status, cookies) {
    const repeated = Object.fromEntries(
      cookies.slice(1).map((line, index) => [`X-Sidecar-Set-Cookie-${index + 2}`, line]),
    );
    return (_, response) =>
      response.writeHead(status, { 'Content-Length': 0, 'Set-Cookie': [...cookies], ...repeated }).end();
  }
  const places = [
    ['a yes', '/page', 202, {}],
    ['a yes to an API', '/api/x', 202, {}],
    ['X-4: a 401 to a page', '/page', 401, navigation],
    ['X-4: a 401 to a script', '/page', 401, {}],
    ['X-4: a 401 to an API', '/api/x', 401, {}],
    ['a 403 to a page', '/page', 403, navigation],
    ['a 403 to an API', '/api/x', 403, {}],
  ];
  describe.each(places)('with %s', (_, path, status, headers) => {
    test.each([
      ['one cookie', lines(1)],
      ['a deletion', ['_oauth2_proxy=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly']],
      ['two parts', lines(2)],
      ['six parts of 4 KB', lines(6, 3900)],
    ])('%s: every line arrives as it was, in order', async (_name, cookies) => {
      site.answerAuth(withCookies(status, cookies));
      const answer = await send(site.nginx.url + path, { headers });
      expect(answer.headers['set-cookie']).toEqual(cookies);
    });
  });
  test('the application’s own cookies stay', async () => {
    site.answerAuth(withCookies(202, lines(1)));
    site.answerApp((_, response) => response.writeHead(200, { 'Set-Cookie': ['app=1', 'more=2'] }).end());
    const answer = await send(`${site.nginx.url}/page`);
    expect(answer.headers['set-cookie']).toEqual(['app=1', 'more=2', ...lines(1)]);
  });
  test('no cookie of the sidecar, no Set-Cookie line', async () => {
    expect((await send(`${site.nginx.url}/page`)).headers['set-cookie']).toBeUndefined();
  });
  // nginx from 1.23 on shows all Set-Cookie lines of a subrequest as one, joined by ", ": a single line like that stands for it here.
  test('X-6: joined lines are cut after the first, so that HttpOnly is not lost', async () => {
    site.answerAuth((_, response) =>
      response.writeHead(202, { 'Content-Length': 0, 'Set-Cookie': lines(3).join(', ') }).end(),
    );
    expect((await send(`${site.nginx.url}/page`)).headers['set-cookie']).toEqual(lines(1));
  });
  test('the seventh line is lost, as docs/nginx.md says', async () => {
    site.answerAuth(withCookies(202, lines(7)));
    expect((await send(`${site.nginx.url}/page`)).headers['set-cookie']).toEqual(lines(6));
  });
});
