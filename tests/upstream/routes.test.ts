// The specification of src/upstream/routes.ts; numbers are those of the reference's behaviour, section 25.15.
import { cleanPath } from '../../src/request/clean-target.ts';
import { encodePath, splitTarget } from '../../src/upstream/request-path.ts';
import { createRoutes, matchRoute, type Match } from '../../src/upstream/routes.ts';
import { upstreamConfigOf, type Site } from '../support/upstream-front.ts';

const routesOf = (...upstreams: Site[]) => createRoutes(upstreamConfigOf(upstreams));

/** The id of the route, or what is answered instead. */
function summary(match: Match): string {
  if (match.kind === 'route')
    return match.route.upstream.id + (match.target === undefined ? '' : ` as ${match.target}`);
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
  expect(matchRoute(routesOf(), splitTarget('/'))).toEqual({ kind: 'none' });
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
