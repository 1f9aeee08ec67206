// The auth log tells of a session in the reference's words, and never a token.
import { describeSession } from '../../src/session/describe.ts';
import type { Session } from '../../src/session/session.ts';

const bare: Session = {
  id: 'i',
  user: 'user-1',
  email: 'x@other.test',
  preferredUsername: '',
  groups: [],
  signedInAtMs: 0,
  createdAtMs: Date.UTC(2026, 10, 22, 14, 53, 56, 830),
};

test.each<[string, Partial<Session>, string]>([
  [
    'what is not there is left out, a refresh token is denied',
    {},
    'Session{email:x@other.test user:user-1 PreferredUsername: created:2026-11-22 14:53:56 +0000 UTC refresh_token:false}',
  ],
  [
    'U-3: of tokens it tells that they are there',
    { accessToken: 'AT', idToken: 'IT', refreshToken: 'RT', groups: ['dev', 'ops'], roles: ['admin'] },
    'Session{email:x@other.test user:user-1 PreferredUsername: token:true id_token:true created:2026-11-22 14:53:56 +0000 UTC refresh_token:true groups:[dev ops role:admin]}',
  ],
  [
    'an expiry is told',
    { createdAtMs: 1_700_000_000_000, expiresAtMs: 1_700_003_600_000 },
    'Session{email:x@other.test user:user-1 PreferredUsername: created:2023-11-14 22:13:20 +0000 UTC expires:2023-11-14 23:13:20 +0000 UTC refresh_token:false}',
  ],
])('%s', (_, more, expected) => {
  expect(describeSession({ ...bare, ...more })).toBe(expected);
});
