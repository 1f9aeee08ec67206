// No secret reaches a log line.
import { mask, maskUri } from '../../src/lib/log-mask.ts';

const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2lnbmF0dXJl';
const seal = 'Fe26.2*1*0a1b*Zm9v-Zm_v*YmFy*1700000000000*9f*c2VhbA~2';

test.each([
  ['a callback', '/oauth2/callback?code=abc&state=def', '/oauth2/callback?code=[masked]&state=[masked]'],
  ['an empty value', '/cb?code=&x=1', '/cb?code=[masked]&x=1'],
  ['other parameters stay', '/x?q=1&barcode=7&next=/a', '/x?q=1&barcode=7&next=/a'],
  ['any case', '/cb?CODE=abc', '/cb?CODE=[masked]'],
  ['a name with escapes', '/cb?%63ode=abc', '/cb?%63ode=[masked]'],
  ['an array', '/cb?state%5B%5D=abc&code[0]=def', '/cb?state%5B%5D=[masked]&code[0]=[masked]'],
  ['a second code', '/cb?code=abc&code=def', '/cb?code=[masked]&code=[masked]'],
  ['a semicolon inside of a value', '/cb?code=ab;cd&x=1', '/cb?code=[masked]&x=1'],
  ['a semicolon between parameters', '/cb?x=1;code=abc', '/cb?x=1;code=[masked]'],
  ['a URL inside', '/start?rd=%2Fcb%3Fcode%3Dabc%26y%3D1', '/start?rd=%2Fcb%3Fcode%3D[masked]%26y%3D1'],
  ['a URL inside of a URL', '/s?rd=a%253Fstate%253Dxyz%2526b', '/s?rd=a%253Fstate%253D[masked]%2526b'],
  ['sign-out', '/oauth2/sign_out?id_token_hint=abc.def', '/oauth2/sign_out?id_token_hint=[masked]'],
  ['a token under another name', `/x?t=${jwt}`, '/x?t=[masked]'],
  ['a token in the path', `/x/${jwt}/y`, '/x/[masked]/y'],
])('O-3: request targets lose their secrets: %s', (_, uri, expected) => {
  expect(maskUri(uri)).toBe(expected);
});

test.each([
  ['a JWT', `no key for ${jwt}`, 'no key for [masked]'],
  ['half a JWT', 'cut off: eyJhbGciOiJ', 'cut off: [masked]'],
  ['a seal', `cannot open ${seal}; later`, 'cannot open [masked]; later'],
  ['an escaped seal', `cannot open ${seal.replaceAll('*', '%2A')}`, 'cannot open [masked]'],
  ['a session cookie', 'got _oauth2_proxy_1=YmFy; a=b', 'got [masked]; a=b'],
  ['a bearer token', 'Authorization: Bearer AbCdEfGh', 'Authorization: Bearer [masked]'],
  ['a password', 'Authorization: Basic dXNlcjpwdw==', 'Authorization: Basic [masked]'],
  ['a form', 'sent client_secret=s3cret&grant=x', 'sent client_secret=[masked]&grant=x'],
  ['an answer', '{"access_token": "a\u0062c","scope":"x"}', '{"access_token": "[masked]","scope":"x"}'],
  ['credentials behind a word that looks like some', 'Bearer Bearer AbCdEfGh', 'Bearer [masked] [masked]'],
  ['credentials behind a cookie that ends in their scheme', '_oauth2_proxy=Bearer AbCdEfGh', '[masked] [masked]'],
  ['a parameter where none should begin', 'GET /x?a=code=abc /y:state=d', 'GET /x?a=code=[masked] /y:state=[masked]'],
  ['a cookie glued to something', 'x_oauth2_proxy=YmFy', 'x[masked]'],
  ['words stay', 'Basic authentication failed: invalid code', 'Basic authentication failed: invalid code'],
  ['the session text stays', 'Session{token:true refresh_token:true}', 'Session{token:true refresh_token:true}'],
])('O-3: messages lose their secrets: %s', (_, text, expected) => {
  expect(mask(text)).toBe(expected);
});

test('O-3: what looks for leaks finds nothing in masked text', () => {
  const text = mask(`code=abc&state=x ${jwt} _oauth2_proxy=${seal}`);
  expect(text).not.toMatch(/eyJ[A-Za-z0-9_-]{10}|code=[^[]|_oauth2_proxy=/);
});
