// Does nginx hear 202, 401 or 403 and nothing else, whatever a client sends that the parser accepts?
import { METHODS } from 'node:http';
import fc from 'fast-check';
import '../support/seeded.ts';
import { ask, valuesOf, type Heard } from '../support/ask.ts';
import { startFlow, type Flow } from '../support/flow.ts';

let flow: Flow;
let cookie: string;

beforeAll(async () => {
  flow = await startFlow({ 'reverse-proxy': true, 'set-xauthrequest': true });
  const { cookies } = await flow.member();
  cookie = `Cookie: ${[...cookies].map(([name, value]) => `${name}=${value}`).join('; ')}`;
});
afterAll(() => flow.stop());

const auth = (lines: readonly string[] = [], rest = {}) => ask(flow.sidecar.port, { lines, ...rest });
const verdicts = [202, 401, 403];

test('X-1: random methods, queries, headers and cookies get no other answer', async () => {
  const characters = (from: number, to: number, without = '') =>
    Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i)).filter((c) => !without.includes(c));
  const of = (alphabet: readonly string[], maxLength: number) =>
    fc.array(fc.constantFrom(...alphabet), { maxLength }).map((list) => list.join(''));
  const text = of(['\t', ...characters(0x20, 0x7e), ...characters(0x80, 0xff)], 60);
  const query = of(characters(0x21, 0x7e, '#'), 60); // beyond ASCII the parser refuses
  // Framing is X-2's, Expect is exempt, two Hosts are no request.
  const known = [
    'Accept',
    'Authorization',
    'If-Match',
    'If-None-Match',
    'Range',
    'X-Forwarded-Uri',
    'X-Forwarded-Host',
  ];
  const names = [
    ...known,
    'X-Forwarded-Proto',
    'X-Forwarded-Method',
    'X-Real-IP',
    'X-Request-Id',
    '__proto__',
    'Origin',
  ];
  const header = fc.tuple(fc.constantFrom(...names), text).map(([name, value]) => `${name}: ${value}`);
  const cookies = fc
    .tuple(fc.boolean(), text)
    .map(([ours, value]) => (ours ? `${cookie}; ${value}` : `Cookie: ${value}`));
  const method = fc.constantFrom(...METHODS.filter((name) => name !== 'CONNECT'));

  const request = fc.record({ method, query, lines: fc.array(header, { maxLength: 6 }), cookies });
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(request, async (given) => {
      const { status } = await auth([...given.lines, given.cookies], {
        method: given.method,
        target: `/oauth2/auth?${given.query}`,
      });
      seen.add(status);
      expect(verdicts).toContain(status);
    }),
    { numRuns: 400, seed: 42 },
  );
  expect([...seen]).toEqual(expect.arrayContaining([202, 401])); // else nothing was tried
});

test.each<[string, string]>([
  ['a damaged escape in the query', '/oauth2/auth?allowed_groups=%zz'],
  ['semicolons in the query', '/oauth2/auth?a=b;c=d'],
  ['L5: ten thousand parameters', `/oauth2/auth?${'a[]=1&'.repeat(10_000)}`],
  ['an absolute target', 'http://evil.test/oauth2/auth'],
])('X-1: %s is no reason for another answer', async (_, target) => {
  const heard = await auth([], { target });
  expect(heard.status).toBe(401);
  expect(heard.ms).toBeLessThan(500);
});

test.each([
  '/oauth2/auth/',
  '/oauth2/AUTH',
  '/oauth2//auth',
  '/oauth2/./auth',
  '/x/../oauth2/auth',
  '//oauth2/auth',
  '/oauth2/auth%2f',
  '/oauth2/auth;x',
  '/oauth2/%61uth',
  '/oauth2/auth%3f',
])('X-1: a slip in nginx to %s lets no stranger in', async (target) => {
  const { status } = await auth([], { target });
  expect(status).toBeGreaterThanOrEqual(300);
});

test.each([
  'If-None-Match: *',
  'If-None-Match: "x", W/"y"',
  'If-Match: "x"',
  'If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT',
  'If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT',
  'Range: bytes=0-0',
  'If-Range: "x"',
])('X-7, L2: "%s" is passed over', async (line) => {
  expect((await auth([line, cookie])).status).toBe(202);
  expect((await auth([line])).status).toBe(401);
});

/** Everything but what changes with every request. */
const shape = ({ status, headers, body }: Heard) => ({
  status,
  body,
  headers: headers.filter(([name]) => name !== 'date').map(([name, value]) => `${name}: ${value}`),
});

test('X-3, X-5, M10: the answers are these, to the byte', async () => {
  const plain = ['X-Content-Type-Options: nosniff', 'Content-Type: text/plain; charset=utf-8'];
  const lower = (lines: readonly string[]) => lines.map((line) => line.replace(/^[^:]+/, (name) => name.toLowerCase()));
  const answer = (status: number, body: string) => ({
    status,
    body,
    headers: expect.arrayContaining([...lower(plain), `content-length: ${body.length}`]),
  });
  expect(shape(await auth())).toEqual(answer(401, 'Unauthorized\n'));
  expect(shape(await auth([cookie], { target: '/oauth2/auth?allowed_groups=admin' }))).toEqual(
    answer(403, 'Forbidden\n'),
  );
  const yes = await auth([cookie]);
  expect([yes.status, yes.body, valuesOf(yes, 'content-length')]).toEqual([202, '', ['0']]);
  for (const heard of [await auth(), yes]) {
    const names = heard.headers.map(([name]) => name);
    // No realm, no tag to match next time, nothing chunked, no word about the software.
    for (const name of ['www-authenticate', 'etag', 'transfer-encoding', 'x-powered-by', 'server'])
      expect(names).not.toContain(name);
  }
});

test.each(['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PROPFIND'])(
  'X-1: %s is answered as GET is',
  async (method) => {
    expect((await auth([cookie], { method })).status).toBe(202);
    expect((await auth([], { method })).status).toBe(401);
  },
);

test.each([31, 60])('X-9: %i KiB of cookies are 401, not 431', async (kilobytes) => {
  const cookies = Array.from({ length: kilobytes }, (_, i) => `c${i}=${'x'.repeat(1016)}`).join('; ');
  expect((await auth([`Cookie: ${cookies}`])).status).toBe(401);
});

test.each([
  'Authorization:',
  'Authorization: Bearer',
  'Authorization: Bearer a b',
  'Authorization: Bearer a.b.c',
  'Authorization: Basic %%%',
  'Authorization: Basic',
  'Authorization: \xff\xfe',
  'Authorization: Digest username="x"',
])('P18: "%s" does not disturb a session', async (line) => {
  expect((await auth([line, cookie])).status).toBe(202);
  expect((await auth([line])).status).toBe(401);
});

test('P16: the case of the host decides nothing', async () => {
  for (const host of ['app.example.test', 'APP.Example.TEST', 'app.example.test:443', 'other.example']) {
    expect((await auth([cookie], { host })).status).toBe(202);
    expect((await auth([], { host })).status).toBe(401);
    expect((await auth([cookie, `X-Forwarded-Host: ${host}`])).status).toBe(202);
    expect((await auth([`X-Forwarded-Host: ${host}`])).status).toBe(401);
  }
});
