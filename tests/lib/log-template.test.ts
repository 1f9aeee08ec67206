// Operators may choose what a line looks like.
import { TemplateProblem } from '../../src/lib/go-template.ts';
import { compileLine, templateProblem } from '../../src/lib/log-template.ts';

test('variables are replaced, blanks inside of the braces do not matter', () => {
  const template = compileLine('auth', 'A {{.Status}}|{{ .Message }}|{{.Host}}');
  expect(template({ Status: 'AuthSuccess', Message: 'm {{.Host}} $1', Host: () => 'h' })).toBe(
    'A AuthSuccess|m {{.Host}} $1|h',
  );
});

test.each([
  ['a variable of another kind of line', 'auth', '{{.StatusCode}}', /unknown variable \{\{\.StatusCode\}\}/],
  ['a function', 'request', '{{printf "%s" .Host}}', /unknown function "printf"/],
  ['an open brace', 'standard', '{{.Message', /has no \}\}/],
] as const)('refused: %s', (_, kind, text, expected) => {
  expect(templateProblem(kind, text)).toMatch(expected);
  expect(() => compileLine(kind, text)).toThrow(TemplateProblem);
});
