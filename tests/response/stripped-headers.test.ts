// What no client can say in our name.
import { headersWith } from './jane.ts';

test.each([
  'X-Forwarded-User',
  'x-forwarded-email',
  'X_Forwarded_Groups',
  'X-Forwarded_Preferred-Username',
  'X_FORWARDED_ACCESS_TOKEN',
  'X-Forwarded-Email ',
  'X-Forwarded-Email\t',
  'X-Auth-Request-User',
  'x_auth_request_email',
  'X-Auth-Request-Anything',
  'GAP-Auth',
])('H-6: %j of a client is no client’s, whatever is configured', (name) => {
  expect(headersWith().isIdentityHeader(name)).toBe(true);
  expect(headersWith({ passUserHeaders: false, passBasicAuth: false }).isIdentityHeader(name)).toBe(true);
});

test.each([
  ['passes otherwise', {}, false],
  ['when it is for the response alone', { setAuthorizationHeader: true }, false],
  ['is replaced by the ID token', { passAuthorizationHeader: true }, true],
  ['is replaced by Basic', { basicAuthPassword: 'pw' }, true],
])('H-6: Authorization %s', (_, options, expected) => {
  expect(headersWith(options).isIdentityHeader('authorization')).toBe(expected);
});

test.each(['X-Forwarded-For', 'X-Forwarded-Host', 'X-Request-Id', 'Cookie', 'GAP-Signature', 'X-Forwarded-Users'])(
  '%s passes',
  (name) => {
    expect(headersWith().isIdentityHeader(name)).toBe(false);
  },
);

test('with skip-auth-strip-headers=false the client’s headers stay', () => {
  const headers = headersWith({ skipAuthStripHeaders: false, passAuthorizationHeader: true });
  for (const name of ['X-Forwarded-Email', 'X-Auth-Request-User', 'Authorization', 'GAP-Auth']) {
    expect(headers.isIdentityHeader(name)).toBe(false);
  }
});
