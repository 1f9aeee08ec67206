// When is a session refreshed, by its age or by its token's own end?
import { isRefreshDue, type RefreshAfter } from '../../src/provider/refresh-due.ts';
import { jane } from './resume-parts.ts';

const second = 1000;
const minute = 60 * second;

test.each<[string, RefreshAfter, number | undefined, number, boolean]>([
  ['never, by an age of 0', 0, minute, 100 * minute, false],
  ['not at the very age', minute, undefined, minute, false],
  ['just after the age, whatever the token says', minute, 60 * minute, minute + 1, true],
  ['an age looks at no token that has expired', 60 * minute, minute, 59 * minute, false],
  ['auto: Keycloak’s 5 minutes, in the fourth', 'auto', 5 * minute, 4 * minute, false],
  ['auto: Keycloak’s 5 minutes, in the fifth', 'auto', 5 * minute, 4 * minute + 1, true],
  ['auto: 60 s, a fifth before the end', 'auto', minute, 48 * second, false],
  ['auto: 60 s, in the last fifth', 'auto', minute, 48 * second + 1, true],
  ['auto: an hour, a minute before the end', 'auto', 60 * minute, 59 * minute, false],
  ['auto: an hour, in the last minute', 'auto', 60 * minute, 59 * minute + 1, true],
  ['auto: a token that has expired', 'auto', minute, 2 * minute, true],
  ['auto: a token whose end nobody knows', 'auto', undefined, 1000 * minute, false],
])('%s', (_, refreshAfter, lifeMs, ageMs, isDue) => {
  const session = { ...jane(0), expiresAtMs: lifeMs };
  expect(isRefreshDue(session, refreshAfter, ageMs)).toBe(isDue);
});

test('auto: where there is no refresh token there is nothing to refresh with', () => {
  const session = { ...jane(0), refreshToken: undefined, expiresAtMs: minute };
  expect([isRefreshDue(session, 'auto', minute), isRefreshDue(session, minute, 2 * minute)]).toEqual([false, true]);
});
