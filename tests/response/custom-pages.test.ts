// Operators bring pages of their own: the documented variables, escaped for their place, and a policy that lets them look.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPageTemplates } from '../../src/config/page-templates.ts';
import { answerOf, error, failure, formsOf, pagesWith, signIn } from './sent-pages.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'templates-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function pagesFrom(files: Readonly<Record<string, string>>, page = {}, others = {}) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return pagesWith({ customTemplatesDir: folder, ...page }, others);
}

const everything = `{{define "sign_in.html"}}<html><title>{{.StatusCode}}</title>
<form method="GET" action="{{.ProxyPrefix}}/start"><input type="hidden" name="rd" value="{{.Redirect}}"></form>
<p>{{.ProviderName}}|{{.ProviderName | ToUpper}}|{{.Version}}|{{if .CustomLogin}}form{{else}}no form{{end}}</p>
{{if .LogoData}}<div>{{.LogoData}}</div>{{end}}{{.SignInMessage}}
{{if eq .Footer "-"}}{{else if eq .Footer ""}}<p>default</p>{{else}}<footer>{{.Footer}}</footer>{{end}}
</html>{{end}}
`;

test('O-1: the sign-in page: own markup of the operator, everything else escaped', async () => {
  const pages = pagesFrom(
    { 'sign_in.html': everything },
    { footer: '<i>bye</i>', banner: '<b>hi</b>' },
    { providerName: () => 'Corp <Login>' },
  );
  const { html, status, headers } = await signIn(pages, '/x?a="><script>&b');
  expect(status).toBe(200);
  expect(formsOf(html)).toEqual([['GET', '/oauth2/start', ['rd=/x?a=&quot;&gt;&lt;script&gt;&amp;b']]]);
  expect(html).toContain('<p>Corp &lt;Login&gt;|CORP &lt;LOGIN&gt;|1.2.3|no form</p>');
  expect(html).toContain('<b>hi</b>');
  expect(html).toContain('<footer><i>bye</i></footer>');
  expect(headers.get('cache-control')).toContain('no-store');
  expect(headers.get('x-frame-options')).toBe('DENY');
});

test('the error page', async () => {
  const pages = pagesFrom({
    'error.html':
      '<title>{{.StatusCode}} {{.Title}}</title>{{.Message}} R={{.Redirect}} X={{.ProxyPrefix}} I={{.RequestID}}',
  });
  const { html, status } = await error({ message: 'Not <you>.' }, pages);
  expect(status).toBe(403);
  expect(html).toBe('<title>403 Forbidden</title>Not &lt;you&gt;. R=/wanted?a=1&amp;b=2 X=/oauth2 I=abc-123');
});

test('O-1: a target that could act leads to the root', async () => {
  const pages = pagesFrom({ 'error.html': '<a href="{{.Redirect}}">{{.Redirect}}</a>' });
  const { html } = await error({ returnTo: 'javascript:alert(1)' }, pages);
  expect(html).toBe('<a href="/">/</a>');
});

test.each([
  ['no script: none may run', '<p>{{.Title}}</p>', false],
  ['a script from a file: none inline may run', '<script src="/my.js"></script>', false],
  ['a script of its own runs', '<script>document.title = "x"</script>', true],
  ['a handler of its own runs', '<body onload="f()">', true],
])('O-1: the policy of own pages: %s', async (_, template, isInline) => {
  const { headers } = await error({}, pagesFrom({ 'error.html': template }));
  const policy = headers.get('content-security-policy') ?? '';
  expect(/script-src[^;]*'unsafe-inline'/.test(policy)).toBe(isInline);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("base-uri 'none'");
  expect(policy).toContain("form-action 'self' https://idp.example.com");
});

test('what is not there is built in; robots.txt is there for the route', async () => {
  const pages = pagesFrom({ 'robots.txt': 'User-agent: own\n' });
  expect(pages.robots).toBe('User-agent: own\n');
  expect((await signIn(pages)).html).toContain('Sign in with OpenID Connect');
  const { html } = await answerOf((_, res) => pages.sendError(res, failure));
  expect(html).toContain('More Info');
});

test.each([
  ['an unknown variable', 'error.html', 'a\n{{.Nope}}', /error\.html, line 2: unknown variable/],
  ['a variable of the other page', 'error.html', '{{.LogoData}}', /unknown variable/],
  ['a broken action', 'sign_in.html', '{{define "sign_in.html"}}{{.Nope', /sign_in\.html, line 1: .*no \{\{end\}\}/],
  [
    'a template inside of a template',
    'error.html',
    '\n\n{{template "header" .}}',
    /line 3: unknown function "template"/,
  ],
  [
    'a value in a script',
    'error.html',
    '<script>\nvar a = "{{.Message}}"</script>',
    /line 2: .*cannot stand in <script>/,
  ],
])('%s is refused with its file and line', (_, name, text, expected) => {
  writeFileSync(join(folder, name), text);
  expect(readPageTemplates(folder).problems).toEqual([expect.stringMatching(expected)]);
});
