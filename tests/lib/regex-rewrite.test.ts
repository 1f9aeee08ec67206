// What do rewriting templates mean? As in Go's regexp package.
import { compileRewrite } from '../../src/lib/regex-rewrite.ts';

test.each<[string, string, string, string, string | undefined]>([
  [
    'two groups, in any order',
    '^/api/v([0-9]+)/(.*)',
    '/internal/$2?version=$1',
    '/api/v2/things/1',
    '/internal/things/1?version=2',
  ],
  ['no match', '^/api/', '/x', '/other', undefined],
  ['what surrounds the match stays', 'b', 'x', 'abc', 'axc'],
  ['every match', 'b', 'x', 'bab', 'xax'],
  ['an empty match', '^', '/x', '/a', '/x/a'],
  ['a group by its name', '(?P<rest>c.*)', '<$rest|${rest}>', 'abcd', 'ab<cd|cd>'],
  ['braces end a name', '(.)$', '${1}x', 'ab', 'abx'],
  ['without braces a name is as long as it can be', '(.)$', '$1x', 'ab', 'a'],
  ['a group that does not exist', '(.)$', '-$7-', 'ab', 'a--'],
  ['a group that took no part', '(x)?b', '[$1]', 'ab', 'a[]'],
  ['a dollar', 'b', '$$1', 'ab', 'a$1'],
  ['a lonely dollar', 'b', '$', 'ab', 'a$'],
  ['characters beyond ASCII', '^/(ü.)/', '/$1$1/', '/üß/', '/üßüß/'],
])('%s', (_, pattern, template, text, expected) => {
  expect(compileRewrite(pattern, template)(text)).toBe(expected);
});

test('a pattern of another dialect is an error', () => {
  expect(() => compileRewrite('(?=x)', '')).toThrow();
});
