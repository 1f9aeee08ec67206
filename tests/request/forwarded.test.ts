// RFC 7239 is read to the letter, or not at all.
import { parseForwarded } from '../../src/request/forwarded.ts';

test.each<[string, string, readonly object[] | undefined]>([
  ['nothing', '', [{}]],
  ['one pair', 'for=192.0.2.60', [{ for: '192.0.2.60' }]],
  ['§4: the examples', 'For="[2001:db8:cafe::17]:4711"', [{ for: '[2001:db8:cafe::17]:4711' }]],
  [
    'several pairs',
    'for=192.0.2.60;proto=http;by=203.0.113.43',
    [{ for: '192.0.2.60', proto: 'http', by: '203.0.113.43' }],
  ],
  ['several elements', 'for=192.0.2.43, for=198.51.100.17', [{ for: '192.0.2.43' }, { for: '198.51.100.17' }]],
  ['quoted pairs', 'for="\\_a\\"b"', [{ for: '_a"b' }]],
  ['a comma in quotes', 'for="a,b;c=d"', [{ for: 'a,b;c=d' }]],
  ['names in any case', 'HOST=app.test;Proto=https', [{ host: 'app.test', proto: 'https' }]],
  ['a host with a port needs quotes', 'host="app.test:8443"', [{ host: 'app.test:8443' }]],
  ['a parameter called __proto__', '__proto__=x;for=unknown', [JSON.parse('{"__proto__":"x","for":"unknown"}')]],
  ['a pair twice', 'for=1.1.1.1;for=2.2.2.2', undefined],
  ['no value', 'for=', undefined],
  ['no pair', 'for', undefined],
  ['IPv6 without quotes', 'for=[::1]', undefined],
  ['a port without quotes', 'host=app.test:8443', undefined],
  ['an open quote', 'for="1.1.1.1', undefined],
  ['text behind a quote', 'for="1.1.1.1"x', undefined],
  ['blanks around =', 'for = 1.1.1.1', undefined],
  ['an end that is missing', 'for=1.1.1.1,', undefined],
  ['a blank between pairs', 'for=1.1.1.1 proto=http', undefined],
  ['a host that is none', 'host="a/b"', undefined],
  ['user info in the host', 'host="a@b"', undefined],
  ['a scheme that is none', 'proto="https, http"', undefined],
  ['too long', `for=${'a'.repeat(9000)}`, undefined],
])('%s', (_, header, expected) => {
  const elements = parseForwarded(header);
  expect(elements === undefined ? undefined : JSON.parse(JSON.stringify(elements))).toEqual(expected);
});

test('V-8: a quote that never ends costs nothing', () => {
  const started = performance.now();
  expect(parseForwarded(`for="${'\\a'.repeat(4000)}`)).toBeUndefined();
  expect(performance.now() - started).toBeLessThan(50);
});
