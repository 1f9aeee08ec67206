// Text in HTML stays text.
import { escapeHtml } from '../../src/lib/html.ts';

test.each([
  ['plain text stays', 'Žofie 1/2', 'Žofie 1/2'],
  ['O-1: tags', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  ['O-1: the end of an attribute', '"><img onerror=x>', '&quot;&gt;&lt;img onerror=x&gt;'],
  ['M8: single quotes', "'-alert(1)-'", '&#39;-alert(1)-&#39;'],
  ['an ampersand once', '&lt;', '&amp;lt;'],
])('%s', (_, text, expected) => {
  expect(escapeHtml(text)).toBe(expected);
});
