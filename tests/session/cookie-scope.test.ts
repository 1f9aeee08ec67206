import type { Config } from '../../src/config/options.ts';
import { cookieScope } from '../../src/session/cookie-scope.ts';
import { attributeText, setCookieLine } from '../../src/session/set-cookie.ts';
import { cookieOptions } from '../support/cookie-options.ts';

type Cookie = Config['cookie'];

const make = (over: Partial<Cookie> = {}, formPost = false) => {
  const unfit: string[] = [];
  const scope = cookieScope({ cookie: cookieOptions(over), formPost, unfitHost: (host) => unfit.push(host) });
  return { scope, unfit };
};

test('C-5: attributes in the order of the reference, SameSite=Lax when unset', () => {
  expect(setCookieLine('a', 'b', make().scope.session('app.test'))).toBe(
    'a=b; Path=/; Max-Age=604800; HttpOnly; Secure; SameSite=Lax',
  );
});

test.each<[string, Partial<Cookie>, string]>([
  ['a given SameSite', { cookieSamesite: 'strict' }, '; Path=/; Max-Age=604800; HttpOnly; Secure; SameSite=Strict'],
  ['no end', { cookieExpireMs: 0 }, '; Path=/; HttpOnly; Secure; SameSite=Lax'],
  ['parts of a second are cut', { cookieExpireMs: 1500 }, '; Path=/; Max-Age=1; HttpOnly; Secure; SameSite=Lax'],
  ['plain http', { cookieSecure: false, cookieHttponly: false }, '; Path=/; Max-Age=604800; SameSite=Lax'],
  [
    'a domain, its leading dot gone',
    { cookieDomains: ['.example.com'] },
    '; Path=/; Domain=example.com; Max-Age=604800; HttpOnly; Secure; SameSite=Lax',
  ],
])('the session cookie with %s', (_, over, expected) => {
  expect(attributeText(make(over).scope.session('app.example.com'))).toBe(expected);
});

test.each<[string, Partial<Cookie>, boolean, string]>([
  ['the CSRF cookie follows the session cookie', { cookieSamesite: 'strict' }, false, 'Strict'],
  ['its own option wins', { cookieSamesite: 'lax', cookieCsrfSamesite: 'none' }, false, 'None'],
  ['F-7: a form post from the provider needs None', {}, true, 'None'],
])('%s', (_, over, formPost, expected) => {
  expect(make(over, formPost).scope.csrf('app.test').sameSite).toBe(expected);
});

test.each([
  ['the longest that fits', 'a.sub.example.com', 'sub.example.com', 0],
  ['the port does not count', 'x.example.com:8443', 'example.com', 0],
  ['case does not count', 'X.EXAMPLE.com', 'example.com', 0],
  ['a leading dot leaves out the domain itself, as in the reference', 'sub.example.com', 'example.com', 0],
  ['a host that only ends alike falls back to the shortest, with a warning', 'badexample.com', 'other.test', 1],
])('domain for a host: %s', (_, host, expected, warnings) => {
  const { scope, unfit } = make({ cookieDomains: ['example.com', '.sub.example.com', 'other.test'] });
  expect(scope.session(host).domain).toBe(expected);
  expect(unfit).toHaveLength(warnings);
});

test('a host that fits no domain is told of once, however often it is asked for', () => {
  const { scope, unfit } = make({ cookieDomains: ['example.com'] });
  for (const host of ['other.test', 'OTHER.test:8443', 'other.test']) scope.session(host);
  scope.sessionDeletions('other.test');
  expect(unfit).toEqual(['other.test']);
});

test('a deletion names every variant that an older configuration may have left, the present one first and last', () => {
  const { scope } = make({ cookieDomains: ['example.com', 'sub.example.com', 'other.test'] });
  const variants = scope.sessionDeletions('a.sub.example.com');
  expect(variants.map(({ domain, maxAge }) => [domain, maxAge])).toEqual([
    ['sub.example.com', 0],
    [undefined, 0],
    ['example.com', 0],
    ['sub.example.com', 0],
  ]);
});
