// What operators write in Go's template language is understood, or refused with its line; never left out.
import { compileTemplate, TemplateProblem } from '../../src/lib/go-template.ts';

const variables = ['Name', 'Empty', 'On', 'Off'];
const values = { Name: 'Jane', Empty: '', On: true, Off: () => false };
const render = (text: string) => compileTemplate(text, { name: 'page.html', variables })(values);

test.each([
  ['plain text', 'a { b } c', 'a { b } c'],
  ['a variable', '<{{.Name}}>', '<Jane>'],
  ['a variable with blanks', '{{  .Name  }}', 'Jane'],
  ['a comment', 'a{{/* .Nope */}}b', 'ab'],
  ['a function', '{{ToUpper .Name}} {{ToLower .Name}}', 'JANE jane'],
  ['a pipe', '{{.Name | ToUpper | ToLower}}', 'jane'],
  ['if holds', '{{if .On}}yes{{end}}', 'yes'],
  ['if does not', '{{if .Off}}yes{{end}}', ''],
  ['an empty text is not true', '{{if .Empty}}yes{{else}}no{{end}}', 'no'],
  ['else if, one end', '{{if .Off}}1{{else if .Empty}}2{{else if .On}}3{{else}}4{{end}}!', '3!'],
  ['if inside if', '{{if .On}}a{{if .Off}}b{{else}}c{{end}}d{{end}}', 'acd'],
  ['eq with a text', '{{if eq .Name "Jane"}}same{{end}}', 'same'],
  ['eq with one of many', '{{if eq .Name "a" `Jane`}}same{{end}}', 'same'],
  ['ne, not, and, or', '{{if and (ne .Name "x") (not .Off) (or .Off .On)}}all{{end}}', 'all'],
  ['blanks taken away', 'a  {{- .Name -}}  \n b', 'aJaneb'],
  ['a minus that is none', 'a {{-3}} b', 'a -3 b'],
  ['braces inside of a text', '{{if eq .Name "}}"}}x{{else}}y{{end}}', 'y'],
  ['what a value holds is no template', '{{.Name}}', 'Jane'],
])('%s', (_, text, expected) => {
  expect(render(text)).toBe(expected);
});

test.each([
  ['an unknown variable', 'a\nb {{.Nope}}', /page\.html, line 2: unknown variable \{\{\.Nope\}\}; known are Name/],
  ['an unknown function', '{{printf "%s" .Name}}', /line 1: unknown function "printf"/],
  ['an inherited name', '{{toString .Name}}', /unknown function "toString"/],
  ['a range', '\n\n{{range .Name}}{{end}}', /line 3: unknown function "range"/],
  ['a template inside', '{{template "x" .}}', /unknown function "template"/],
  ['a dot alone', '{{.}}', /unknown variable \{\{\.\}\}/],
  ['a chain of fields', '{{.Name.First}}', /is not understood from/],
  ['an if without end', 'a{{if .On}}b', /line 1: \{\{if \.On\}\} has no \{\{end\}\}/],
  ['an end without if', 'a{{end}}', /belongs to no \{\{if\}\}/],
  ['an else without if', '{{else}}', /belongs to no/],
  ['two elses', '{{if .On}}a{{else}}b{{else}}c{{end}}', /\{\{else\}\} has no \{\{end\}\}/],
  ['an open brace', 'a\n{{ .Name', /line 2: \{\{ has no \}\}/],
  ['a text that does not end', '{{eq .Name "x}}', /has no \}\}/],
  ['too few values', '{{ToUpper}}', /wrong number of values/],
  ['nothing', '{{}}', /is not understood/],
  ['an assignment', '{{$x := .Name}}', /is not understood/],
])('refused: %s', (_, text, expected) => {
  expect(() => render(text)).toThrow(TemplateProblem);
  expect(() => render(text)).toThrow(expected);
});

test('many {{if}} inside one another end in a message, not in a stack', () => {
  expect(() => render('{{if .On}}'.repeat(5000))).toThrow(/too many/);
});

test('values are escaped by what they stand in; texts of the template are not', () => {
  const escapeFor = (before: string) => (value: string, name: string) =>
    `${before.endsWith('"') ? 'attr' : 'text'}(${name}:${value})`;
  const template = compileTemplate('<a b="{{.Name}}">{{if .On}}{{.Name | ToUpper}}{{end}}', {
    name: 't',
    variables,
    escapeFor,
  });
  expect(template(values)).toBe('<a b="attr(Name:Jane)">text(:JANE)');
});

test('a place for no value is a problem of the template', () => {
  const parts = { name: 't.html', variables, escapeFor: () => 'not here', firstLine: 10 };
  expect(() => compileTemplate('\n{{.Name}}', parts)).toThrow('t.html, line 11: not here');
});
