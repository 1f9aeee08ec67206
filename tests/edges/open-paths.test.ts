// Does any spelling of a path open what a skip-auth rule did not mean to (security §7.4)?
import { ask } from '../support/ask.ts';
import { bendableIdp, type BendableIdp } from '../support/bendable-idp.ts';
import { startRecorder, type Recorder } from '../support/recorder.ts';
import { startSidecar, type Sidecar } from '../support/sidecar.ts';

const base = {
  'reverse-proxy': true,
  'trusted-proxy-ip': '127.0.0.1',
  'skip-provider-button': false,
};
const opening = ['^/public/', '/public', '^/public/.*', '^/foo/.*/bar$', 'GET=^/x$'];
const closing = ['!=^/private', 'POST!=^/y'];

let app: Recorder;
let idp: BendableIdp;
let open: Sidecar;
let negated: Sidecar;

beforeAll(async () => {
  app = await startRecorder((_, response) => response.end('the application'));
  idp = await bendableIdp();
  const own = { ...base, 'oidc-issuer-url': idp.issuer };
  const upstream = `http://127.0.0.1:${app.port}/`;
  open = await startSidecar({ ...own, upstream, 'skip-auth-route': opening });
  negated = await startSidecar({ ...own, upstream, 'skip-auth-route': closing });
  while ((await ask(open.port, { target: '/ready' })).status !== 200);
});
afterAll(async () => {
  await open.stop();
  await negated.stop();
  await app.stop();
  await idp.close();
});

/** As nginx would ask, with the request line as it came. */
const asNginx = ({ port }: Sidecar, uri: string, method = 'GET') =>
  ask(port, { lines: [`X-Forwarded-Uri: ${uri}`, `X-Forwarded-Method: ${method}`] });

/** nginx reads each as `/admin…`, or the application may. */
const ambiguous = [
  '/public/../admin/x',
  '/public/%2e%2e/admin/x',
  '/public/%2E%2e/admin/x',
  '/public/.%2e/admin/x',
  '/public/..%2fadmin',
  '/public//../admin',
  '/public/a%23/../../admin',
  '/public/../public/../admin',
  '//public/../admin',
  '/admin%3f/public/',
  '/admin%3F/public/x',
  '/admin#/public/x',
  '/admin%23/public/x',
  '/public/a#/../admin',
  '/public/#/../admin',
  '/#/../public/',
  '/public/..;/admin',
  '/public/..;x=y/admin',
  '/public/%2e%2e;/admin',
  '/public/..%3b/admin',
  '/public/\\..\\admin',
  '/public/..\\admin',
  '/public/%5c..%5cadmin',
  '/public/%252e%252e/admin',
  '/public/..%252fadmin',
  '/public/%25%32%65%25%32%65/admin',
  '/public/%00/../admin',
  '/public/%00',
  '/public/%0d%0aX',
  '/public/%c0%ae%c0%ae/admin',
  '/public/%ff',
  '/public/%zz',
  '/public/%',
  '/public/%u002e%u002e/admin',
  '/public/\xc0\xae\xc0\xae/admin',
  '/foo/secret%23/bar',
  '/foo/secret#/bar',
  '/foo/secret%3f/bar',
  '/foo/../admin/bar',
  '/foo/%2e%2e/secret/bar',
];

describe('H-14, N1, A15, P9, P24, P26, D7: a stranger is denied', () => {
  test.each(ambiguous)('%s', async (uri) => {
    for (const method of ['GET', 'POST']) {
      expect((await asNginx(open, uri, method)).status).toBe(401);
      expect((await asNginx(negated, uri, method)).status).toBe(401);
    }
  });

  test.each([...ambiguous, '/%61dmin/x', '//admin', '/admin'])(
    '%s, also when it is sent straight to the sidecar',
    async (target) => {
      for (const method of ['GET', 'POST']) {
        const { status, headers } = await ask(open.port, { method, target });
        expect([301, 400, 403]).toContain(status); // tidied up, no request, or asked to sign in
        const location = headers.find(([name]) => name === 'location')?.[1];
        // What it was tidied up to is judged as if it had come like that.
        if (location?.startsWith('/public/') === false)
          expect((await ask(open.port, { target: location })).status).toBe(403);
      }
      expect(app.requests.map(({ url }) => url).filter((url) => !url.startsWith('/public/'))).toEqual([]);
      app.requests.length = 0;
    },
  );

  test.each(['/%61dmin/x', '//admin', '/admin', '/adminpublic', '/x/', '/xy', '/foo/bar'])(
    '%s is none of the opened',
    async (uri) => {
      expect((await asNginx(open, uri)).status).toBe(401);
    },
  );
});

test.each<[string, string, string, number]>([
  ['the opened path', 'GET', '/public/x', 202],
  ['an escape that hides nothing', 'GET', '/public/%61', 202],
  ['UTF-8', 'GET', '/public/%c5%bd', 202],
  ['a query', 'GET', '/public/x?../admin', 202],
  ['the pattern between', 'GET', '/foo/a/bar', 202],
  ['A8: the pattern only with its query', 'GET', '/foo/secret?x=/bar', 401],
  ['A8: the query poses as a path', 'GET', '/admin?/public/', 401],
  ['a rule for GET', 'GET', '/x', 202],
  ['H-15: the same by POST', 'POST', '/x', 401],
  ['P19: a method in lower case', 'get', '/x', 202],
  ['P19: a method in mixed case', 'pOsT', '/x', 401],
])('H-14: %s: %s %s is %i', async (_, method, uri, status) => {
  expect((await asNginx(open, uri, method)).status).toBe(status);
});

test.each<[string, string, number]>([
  ['GET', '/private/x', 401],
  ['POST', '/private/x', 202],
  ['GET', '/elsewhere', 202],
])('H-14: a rule that is negated opens what it does not name: %s %s', async (method, uri, status) => {
  expect((await asNginx(negated, uri, method)).status).toBe(status);
});

test.each<[string, readonly string[]]>([
  ['a percent sign', ['%']],
  ['a broken escape', ['/%zz']],
  ['a broken escape behind the opened path', ['/public/%zz']],
  ['a colon', [':']],
  ['9000 letters', ['a'.repeat(9000)]],
  ['9000 letters behind the opened path', [`/public/${'a'.repeat(9000)}`]],
  ['bytes beyond ASCII', ['/public/\x80\xff']],
  ['nothing', ['']],
  ['two values', ['/public/', '/admin']],
  ['the same value twice', ['/public/', '/public/']],
  ['a URL', ['http://app.example.test/public/']],
  ['a relative path', ['public/']],
  ['a blank', ['/public/ /admin']],
  ['a tab', ['/public/\t/x']],
  ['an asterisk', ['*']],
])('P13: X-Forwarded-Uri that holds %s opens nothing', async (_, values) => {
  const lines = values.map((value) => `X-Forwarded-Uri: ${value}`);
  expect((await ask(open.port, { lines })).status).toBe(401);
});

test('H-3: what is proxied here is judged by its own path, never by a header', async () => {
  const lines = ['X-Forwarded-Uri: /public/', 'X-Original-URI: /public/', 'X-Forwarded-Method: GET'];
  expect((await ask(open.port, { target: '/admin', lines })).status).toBe(403);
  expect((await ask(open.port, { method: 'POST', target: '/x', lines })).status).toBe(403);
  expect(app.requests).toEqual([]);
  expect((await ask(open.port, { target: '/public/', lines: ['X-Forwarded-Uri: /admin'] })).status).toBe(200);
});
