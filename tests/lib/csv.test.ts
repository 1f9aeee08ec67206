// The specification of src/lib/csv.ts.
import { parseCsv } from '../../src/lib/csv.ts';

test.each<[string, string, readonly (readonly string[])[]]>([
  ['nothing', '', []],
  ['one field per line', 'a\nb\n', [['a'], ['b']]],
  ['no line end at the end', 'a\nb', [['a'], ['b']]],
  [
    'line ends of Windows and a byte order mark',
    '\ufeffa,1\r\nb,2\r\n',
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  ['comments and empty lines', '# people\n\na\n\n#b\n', [['a']]],
  ['a # further right is text', 'a#b\n', [['a#b']]],
  ['leading blanks go, others stay', '  a b ,\tc\n', [['a b ', 'c']]],
  [
    'quotes protect commas, quotes and line breaks',
    '"a,""b""\nc",d\ne,f',
    [
      ['a,"b"\nc', 'd'],
      ['e', 'f'],
    ],
  ],
  [
    'an empty last field',
    'a,\nb,\n',
    [
      ['a', ''],
      ['b', ''],
    ],
  ],
])('reads %s', (_, text, records) => {
  expect(parseCsv(text)).toEqual({ kind: 'records', records });
});

test.each<[string, string, string]>([
  ['a line with more fields', 'a\nb,c\n', 'line 2: 2 fields instead of 1'],
  ['a line with fewer fields', '# x\na,b\nc\n', 'line 3: 1 fields instead of 2'],
  ['a quote within a field', 'a\nb"c\n', 'line 2: a quote is out of place'],
  ['a quote that is never closed', '"a\nb', 'line 1: a quote is out of place'],
  ['text behind a closing quote', '"a"b\n', 'line 1: a quote is out of place'],
])('refuses %s', (_, text, because) => {
  expect(parseCsv(text)).toEqual({ kind: 'malformed', because });
});
