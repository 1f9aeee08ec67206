// A path opens to strangers only when nginx, we and the application read it alike.
import { openPath, routedPath } from '../../src/policy/open-path.ts';

test.each([
  ['a path', '/public/x', '/public/x'],
  ['its query does not count', '/public?x=/../#y', '/public'],
  ['a query alone after ?', '/?/public', '/'],
  ['escapes are decoded once', '/%61ny/caf%C3%A9', '/any/café'],
  ['an escaped slash is one', '/a%2fb', '/a/b'],
  ['an escaped blank', '/a%20b', '/a b'],
  ['parameters of a segment', '/any;x=y', '/any;x=y'],
  ['a trailing slash', '/any/', '/any/'],
  ['dots inside names', '/a..b/.well-known/...', '/a..b/.well-known/...'],
  ['an at sign, a colon, a comma', '/a@b:c,d', '/a@b:c,d'],
])('clear: %s', (_, uri, expected) => {
  expect(openPath(uri)).toBe(expected);
});

test.each([
  ['N1: dot segments', '/public/../admin/x'],
  ['escaped dot segments', '/public/%2e%2e/admin/x'],
  ['an escaped slash behind dots', '/public/..%2fadmin'],
  ['two slashes and dots', '/public//../admin'],
  ['A15: %23 and dots', '/public/a%23/../../admin'],
  ['two slashes', '//admin'],
  ['two slashes, escaped', '/public/%2f/admin'],
  ['an escaped ?', '/admin%3f/public/'],
  ['P24: a raw #', '/admin#/public/x'],
  ['a raw # and dots', '/public/a#/../admin'],
  ['A15: %23', '/public/secret%23/endpoint'],
  ['a dot segment with parameters', '/public/..;/admin'],
  ['a dot segment with parameters at the end', '/public/..;x=y'],
  ['a dot segment with a blank', '/public/..%20/admin'],
  ['a backslash', '/public/\\..\\admin'],
  ['an escaped backslash', '/public%5c..%5cadmin'],
  ['escapes of escapes', '/public/%252e%252e/admin'],
  ['a single dot', '/public/./x'],
  ['dots at the end', '/public/..'],
  ['a dot at the end', '/public/.'],
  ['NUL', '/public/%00/../admin'],
  ['NUL at the end', '/public%00'],
  ['a line feed', '/public%0a'],
  ['DEL', '/public%7f'],
  ['a C1 control', '/public%C2%85'],
  ['a percent sign', '/100%25'],
  ['a whole URL', 'http://evil.test/public/x'],
  ['P13: %', '%'],
  ['P13: an invalid escape', '/%zz'],
  ['an escape that is cut off', '/public%4'],
  ['P13: a colon', ':'],
  ['P13: 9000 times a', 'a'.repeat(9000)],
  ['P13: 9000 times a behind a slash', `/${'a'.repeat(9000)}`],
  ['P13: bytes from 0x80', '/public\xc3\xa4'],
  ['P13: escaped bytes that are no UTF-8', '/public%ff'],
  ['an overlong slash', '/public%c0%af..'],
  ['P13: empty', ''],
  ['P13: two values', '/public, /public'],
  ['a raw blank', '/public x'],
  ['an asterisk', '*'],
])('H-14: ambiguous: %s', (_, uri) => {
  expect(openPath(uri)).toBeUndefined();
});

test.each([
  ['/api/x?y', '/api/x'],
  ['/api/x/', '/api/x/'],
  ['/a/../api//x', '/api/x'],
  ['/a/%2e%2e/%61pi', '/api'],
  ['/api/.', '/api/'],
  ['/api/x/..', '/api/'],
  ['/api#x', '/api'],
  ['/%zz', '/%zz'],
  ['/..', '/'],
  ['', '/'],
])('%s is routed as %s', (uri, expected) => {
  expect(routedPath(uri)).toBe(expected);
});
