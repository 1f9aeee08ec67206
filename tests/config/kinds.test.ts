// Is every notation read as the reference reads it?
import { describe, expect, test } from '@jest/globals';
import { formatDuration, parseDuration } from '../../src/config/duration.ts';
import { parseFlagList } from '../../src/config/flag-list.ts';
import { choice, flag, integer, text, texts } from '../../src/config/kinds.ts';
import type { Kind } from '../../src/config/kinds.ts';

const hour = 3_600_000;

describe('durations', () => {
  test.each<[string, string, number | undefined]>([
    ['hours and minutes', '1h30m', 1.5 * hour],
    ['hours', '168h', 168 * hour],
    ['fractions', '1.5h', 1.5 * hour],
    ['a fraction without a leading digit', '.5s', 500],
    ['a fraction without a trailing digit', '1.s', 1_000],
    ['milliseconds', '1500ms', 1_500],
    ['microseconds', '2000us', 2],
    ['microseconds with the micro sign', '2000µs', 2],
    ['microseconds with the Greek letter', '2000μs', 2],
    ['nanoseconds', '1000000ns', 1],
    ['a sign', '-15m', -15 * 60_000],
    ['a plus', '+15m', 15 * 60_000],
    ['zero without a unit', '0', 0],
    ['zero with a unit', '0s', 0],
    ['a unit twice', '1m1m', 120_000],
    ['a number without a unit is none', '3600', undefined],
    ['days are none', '7d', undefined],
    ['words are none', '7days', undefined],
    ['blanks are none', '1h 30m', undefined],
    ['capitals are none', '1H', undefined],
    ['a unit alone is none', 'h', undefined],
    ['nothing is none', '', undefined],
    ['more than 292 years are none', '3000000h', undefined],
  ])('%s: %s', (_, written, expected) => {
    expect(parseDuration(written)).toBe(expected);
  });

  test.each([
    [0, '0s'],
    [1.5 * hour, '1h30m'],
    [168 * hour, '168h'],
    [90_500, '1m30.5s'],
    [250, '250ms'],
    [-1_000, '-1s'],
  ])('%d ms are shown as %s', (ms, shown) => {
    expect(formatDuration(ms)).toBe(shown);
    expect(parseDuration(shown)).toBe(ms);
  });
});

describe('lists on the command line', () => {
  test.each<[string, string, readonly string[] | undefined]>([
    ['one', 'a', ['a']],
    ['several', 'a,b', ['a', 'b']],
    ['a quoted comma', '"a,b",c', ['a,b', 'c']],
    ['a doubled quote', '"a""b"', ['a"b']],
    ['nothing is an empty list', '', []],
    ['empty elements stay', 'a,,b,', ['a', '', 'b', '']],
    ['blanks stay', ' a, b', [' a', ' b']],
    ['only the first line counts', 'a,b\nc', ['a', 'b']],
    ['a quoted line break stays', '"a\nb"', ['a\nb']],
    ['a quote inside is an error', 'a"b', undefined],
    ['text after a quote is an error', '"a"b', undefined],
    ['an open quote is an error', '"a', undefined],
  ])('%s: %j', (_, written, expected) => {
    expect(parseFlagList(written)).toEqual(expected);
  });
});

test.each<[string, Kind, unknown, unknown]>([
  ...['true', '1', 't', 'T', 'TRUE', 'True'].map((word): [string, Kind, unknown, unknown] => ['yes', flag, word, true]),
  ...['false', '0', 'f', 'F', 'FALSE', 'False', ''].map((word): [string, Kind, unknown, unknown] => [
    'no',
    flag,
    word,
    false,
  ]),
  ['a boolean of a file', flag, true, true],
  ['a number of a file is yes', flag, 2, true],
  ['zero of a file is no', flag, 0, false],
  ['another word is neither', flag, 'yes', undefined],
  ['nor with other capitals', flag, 'tRUE', undefined],
  ['nor is a list', flag, ['true'], undefined],
  ['a decimal integer', integer, '100', 100],
  ['a negative integer', integer, '-3', -3],
  ['a hexadecimal integer', integer, '0x1F', 31],
  ['a binary integer', integer, '0b101', 5],
  ['an octal integer', integer, '0o17', 15],
  ['an old octal integer', integer, '017', 15],
  ['an integer of a file', integer, 7, 7],
  ['nothing is 0', integer, '', 0],
  ['a word is no integer', integer, 'ten', undefined],
  ['a fraction is no integer', integer, 1.5, undefined],
  ['an octal 8 is no integer', integer, '08', undefined],
  ['more than can be counted is no integer', integer, '99999999999999999999', undefined],
  ['a number of a file is its text', text, 42, '42'],
  ['a large number of a file is its text', text, 12345678901234567890n, '12345678901234567890'],
  ['true of a file is the text 1', text, true, '1'],
  ['false of a file is the text 0', text, false, '0'],
  ['a list is no text', text, ['a'], undefined],
  ['a date is no text', text, new Date(0), undefined],
  ['a table is no text', text, { a: 1 }, undefined],
  ['a list of texts', texts, ['a', 'b'], ['a', 'b']],
  ['a list of numbers', texts, [1, 2], ['1', '2']],
  ['a list of lists is none', texts, [['a']], undefined],
  ['a word of a choice', choice('', 'lax'), 'lax', 'lax'],
  ['no word of a choice', choice('', 'lax'), '', ''],
  ['capitals count in a choice', choice('', 'lax'), 'Lax', undefined],
])('%s', (_, kind, raw, expected) => {
  expect(kind.schema.safeParse(raw).data).toEqual(expected);
});
