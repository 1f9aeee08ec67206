// Does the search over all logs of a run (tests/support/reporter.mjs) find what it is meant to find?
import { leaksIn } from '../support/leaks.ts';

const secrets = ['a-cookie-secret-of-the-tests-42', 'wonderland', 'mark-of-a-state-0123456789'];

test.each([
  'x user=wonderland y',
  'xa-cookie-secret-of-the-tests-42x',
  '"GET /oauth2/callback?code=abc HTTP/1.1"',
  '"/cb?x=1&state=abc"',
  'state=mark-of-a-state-0123456789:/',
  'token eyJhbGciOiJSUzI1NiJ9.e30.x',
  'Cookie: Fe26.2*1*abc',
  'Cookie: _oauth2_proxy=abc',
  'Cookie: _oauth2_proxy_csrf_1=abc',
  'redeemed code-0123456789abcdef01',
  'client_secret=hunter2',
  'Authorization: Bearer abcdef0123456789',
])('O-3: found: %s', (line) => {
  expect(leaksIn(`before\n${line}\nafter`, secrets)).toHaveLength(1);
});

test.each([
  '"GET /oauth2/callback?code=[masked]&state=[masked] HTTP/1.1" 302',
  'Session{email:jane@example.com token:true refresh_token:true}',
  'reason=csrf_cookie_missing status_code=403',
  '{"kind":"request","status_code":200}',
  'cookie-secret = *** (--cookie-secret)',
  'Basic authentication is not configured',
])('O-3: left alone: %s', (line) => {
  expect(leaksIn(line, secrets)).toEqual([]);
});
