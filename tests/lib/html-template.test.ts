// Values in a page of the operator's are escaped for their place, and refused where nothing could make them safe.
import { compileHtmlTemplate } from '../../src/lib/html-template.ts';

const parts = { name: 'sign_in.html', variables: ['V', 'Own'], markup: ['Own'] };
const render = (text: string, V: string) => compileHtmlTemplate(text, parts)({ V, Own: '<b>own</b>' });
const nasty = `"'><script>alert(1)</script>&`;
const inert = '&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;';

test.each([
  ['text', '<p>{{.V}}</p>', nasty, `<p>${inert}</p>`],
  [
    'text behind a comment and a script',
    '<!-- " --><script>if (a < b) {}</script>{{.V}}',
    nasty,
    `<!-- " --><script>if (a < b) {}</script>${inert}`,
  ],
  ['a title', '<title>{{.V}}</title>', nasty, `<title>${inert}</title>`],
  ['an attribute', '<input name=rd value="{{.V}}">', nasty, `<input name=rd value="${inert}">`],
  ['an attribute in single quotes', "<i title='{{.V}}'>", nasty, `<i title='${inert}'>`],
  ['the middle of an attribute', '<a href="{{.V}}">', 'https://a.test/?b&c', '<a href="https://a.test/?b&amp;c">'],
  ['a path as address', '<form action="{{.V}}/start">', '/oauth2', '<form action="/oauth2/start">'],
  ['a script as address', '<a href="{{.V}}">', 'javascript:alert(1)', '<a href="#">'],
  ['a script as address, dressed up', '<a href="{{.V}}">', ' JaVaScript:alert(1)', '<a href="#">'],
  ['data as address', "<iframe src='{{.V}}'></iframe>", 'data:text/html,x', "<iframe src='#'></iframe>"],
  ['a colon behind the path', '<a href="{{.V}}">', '/a?b=c:d', '<a href="/a?b=c:d">'],
  ["the operator's own markup as text", '<p>{{.Own}}</p>', '', '<p><b>own</b></p>'],
  ["the operator's own markup in an attribute", '<p title="{{.Own}}">', '', '<p title="&lt;b&gt;own&lt;/b&gt;">'],
  [
    'an attribute behind one that is not always there',
    '<p {{if .V}}hidden{{end}} title="{{.V}}">',
    '"',
    '<p hidden title="&quot;">',
  ],
  ['an attribute of which a part is not always there', '<a href="{{if .V}}/x/{{end}}{{.V}}">', 'a', '<a href="/x/a">'],
  ['a lonely <', 'a < b {{.V}}', '<i>', 'a < b &lt;i&gt;'],
])('O-1: %s', (_, text, value, expected) => {
  expect(render(text, value)).toBe(expected);
});

test.each([
  ['a script', '<script>var a = "{{.V}}"</script>', /cannot stand in <script>/],
  ['a style', '\n<style>a { b: {{.V}} }</style>', /line 2: .*<style>/],
  ['a handler', '<a onclick="f({{.V}})">', /attribute "onclick"/],
  ['a style attribute', '<a style="color: {{.V}}">', /attribute "style"/],
  ['an attribute without quotes', '<a href={{.V}}>', /outside of quotes/],
  ['the name of an attribute', '<a {{.V}}>', /outside of quotes/],
  ['the name of a tag', '<a{{.V}} b="c">', /outside of quotes/],
  ['a comment', '<!-- {{.V}} -->', /in a comment/],
  ['a place where it could begin a tag', 'a <{{.V}}', /right behind a </],
  ['a place where it could end a tag', 'a </{{.V}}', /right behind a </],
  ['what is a script in one case', '{{if .V}}<script>{{else}}<p>{{end}}{{.V}}', /line 1: .*leaves markup open/],
  ['what is a script unless a title is open', '{{if .V}}<title>{{end}}<script>{{.V}}', /leaves markup open/],
  ['a tag of two names', '<{{if .V}}p{{else}}script{{end}}>{{.V}}', /leaves markup open/],
])('O-1: refused: a value in %s', (_, text, expected) => {
  expect(() => render(text, 'x')).toThrow(expected);
});

test('V-8: an address that is nothing but blanks costs no more than its length', () => {
  const before = process.cpuUsage();
  expect(render('<a href="{{.V}}">', ' '.repeat(60_000))).toHaveLength(60_011);
  expect(process.cpuUsage(before).user).toBeLessThan(700_000);
});
