// Rules that open paths to strangers have the reference's grammar, and open nothing that is in doubt.
import { openPath } from '../../src/policy/open-path.ts';
import { apiRoutes, skipAuthRules } from '../../src/policy/skip-auth.ts';

const open = (skipAuthRoutes: readonly string[], method: string, uri: string, skipAuthRegex: readonly string[] = []) =>
  skipAuthRules({ skipAuthRegex, skipAuthRoutes })(method, openPath(uri));

test.each<[string, readonly string[], string, string, boolean]>([
  ['any method', ['^/any'], 'PUT', '/any/1', true],
  ['the method', ['GET=^/get/only'], 'GET', '/get/only/x', true],
  ['another method', ['GET=^/get/only'], 'POST', '/get/only/x', false],
  ['HEAD is not GET', ['GET=^/get/only'], 'HEAD', '/get/only/x', false],
  ['an unknown method', ['WEIRD=^/methods'], 'WEIRD', '/methods/x', true],
  ['a method in lower case', ['get=^/lower'], 'GET', '/lower', true],
  ['a second = belongs to the regex', ['PATCH=/second/equals?are=handled'], 'PATCH', '/second/equalsare=handled', true],
  ['no method before the =', ['=^/any'], 'PUT', '/any', true],
  ['unanchored', ['/graphql'], 'GET', '/x/graphql/y', true],
  ['decoded', ['^/skip/auth$'], 'GET', '/skip/%61uth', true],
  ['A8: the query does not count', ['^/foo/.*/bar$'], 'GET', '/foo/secret?x=/bar', false],
  ['A15: nor what stands behind %23', ['^/foo/.*/bar$'], 'GET', '/foo/secret%23/bar', false],
  ['case counts', ['^/any'], 'GET', '/ANY', false],
  ['negated', ['!=^/api'], 'DELETE', '/static/file.txt', true],
  ['negated, and it matches', ['!=^/api'], 'GET', '/api/users', false],
  ['negated, with a method', ['GET!=^/api'], 'GET', '/static', true],
  ['negated, with another method', ['GET!=^/api'], 'POST', '/static', false],
  ['negated, and a second rule', ['!=^/api', 'POST=^/api/public/?$'], 'POST', '/api/public/', true],
  ['!= inside a regex negates nothing', ['GET=^/a!=b'], 'GET', '/admin', false],
  ['an unread method', ['GET=^/x'], '', '/x', false],
])('route: %s', (_, routes, method, uri, expected) => {
  expect(open(routes, method, uri)).toBe(expected);
});

test('regexes open any method, and rules add up', () => {
  expect(open(['^/b$'], 'DELETE', '/a', ['^/a$'])).toBe(true);
  expect(open(['^/b$'], 'DELETE', '/b', ['^/a$'])).toBe(true);
  expect(open([], 'GET', '/a')).toBe(false);
});

describe('H-14: an ambiguous path is nobody’s exemption', () => {
  const rules = ['^/public/', '/public', '^/public/.*', '^/foo/.*/bar$', '!=^/private', 'GET=^/x$', 'POST!=^/y'];
  test.each([
    '/public/../admin/x',
    '/public/%2e%2e/admin/x',
    '/public/..%2fadmin',
    '/public//../admin',
    '/public/a%23/../../admin',
    '//admin',
    '/admin%3f/public/',
    '/admin#/public/x',
    '/public/a#/../admin',
    '/public/..;/admin',
    '/public/\\..\\admin',
    '/public/%252e%252e/admin',
    '/public/%00/../admin',
    'http://evil.test/public/x',
    '/foo/secret%23/bar',
  ])('%s', (uri) => {
    for (const rule of rules) for (const method of ['GET', 'POST']) expect(open([rule], method, uri)).toBe(false);
  });

  test('but a rule for everything opens it, for its method', () => {
    expect(open(['.*'], 'GET', '/a\\b')).toBe(true);
    expect(open([], 'GET', '/a\\b', ['^/'])).toBe(true);
    expect(open(['POST=.*'], 'GET', '/a\\b')).toBe(false);
    expect(open(['!=.*'], 'GET', '/a\\b')).toBe(false);
  });
});

test.each([
  ['regex', { skipAuthRegex: ['(bad[regex'], skipAuthRoutes: [] }],
  ['route', { skipAuthRegex: [], skipAuthRoutes: ['PUT=(bad[regex'] }],
])('a bad %s is named', (_, parts) => {
  expect(() => skipAuthRules(parts)).toThrow(/"\(bad\[regex" is no regular expression: .*missing closing \]/);
});

test('500 rules stay cheap', () => {
  const skips = skipAuthRules({
    skipAuthRegex: [],
    skipAuthRoutes: Array.from({ length: 500 }, (_, n) => `GET=^/service-${n}/(?:public|static)/[^/]+$`),
  });
  expect(skips('GET', '/service-499/public/x')).toBe(true);
  const started = performance.now();
  const verdicts = Array.from({ length: 20_000 }, () => skips('GET', '/service-x/private'));
  expect(performance.now() - started).toBeLessThan(100);
  expect(verdicts).not.toContain(true);
});

test.each<[string, readonly string[], string, boolean]>([
  ['a match', ['^/api', '/graphql'], '/api/v1?x', true],
  ['unanchored', ['^/api', '/graphql'], '/x/graphql', true],
  ['N6: the query does not count', ['/api/'], '/page?x=/api/', false],
  ['the path that nginx routes', ['^/api'], '/x/../%61pi/v1', true],
  ['none', [], '/api', false],
])('API route: %s', (_, routes, uri, expected) => {
  expect(apiRoutes({ apiRoutes: routes })(uri)).toBe(expected);
});
