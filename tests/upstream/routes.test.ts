// The specification of src/upstream/routes.ts; numbers are those of the reference's behaviour, section 25.15.
import { cleanPath } from '../../src/request/clean-target.ts';
import { encodePath, splitTarget } from '../../src/upstream/request-path.ts';
import { matchRoute, parseRoutes, type Match } from '../../src/upstream/routes.ts';

function routesOf(...upstreams: string[]) {
  const parsed = parseRoutes(upstreams);
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join());
  return parsed.routes;
}

test.each<[string, string, { id: string; path: string; destination: unknown }]>([
  [
    'the root',
    'http://a:8080',
    { id: '/', path: '/', destination: { kind: 'http', origin: new URL('http://a:8080') } },
  ],
  [
    'a prefix',
    'https://a/b/',
    { id: '/b/', path: '/b/', destination: { kind: 'http', origin: new URL('https://a/b/') } },
  ],
  [
    'an exact path',
    'http://a/b',
    { id: '/b', path: '/b', destination: { kind: 'http', origin: new URL('http://a/b') } },
  ],
  [
    'an encoded path',
    'http://a/b%20c',
    { id: '/b c', path: '/b c', destination: { kind: 'http', origin: new URL('http://a/b%20c') } },
  ],
  ['a status', 'static://202', { id: 'static://202', path: '/', destination: { kind: 'static', status: 202 } }],
  ['365: no status', 'static://abc', { id: 'static://200', path: '/', destination: { kind: 'static', status: 200 } }],
  [
    'a status that ends no request',
    'static://101',
    { id: 'static://200', path: '/', destination: { kind: 'static', status: 200 } },
  ],
  [
    'a socket',
    'unix:///run/app.sock',
    {
      id: '/',
      path: '/',
      destination: { kind: 'http', origin: new URL('http://localhost'), socketPath: '/run/app.sock' },
    },
  ],
])('an upstream may be %s', (_, text, expected) => {
  expect(routesOf(text)).toEqual([expected]);
});

test('every problem is told', () => {
  expect(parseRoutes(['http://[bad', 'gopher://x/', 'app:80', 'http://a/x', 'http://b/x', 'file:///srv#/'])).toEqual({
    kind: 'invalid',
    problems: [
      'upstream "http://[bad" is no URL',
      'upstream "gopher://x/" has an invalid scheme: "gopher"',
      'upstream "app:80" is no URL',
      'upstream "http://b/x": another one has the path "/x" already',
      'upstream "file:///srv#/" is a folder, which is not supported yet',
    ],
  });
});

/** The id of the route, or what is answered instead. */
function summary(match: Match): string {
  if (match.kind === 'route') return match.route.id;
  return match.kind === 'redirect' ? `301 ${match.location}` : match.kind;
}

describe('with /one/, /two, /a/ and /a/b/', () => {
  const routes = routesOf('http://u/one/', 'http://u/two', 'http://u/a/', 'http://u/a/b/');
  test.each<[string, string, string]>([
    ['below a prefix', '/one/x', '/one/'],
    ['the prefix itself', '/one/', '/one/'],
    ['351: a prefix without its slash', '/one', '301 /one/'],
    ['a query stays where it is', '/one?x=1', '301 /one/?x=1'],
    ['an exact path', '/two', '/two'],
    ['an exact path with a query', '/two?x', '/two'],
    ['more than an exact path', '/two/x', 'none'],
    ['352: the longest wins', '/a/b/f', '/a/b/'],
    ['else the shorter', '/a/f', '/a/'],
    ['350: no route', '/unregistered', 'none'],
    ['another spelling', '/ONE/x', 'none'],
    ['escapes are decoded for matching', '/%6fne/x', '/one/'],
    ['an escaped slash counts as a slash', '/one%2fx', '/one/'],
    ['the absolute form', 'http://app.example.com/one/x?y', '/one/'],
    ['an asterisk', '*', 'none'],
    ['a broken escape', '/one/%zz', 'malformed'],
    ['354: escaped slashes that double', '/%2F/test1/%2F/test2', '301 /test1/test2'],
    ['encoded dots', '/one/%2e%2e/secret?x=1', '301 /secret?x=1'],
    ['dots that go above the root', '/..%2f..%2fetc/', '301 /etc/'],
    ['RD-4: what looks like a host stays a path', '/%2F/%5Cevil.com/..%2f', '301 /'],
    ['RD-4: a backslash stays encoded', '/.%2f%5Cevil.com', '301 /%5Cevil.com'],
    ['RD-4: so does a line break', '/.%2f%0d%0aSet-Cookie:%20a', '301 /%0D%0ASet-Cookie:%20a'],
    ['UTF-8 is kept', '/x%2f%2fj%C3%BCrgen', '301 /x/j%C3%BCrgen'],
  ])('%s', (_, target, expected) => {
    expect(summary(matchRoute(routes, splitTarget(target)))).toBe(expected);
  });
});

test('a catch-all comes before adding a slash', () => {
  const routes = routesOf('http://u/one/', 'static://418');
  expect(summary(matchRoute(routes, splitTarget('/one?x=1')))).toBe('static://418');
});

test('without upstreams there is nothing', () => {
  expect(matchRoute([], splitTarget('/'))).toEqual({ kind: 'none' });
});

test.each([
  ['/', '/'],
  ['//', '/'],
  ['/a/', '/a/'],
  ['/a//b', '/a/b'],
  ['/a/./b', '/a/b'],
  ['/a/../b', '/b'],
  ['/..', '/'],
  ['/a/..', '/'],
  ['/a/b/../', '/a/'],
])('%s is cleaned to %s', (path, clean) => {
  expect(cleanPath(path)).toBe(clean);
});

test('what is encoded never leaves the path', () => {
  expect(encodePath('/a?b#c\\d"<>%\x7f\xff')).toBe('/a%3Fb%23c%5Cd%22%3C%3E%25%7F%FF');
});
