// Whatever an operator's template and a stranger's value are: the value stays text, or the template is refused (security O-1, M1, M8).
import fc from 'fast-check';
import { compileTemplate, TemplateProblem, type Template } from '../../src/lib/go-template.ts';
import { escapeHtml } from '../../src/lib/html.ts';
import { compileHtmlTemplate } from '../../src/lib/html-template.ts';
import { parseCsv } from '../../src/lib/csv.ts';
import { isCheap, repetitive, runs, wireText } from './runs.ts';

const pieces = [
  ...['<p>', '</p>', '<a href="', '">', "<a title='", "'>", '<a ', '>', '<', '"', "'", '=', ' ', '/', '\n'],
  ...[
    '<script>',
    '</script>',
    '<style>',
    '</style>',
    '<!--',
    '-->',
    '<title>',
    '</title>',
    '<textarea>',
    '</textarea>',
  ],
  ...[
    'onclick="',
    'style="',
    'value="',
    'text',
    '{{.V}}',
    '{{.V}}',
    '{{.V | ToUpper}}',
    '{{if .B}}',
    '{{else}}',
    '{{end}}',
  ],
  ...['{{if not .B}}', '{{- .V -}}', '{{/* note */}}', 'href=', '`'],
];
const template = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((list) => list.join(''));
const parts = { name: 'page.html', variables: ['V', 'B'], markup: [] };

function compiled(compile: () => Template): Template | undefined {
  try {
    return compile();
  } catch (error) {
    if (error instanceof TemplateProblem) return undefined;
    throw error;
  }
}

/** What HTML says of a page when all letters of text and values are left out (WHATWG HTML §13.2.5, the states that matter here). */
function shapeOf(html: string): string {
  let state = 'text';
  let shape = '';
  let raw = '';
  for (let at = 0; at < html.length; at++) {
    const rest = html.slice(at);
    const character = html.charAt(at);
    if (state === 'text') {
      const tag = /^<\/?[a-z][^\s/>]*/i.exec(rest);
      if (raw !== '') {
        if (!rest.toLowerCase().startsWith(`</${raw}`)) continue;
        raw = '';
      }
      if (rest.startsWith('<!--')) [state, at] = ['comment', at + 3];
      else if (tag !== null) {
        const name = tag[0].toLowerCase();
        [state, at, shape] = ['tag', at + tag[0].length - 1, shape + name];
        if (/^<(?:script|style|title|textarea)$/.test(name)) raw = name.slice(1);
      }
    } else if (state === 'comment') {
      if (rest.startsWith('-->')) [state, at] = ['text', at + 2];
    } else if (state === 'tag') {
      if (character === '>') [state, shape] = ['text', `${shape}>`];
      else if (/^=\s*["']/.test(rest))
        [state, at] = [rest.trimStart().slice(1).trimStart().charAt(0), at + rest.search(/["']/)];
      else if (!/\s/.test(character)) shape += character;
    } else if (character === state) [state, shape] = ['tag', `${shape};`];
  }
  return `${shape}${state}${raw}`;
}

const hostile = fc.constantFrom(
  '"><script>alert(1)</script>',
  "' onmouseover='alert(1)",
  '</title><img src=x onerror=alert(1)>',
  '--><b>',
  '</textarea><i>',
  '<!--',
  '{{.V}}<b>',
  '`</script>',
);

test('O-1: no value changes the shape of a page, whatever the page is', () => {
  let rendered = 0;
  fc.assert(
    fc.property(template, hostile, fc.boolean(), (text, value, B) => {
      const page = compiled(() => compileHtmlTemplate(text, parts));
      if (page === undefined) return;
      rendered++;
      expect([text, shapeOf(page({ V: value, B }))]).toEqual([text, shapeOf(page({ V: 'harmless', B }))]);
    }),
    runs(3000),
  );
  expect(rendered).toBeGreaterThan(50);
});

test('O-1: an address that a value begins leads nowhere that acts', () => {
  const value = wireText(
    ['javascript:', 'JaVa', 'script:', '\t', '\n', ' ', '\0', 'data:', '//', 'x', 'vbscript:', '&#58;', ':'],
    6,
  );
  const page = compileHtmlTemplate('<a href="{{.V}}">', parts);
  fc.assert(
    fc.property(value, (text) => {
      const [, written = ''] = /^<a href="([^"]*)">$/.exec(page({ V: text, B: '' })) ?? [];
      const address = written
        .replaceAll('&#39;', "'")
        .replaceAll('&quot;', '"')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>');
      const url = URL.parse(address.replaceAll('&amp;', '&'), 'https://app.test/');
      if (url !== null) expect(['https:', 'http:', 'mailto:']).toContain(url.protocol);
    }),
    runs(1000),
  );
});

test('escaped text is read back as it was, and holds no markup', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), wireText(['&', '<', '>', '"', "'", '&amp;', '&lt;'], 10)), (text) => {
      const escaped = escapeHtml(text);
      expect(escaped).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
      expect(escaped.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '')).toBe(text);
    }),
    runs(500),
  );
});

test('any template is compiled, or refused with its name and line; values are never templates', () => {
  const source = wireText(
    ['{{', '}}', '.V', 'if ', 'else', 'end', '|', 'eq', '"', '`', '(', ')', '-', '\\', '{{.V}}', '\n', 'and '],
    16,
  );
  fc.assert(
    fc.property(source, (text) => {
      try {
        const page = compileTemplate(text, { name: 'any', variables: ['V'] });
        expect(page({ V: '{{.Secret}}' }).split('{{.Secret}}').join('')).toBe(page({ V: '' }));
      } catch (error) {
        expect(error).toBeInstanceOf(TemplateProblem);
        expect(String(error)).toMatch(/any, line \d+: /);
      }
    }),
    runs(1200),
  );
});

test('fields with separators come back', () => {
  const field = fc.string({ unit: fc.constantFrom(...'a,:"# \n\u00e9') });
  const records = fc
    .integer({ min: 1, max: 3 })
    .chain((width) =>
      fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }),
    );
  fc.assert(
    fc.property(records, fc.constantFrom(',' as const, ':' as const), (list, separator) => {
      const text = list.map((each) => each.map((one) => `"${one.replaceAll('"', '""')}"`).join(separator)).join('\n');
      expect(parseCsv(text, separator)).toEqual({ kind: 'records', records: list });
    }),
    runs(300),
  );
});

test('any text is records or a problem', () => {
  fc.assert(
    fc.property(wireText(['"', ',', ':', '\n', '\r\n', '#', ' ', 'a'], 30), (text) => {
      expect(['records', 'malformed']).toContain(parseCsv(text, ':').kind);
    }),
    runs(800),
  );
});

test('V-8: no value costs more than its length', () => {
  const page = compileHtmlTemplate('<p title="{{.V}}">{{.V}}</p><a href="{{.V}}">', parts);
  fc.assert(
    fc.property(repetitive([' ', '\t', '<', '"', ':', '\0', 'a', '/']), (given) =>
      isCheap(given, (V) => [page({ V, B: '' }), parseCsv(V, ',')]),
    ),
    runs(30),
  );
});
