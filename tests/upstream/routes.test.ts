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

describe('with patterns and a rewriteTarget', () => {
  const uri = 'http://u';
  const routes = routesOf(
    { id: 'rest', path: '/', uri },
    { id: 'long', path: '/double-match/plain/and/long/', uri },
    { id: 'one', path: '^/one/(.*)', rewriteTarget: '/uno/$1', uri },
    { id: 'double', path: '^/double-match/(.*)$', rewriteTarget: '/d/$1', uri },
    { id: 'rw', path: '^/api/v([0-9]+)/(.*)', rewriteTarget: '/internal/$2?version=$1', uri },
    { id: 'bare', path: '^/bare/(.*)$', rewriteTarget: '$1', uri },
  );
  test.each<[string, string, string]>([
    ['two groups', '/api/v2/things/1', 'rw as /internal/things/1?version=2'],
    ['parameters are joined and sorted', '/api/v2/things/1?x=y&a=b', 'rw as /internal/things/1?a=b&version=2&x=y'],
    ["the request's value comes before ours", '/api/v2/x?version=9', 'rw as /internal/x?version=9&version=2'],
    ['parameters are spelt anew', '/one/x?b=%7e+%20&a', 'one as /uno/x?a=&b=~++'],
    ['damaged parameters are dropped', '/one/x?a=%zz&b=1&c;d', 'one as /uno/x?b=1'],
    ['the new path is encoded', '/one/a%20%C3%BC', 'one as /uno/a%20%C3%BC'],
    ['an escaped slash is one', '/one/a%2Fb', 'one as /uno/a/b'],
    ['an escaped question mark begins a query', '/one/a%3Fb=1', 'one as /uno/a?b=1'],
    ['bytes that are no UTF-8 stay what they are', '/one/%FF', 'one as /uno/%FF'],
    ['a slash in front is never missing', '/bare/x', 'bare as /x'],
    ['353: patterns come before longer paths', '/double-match/plain/and/long/x', 'double as /d/plain/and/long/x'],
    ['the rest', '/other', 'rest'],
    ['a path that is not clean is cleaned first', '/one/%2e%2e/secret', '301 /secret'],
  ])('%s', (_, target, expected) => {
    expect(summary(matchRoute(routes, splitTarget(target)))).toBe(expected);
  });

  test('a pattern that would match with a slash gets one', () => {
    const only = routesOf({ id: 'one', path: '^/one/(.*)', rewriteTarget: '/uno/$1', uri });
    expect(summary(matchRoute(only, splitTarget('/one?x')))).toBe('301 /one/?x');
    expect(summary(matchRoute(only, splitTarget('/two')))).toBe('none');
  });

  test('what does not change keeps its spelling', () => {
    const same = routesOf({ id: 'same', path: '^/(.*)$', rewriteTarget: '/$1', uri });
    expect(summary(matchRoute(same, splitTarget('/a%2fb!c?x=1')))).toBe('same as /a%2fb!c?x=1');
  });
});

describe('with proxyRawPath', () => {
  const uri = 'http://u';
  const routes = createRoutes({
    ...upstreamConfigOf([
      { id: 'a', path: '/a/', uri },
      { id: 'slash', path: '/%2F/', uri },
      { id: 'api', path: '^/api/(.*)', rewriteTarget: '/internal/$1', uri },
    ]),
    proxyRawPath: true,
  });
  test.each<[string, string, string]>([
    ['355: escaped slashes are no separators', '/%2F/a/%2F/b', 'slash'],
    ['an escape does not match the letter', '/%61/x', 'none'],
    ['nothing is cleaned after decoding', '/a/%2e%2e/x', 'a'],
    ['a missing slash is added, escapes stay', '/%2F?x', '301 /%2F/?x'],
    ['RD-4: a backslash does not stay one', '/a/../\\x', '301 /%5Cx'],
    ['patterns see decoded paths', '/%61pi/x', 'api as /internal/x'],
    ['P26: a pattern does not make escaped dots work', '/api/%2e%2e/secret', 'malformed'],
    ['P26: nor at the end', '/api/x/%2e%2e', 'malformed'],
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
