import { cleanTarget, originForm } from '../../src/request/clean-target.ts';

test.each([
  ['//evil.com/a', '/evil.com/a'],
  ['///x', '/x'],
  ['/a/./b', '/a/b'],
  ['/a/../b?x=1', '/b?x=1'],
  ['/../../b', '/b'],
  ['/a//b?x=1&y=//z', '/a/b?x=1&y=//z'],
  ['/a//b/', '/a/b/'],
  ['/a/b/..', '/a'],
  ['/a/.', '/a'],
  ['//', '/'],
  ['/a/%2e%2e/b', '/b'],
  ['/a/.%2E/%2e/b/%2e', '/b'],
  ['/a%20b//c', '/a%20b/c'],
  ['/./\\evil.com', '/%5Cevil.com'], // security A3
  ['/a/..//\\evil.com/x?y=\\', '/%5Cevil.com/x?y=\\'],
])('%s is better spelled %s', (target, expected) => {
  expect(cleanTarget(target)).toBe(expected);
});

test.each([
  '/',
  '/a/',
  '/a%2f%2fb',
  '/%2e%2ex',
  '/a/%2e%2e%2e',
  '/%20%2e',
  '/.well-known/x',
  '/a.b/..c',
  '/a\\b',
  '/x?a=//b/../c',
  '/%C3%A9',
])('%s is left alone', (target) => {
  expect(cleanTarget(target)).toBeUndefined();
});

test.each([
  ['/a?b', '/a?b'],
  ['http://evil.test/public/x?y', '/public/x?y'],
  ['http://evil.test', '/'],
  ['http://evil.test?x', '/?x'],
  ['*', '/*'],
])('the target %s means %s', (target, expected) => {
  expect(originForm(target)).toBe(expected);
});
