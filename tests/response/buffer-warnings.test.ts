// When are operators told of nginx's buffers, and how often?
import { describe, expect, test } from '@jest/globals';
import type { Fields } from '../../src/lib/logger.ts';
import { bufferWarnings, likelyBufferProblem, type TooLarge } from '../../src/response/buffer-warnings.ts';
import { keycloakSession } from '../support/keycloak-session.ts';
import { load } from '../config/given.ts';

const session = keycloakSession();

function begin() {
  const lines: { message: string; fields: Fields | undefined }[] = [];
  let now = 1_764_000_000_000;
  const warn = bufferWarnings({
    logger: { warn: (message, fields) => void lines.push({ message, fields }) },
    clock: () => now,
  });
  return { lines, warn, pass: (ms: number) => (now += ms) };
}

test.each<[TooLarge, string, RegExp]>([
  ['cookie_line', 'cookie_line_large', /large_client_header_buffers.*--session-store-type=redis/],
  ['set_cookie', 'set_cookie_large', /proxy_buffer_size.*--session-cookie-minimal/],
  ['identity_headers', 'headers_large', /proxy_buffer_size/],
])('%s: the directive, the user and the size', (what, reason, message) => {
  const { warn, lines } = begin();
  warn(what, session, 9000);
  expect(lines).toEqual([
    { message: expect.stringMatching(message), fields: { reason, username: session.email, bytes: 9000 } },
  ]);
});

test('each kind is told once an hour, whoever it is', () => {
  const { warn, lines, pass } = begin();
  for (let i = 0; i < 5; i++) {
    warn('set_cookie', keycloakSession(), 5000 + i);
    warn('cookie_line', session, 9000);
    pass(11 * 60_000);
  }
  expect(lines).toHaveLength(2);
  pass(6 * 60_000);
  warn('set_cookie', session, 5000);
  expect(lines).toHaveLength(3);
});

const both = ['--set-authorization-header', '--set-xauthrequest', '--pass-access-token'];
const refreshing = '--cookie-refresh=4m';

// prettier-ignore
describe('what the configuration alone lets expect', () => {
  test.each<[string, readonly string[], RegExp | undefined]>([
    ['no headers', [refreshing], undefined],
    ['names and groups', [refreshing, '--set-xauthrequest'], undefined],
    ['tokens for upstreams only, which nginx does not see', [refreshing, '--pass-access-token', '--pass-authorization-header'], undefined],
    ['both tokens', [refreshing, ...both], /the access token and id token .*about 5700 bytes.*proxy_buffer_size 16k.*redis/],
    ['the ID token', [refreshing, '--set-authorization-header'], /the id token .*about 4200 bytes/],
    ['both tokens, and no refresh that would set cookies there', both, undefined],
  ])('%s', (_, argv, expected) => {
    const { config, headerRules } = load({ argv });
    const told = likelyBufferProblem(config, headerRules);
    if (expected === undefined) expect(told).toBeUndefined();
    else expect(told).toMatch(expected);
  });
});
