// Which configurations of the session store are refused, and what does the store in Redis leave as it is?
import { load, refusal } from './given.ts';

const redis = ['--session-store-type=redis', '--redis-connection-url=redis://localhost'];

test.each<[string, readonly string[], RegExp]>([
  ['an unknown store', ['--session-store-type=memory'], /--session-store-type must be one of cookie, redis/],
  [
    'a negative grace time',
    ['--session-outage-grace=-1s'],
    /--session-outage-grace must not be negative; hint: write 5m, or 0/,
  ],
  // The reference leaves tokens out of cookies alone, and refuses these with Redis all the same.
  [
    'a refresh without tokens',
    [...redis, '--session-cookie-minimal', '--cookie-refresh=1h'],
    /--cookie-refresh needs tokens/,
  ],
  [
    'an access token without tokens',
    [...redis, '--session-cookie-minimal', '--pass-access-token'],
    /--pass-access-token needs tokens/,
  ],
])('%s is refused', (_, argv, line) => {
  expect(refusal(() => load({ argv })).message).toMatch(line);
});

test('sessions seen lately are served for five minutes unless the operator says otherwise', () => {
  expect(load({ argv: redis }).config.session.sessionOutageGraceMs).toBe(300_000);
  expect(load({ argv: [...redis, '--session-outage-grace=0'] }).config.session.sessionOutageGraceMs).toBe(0);
});
