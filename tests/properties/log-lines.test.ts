// Whatever gets into a log line: it is one line, it can be read back, and no secret is in it (security O-3, U-3, M6).
import fc from 'fast-check';
import { mask, maskUri } from '../../src/lib/log-mask.ts';
import { column, cut, fromWire, jsonLine, printable, quoted } from '../../src/lib/log-text.ts';
import { isCheap, repetitive, runs, wireText } from './runs.ts';

const fragments = [
  ...['?', '&', ';', '#', '=', '%3D', '%26', '%3F', '%253d', ' ', '"', "'", '{', ':', ',', '/', '%', 'rd='],
  ...['code', 'state', 'id_token_hint', 'Bearer ', 'Basic ', 'eyJhbGci', '.', 'Fe26.2*', '_oauth2_proxy=', '%s%n', 'A'],
];
const anyText = wireText(fragments, 20);
const names = [
  'code',
  'state',
  'session_state',
  'id_token',
  'access_token',
  'refresh_token',
  'client_secret',
  'password',
];
const secret = fc.stringMatching(/^SECRET[A-Za-z0-9_-]{8,30}$/);
/** As a client may write it: any letter escaped, any letter in the other case. */
const spelt = fc.tuple(fc.constantFrom(...names), fc.array(fc.nat(5), { maxLength: 20 })).map(([name, ways]) =>
  [...name]
    .map((letter, at) => {
      if (ways[at] === 0) return `%${letter.charCodeAt(0).toString(16)}`;
      return ways[at] === 1 ? letter.toUpperCase() : letter;
    })
    .join(''),
);
const pair = fc
  .tuple(fc.stringMatching(/^[a-z]{1,5}$/), fc.stringMatching(/^[\w%.~-]{0,10}$/))
  .map((both) => both.join('='));

test('U-3: no secret of a request target is written, however its name is spelt', () => {
  fc.assert(
    fc.property(
      fc.array(pair, { maxLength: 4 }),
      spelt,
      secret,
      fc.array(pair, { maxLength: 4 }),
      (before, name, value, after) => {
        const uri = `/oauth2/callback?${[...before, `${name}=${value}`, ...after].join('&')}`;
        expect(maskUri(uri)).not.toContain(value);
        expect(maskUri(uri)).toMatch(/^\/oauth2\/callback\?/);
      },
    ),
    runs(600),
  );
});

test('U-3: nor within a target that a target holds, escaped as often as you like', () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), secret, fc.integer({ min: 0, max: 3 }), (name, value, times) => {
      let inner = `https://app.test/cb?x=1&${name}=${value}&y=2`;
      for (let round = 0; round < times; round++) inner = encodeURIComponent(inner);
      expect(maskUri(`/start?rd=${inner}`)).not.toContain(value);
      expect(mask(`redirect to ${inner} failed`)).not.toContain(value);
    }),
    runs(400),
  );
});

test('O-3: nor tokens, seals, cookies and credentials, wherever they stand', () => {
  const place = fc.constantFrom(' ', '"', '(', '=', '\n', 'text ', ', ', '/');
  const form = fc.constantFrom<[string, string]>(
    ['eyJhbGciOiJSUzI1NiJ9.', ''],
    ['Fe26.2*1*', '*x~2'],
    ['_oauth2_proxy=', ''],
    ['_oauth2_proxy_1=', ''],
    ['Bearer ', ''],
    ['Basic ', '=='],
    ['{"access_token": "', '"}'],
    ["{'refresh_token':\"", '"'],
  );
  fc.assert(
    fc.property(
      anyText,
      place,
      form,
      secret,
      fc.constantFrom('', ' ', '\n', '"', ','),
      (before, gap, [start, end], value, after) => {
        expect(mask(before + gap + start + value + end + after)).not.toContain(value);
      },
    ),
    runs(800),
  );
});

test('O-3: whatever a text is, it stays on one line and moves no terminal', () => {
  const text = fc.oneof(anyText, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(text, (given) => {
      for (const line of [printable(given), column(given), quoted(given), jsonLine({ given })]) {
        expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/);
      }
      expect(column(given)).not.toContain(' ');
      expect(quoted(given)).toMatch(/^"(?:[^"\\]|\\.)*"$/);
      expect(mask(given)).toBe(mask(mask(given)));
      expect(cut(given).length).toBeLessThanOrEqual(2049);
      fromWire(given);
    }),
    runs(1000),
  );
});

test('a line of JSON says what it was given', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(jsonLine(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    runs(400),
  );
});

test('V-3: no text costs more than its length', () => {
  fc.assert(
    fc.property(repetitive(fragments), (pieces) =>
      isCheap(pieces, (text) => [mask(text), maskUri(`/?${text}`), quoted(text), jsonLine(text)]),
    ),
    runs(60),
  );
});
