// Operators may choose what a line looks like.
import { compileTemplate, templateProblem } from '../../src/lib/log-template.ts';

test('variables are replaced, blanks inside of the braces do not matter', () => {
  const template = compileTemplate('auth', 'A {{.Status}}|{{ .Message }}|{{.Host}}');
  expect(template({ Status: 'AuthSuccess', Message: 'm {{.Host}} $1', Host: () => 'h' })).toBe(
    'A AuthSuccess|m {{.Host}} $1|h',
  );
});

test.each([
  ['a variable of another kind of line', 'auth', '{{.StatusCode}}', /unknown variable \{\{\.StatusCode\}\}/],
  ['a function', 'request', '{{printf "%s" .Host}}', /only variables such as/],
  ['an open brace', 'standard', '{{.Message', /only variables such as/],
] as const)('refused: %s', (_, kind, text, expected) => {
  expect(templateProblem(kind, text)).toMatch(expected);
  expect(() => compileTemplate(kind, text)).toThrow(TypeError);
});
