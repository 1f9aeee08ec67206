// One event is one line, whatever a stranger writes.
import { column, cut, fromWire, jsonLine, printable, quoted } from '../../src/lib/log-text.ts';

test.each([
  ['plain text', '/a?b=c d', '"/a?b=c d"'],
  ['quotes and backslashes', 'a "b" \\c', '"a \\"b\\" \\\\c"'],
  ['a tab', 'a\tb', '"a\\tb"'],
  ['line ends', 'a\r\nb', '"a\\r\\nb"'],
  ['a terminal escape', '\u001b[2K', '"\\x1b[2K"'],
  ['letters beyond ASCII', 'Žofie 山', '"Žofie 山"'],
  ['a bidi override', 'a\u202eb', '"a\\u202eb"'],
  ['a private character beyond 16 bits', '\u{f0000}', '"\\U000f0000"'],
])('O-3: texts are quoted as Go does: %s', (_, text, expected) => {
  expect(quoted(text)).toBe(expected);
});

test('O-3: a forged line stays inside of its line', () => {
  expect(printable('x\n[AuthSuccess]')).toBe('x\\n[AuthSuccess]');
});

test('O-3: a request id cannot pose as further columns', () => {
  expect(column('id - admin [AuthSuccess]')).not.toContain(' ');
});

test('O-3: 100 KiB are cut', () => {
  expect(cut('x'.repeat(100 * 1024)).length).toBeLessThan(2100);
});

test.each([['\n'], ['\u2028'], ['\u009b'], ['\u007f'], ['\u202e'], ['\u{f0000}']])(
  'O-3: JSON keeps %j on its line, and says the same',
  (text) => {
    const line = jsonLine({ text });
    expect(line).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(line)).toEqual({ text });
  },
);

test('bytes of a header are read as UTF-8 where they are', () => {
  expect(fromWire(Buffer.from('Žofie').toString('latin1'))).toBe('Žofie');
  expect(fromWire('\xe9')).toBe('é');
});
