// Operators' patterns mean what they mean in Go, and never stall.
import { compileRegex } from '../../src/lib/regex.ts';

describe('H-16: patterns have the verdicts of RE2', () => {
  test.each<[string, string, string, boolean]>([
    ['a match may be anywhere', '/api', '/x/api/y', true],
    ['^ anchors', '^/api', '/x/api', false],
    ['$ is the end of text, not of a line', '^/open$', '/open\n', false],
    ['. stops at a line feed', '^/a.*z$', '/a\nz', false],
    ['(?s) lets it pass', '(?s)^/a.*z$', '/a\nz', true],
    ['(?i) folds case', '(?i)^/API$', '/api', true],
    ['(?m) anchors at lines', '(?m)^b$', 'a\nb', true],
    ['\\A and \\z', '\\A/x\\z', '/x', true],
    ['POSIX classes', '^[[:alpha:]]+$', 'abc', true],
    ['Unicode classes', '^\\pL+$', 'žofie', true],
    ['named groups, Go form', '^(?P<id>\\d+)$', '42', true],
    ['\\Q…\\E is literal', '^\\Qa.b\\E$', 'axb', false],
    ['\\s has no vertical tab', '\\s', '\v', false],
    ['\\d is ASCII', '\\d', '٣', false],
    ['\\w is ASCII', '^\\w+$', 'é', false],
    ['an emoji is one character', '^.$', '😀', true],
    ['the empty pattern matches', '', 'x', true],
  ])('%s', (_, pattern, text, expected) => {
    const matches = compileRegex(pattern);
    expect(matches(text)).toBe(expected);
    expect(matches(text)).toBe(expected);
  });

  test.each<[string, string]>([
    ['look-ahead', 'a(?=b)'],
    ['look-behind', '(?<=a)b'],
    ['back-reference', '(a)\\1'],
    ['an open class', '(bad[regex'],
    ['\\Z', 'a\\Z'],
    ['a repetition of 1001', 'a{1001}'],
  ])('%s is refused with a reason', (_, pattern) => {
    expect(() => compileRegex(pattern)).toThrow(/error parsing regexp: /);
  });
});

test('V-8: nested repetition does not stall', () => {
  const matches = compileRegex('^/(a+)+$');
  const started = performance.now();
  expect(matches(`/${'a'.repeat(50_000)}!`)).toBe(false);
  expect(performance.now() - started).toBeLessThan(1000);
});

test('remembered answers belong to their text', () => {
  const matches = compileRegex('^/open');
  for (let number = 0; number < 5000; number++) {
    expect(matches(`/open/${number}`)).toBe(true);
    expect(matches(`/closed/${number}`)).toBe(false);
  }
});
