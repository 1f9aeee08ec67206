// Whatever is answered at once for one session cookie must be the only one that the readers of cookies would find.
import { cookiesOf } from '../../src/session/chunks.ts';
import { soleSessionCookie } from '../../src/session/sole-cookie.ts';
import { cookieValues } from '../../src/request/cookies.ts';

const name = '_oauth2_proxy';

test.each([
  ['alone', '_oauth2_proxy=V', 'V'],
  ['behind others', 'a=b; _oauth2_proxy=V; c=d', 'V'],
  ['without a blank', 'a=b;_oauth2_proxy=V', 'V'],
  ['beside one of a longer name', '_oauth2_proxy_csrf=W; x_oauth2_proxy=W; _oauth2_proxy=V', 'V'],
  ['beside one that quotes it', 'a=_oauth2_proxy=W; _oauth2_proxy=V', 'V'],
  ['twice', '_oauth2_proxy=V; _oauth2_proxy=W', undefined],
  ['twice, behind two blanks', '_oauth2_proxy=V;  _oauth2_proxy=W', undefined],
  ['twice, behind a tab', '_oauth2_proxy=V;\t_oauth2_proxy=W', undefined],
  ['twice, behind a blank that is no blank of HTTP', '_oauth2_proxy=V; \xa0_oauth2_proxy=W', undefined],
  ['twice, with a blank behind the name', '_oauth2_proxy=V; _oauth2_proxy =W', undefined],
  ['with a part', '_oauth2_proxy=V; _oauth2_proxy_0=W', undefined],
  ['with a part behind two blanks', '_oauth2_proxy=V;  _oauth2_proxy_0=W', undefined],
])('C-3: %s', (_, header, expected) => {
  expect(soleSessionCookie(header, name)).toBe(expected);
});

test('C-3: of all headers of a few pieces, none hides a second one', () => {
  const pieces = ['_oauth2_proxy', '=', ';', ' ', '\t', '\xa0', 'V', '_0', '"', 'a'];
  let taken = 0;
  for (let i = 0; i < 8_000; i++) {
    const number = (i * 2_654_435_761) >>> 0; // spread over all combinations
    const tail = Array.from({ length: 6 }, (_, at) => pieces[Math.floor(number / 7 ** at) % pieces.length]).join('');
    for (const header of [`_oauth2_proxy=W;${tail}`, `${tail};_oauth2_proxy=W`]) {
      if (soleSessionCookie(header, name) === undefined) continue;
      taken++;
      expect([header, cookiesOf(name, header), cookieValues(header, name).length]).toEqual([header, [name], 1]);
    }
  }
  expect(taken).toBeGreaterThan(200);
});
