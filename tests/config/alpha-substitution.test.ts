// Which variables of the environment does the structured configuration read?
import { expect, test } from '@jest/globals';
import { substituted } from '../../src/config/alpha-substitution.ts';
import { good, loadAlpha } from './alpha-given.ts';

const env = { A: 'one', EMPTY: '', B_2: 'two', TRICK: '${A}' };

test.each<[string, string, string]>([
  ['a bare name', 'x $A y', 'x one y'],
  ['in braces', 'x${A}y', 'xoney'],
  ['a longer name', '$B_2-$A', 'two-one'],
  ['not set', '[${NONE}]', '[]'],
  ['instead of unset or empty', '${NONE:-d} ${EMPTY:-d} ${A:-d}', 'd d one'],
  ['instead of unset only', '${NONE-d} [${EMPTY-d}]', 'd []'],
  ['with an equals sign', '${NONE=d} ${NONE:=e} ${A=d}', 'd e one'],
  ['where it is set', '${A:+x}${EMPTY:+y}${EMPTY+z}${NONE+u}', 'xz'],
  ['another one instead', '${NONE:-$A} ${NONE:-${NONE:-${A}}}', 'one one'],
  ['a dollar', '$$A $${A} $$', '$A ${A} $'],
  ['groups of a pattern stay', '/x/$1?y=$2 ${1}', '/x/$1?y=$2 ${1}'],
  ['a pattern stays', '^/foo$|"$"|$)', '^/foo$|"$"|$)'],
  ['a brace that is not closed', '${A:-x', '${A:-x'],
  ['no operator', '${A?x} ${A', '${A?x} ${A'],
  ['what a variable holds is not read again', '$TRICK', '${A}'],
])('%s', (_, text, expected) => {
  expect(substituted(text, env).text).toBe(expected);
});

test('a deep nest ends', () => {
  const deep = `${'${N:-'.repeat(10_000)}x${'}'.repeat(10_000)}`;
  expect(substituted(deep, {}).text.length).toBeLessThanOrEqual(deep.length);
});

test('a variable that is not set is named, unless it has something in its stead or is in a comment only', () => {
  const yaml = `# \${COMMENT}\n${good}`.replace('clientID: app', 'clientID: app${NONE}${OTHER:-}');
  expect(loadAlpha(yaml).warnings).toEqual(['alpha.yaml reads the environment variable NONE, which is not set']);
});
