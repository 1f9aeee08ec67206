// Does each value come from the right source?
import { describe, expect, test } from '@jest/globals';
import { good, load, loadOnly, outcomeOf } from './given.ts';
import type { Place } from './given.ts';

describe('precedence', () => {
  const flagged = ['--cookie-name=from-flag'];
  const env = { OAUTH2_PROXY_COOKIE_NAME: 'from-env' };
  const toml = 'cookie_name = "from-file"';

  // prettier-ignore
  test.each<[string, Place, string, string]>([
    ['a flag outranks everything', { argv: flagged, env, toml }, 'from-flag', '--cookie-name'],
    ['a variable outranks the file', { env, toml }, 'from-env', 'OAUTH2_PROXY_COOKIE_NAME'],
    ['the file outranks the default', { toml }, 'from-file', 'cookie_name in proxy.cfg'],
    ['an empty variable counts as unset', { env: { OAUTH2_PROXY_COOKIE_NAME: '' }, toml }, 'from-file', 'cookie_name in proxy.cfg'],
    ['the default comes last', {}, '_oauth2_proxy', 'default'],
    ['of a flag given twice the last counts', { argv: [...flagged, '--cookie-name=again'] }, 'again', '--cookie-name'],
  ])('%s', (_, place, name, source) => {
    const { config, sourceOf, isGiven } = load(place);
    expect(config.cookie.cookieName).toBe(name);
    expect(sourceOf('cookie-name')).toBe(source);
    expect(isGiven('cookie-name')).toBe(source !== 'default');
  });

  test('an option set to its default is given', () => {
    expect(load({ argv: ['--cookie-csrf-per-request=false'] }).isGiven('cookie-csrf-per-request')).toBe(true);
    expect(load().isGiven('cookie-csrf-per-request')).toBe(false);
  });

  test('a flag or the file can force an empty value', () => {
    expect(load({ argv: ['--ping-path='], toml: 'ready_path = ""' }).config.server).toMatchObject({
      pingPath: '',
      readyPath: '',
    });
  });
});

// prettier-ignore
test.each<[string, Place, readonly string[]]>([
  ['a repeated flag adds up, each one CSV', { argv: ['--whitelist-domain=a,b', '--whitelist-domain="c,d"'] }, ['a', 'b', 'c,d']],
  ['a flag replaces the list of the file', { argv: ['--whitelist-domain=a'], toml: 'whitelist_domains = ["b"]' }, ['a']],
  ['an empty flag empties the list', { argv: ['--whitelist-domain='], toml: 'whitelist_domains = ["b"]' }, []],
  ['a variable is split at every comma', { env: { OAUTH2_PROXY_WHITELIST_DOMAINS: 'a,"b,c"' } }, ['a', '"b', 'c"']],
  ['an array of the file', { toml: 'whitelist_domains = ["a,b", "c"]' }, ['a,b', 'c']],
  ['a text of the file is split', { toml: 'whitelist_domains = "a,b"' }, ['a', 'b']],
  ['another scalar of the file is a list of one', { toml: 'whitelist_domains = 7' }, ['7']],
  ['a key may be in capitals', { toml: 'WHITELIST_DOMAINS = ["a"]' }, ['a']],
])('lists: %s', (_, place, expected) => {
  expect(load(place).config.request.whitelistDomains).toEqual(expected);
});

test.each<[string, readonly string[], boolean]>([
  ['alone', ['--reverse-proxy'], true],
  ['with a value', ['--reverse-proxy=F'], false],
  ['a separate word is no value', ['--reverse-proxy', 'false'], true],
  ['with one dash', ['-reverse-proxy'], true],
  ['with one dash and a value', ['-reverse-proxy=0'], false],
  ['after --, nothing is a flag', ['--', '--reverse-proxy'], false],
])('switches: %s', (_, argv, expected) => {
  expect(load({ argv }).config.request.reverseProxy).toBe(expected);
});

test('a value may be a word of its own, and other words are passed over', () => {
  const { config } = load({ argv: ['some', '--cookie-name', 'a', 'words', '-http-address', ':80', '--banner', '-'] });
  expect([config.cookie.cookieName, config.server.httpAddress, config.page.banner]).toEqual(['a', ':80', '-']);
});

test('numbers and texts of the file are weakly typed, as in the reference', () => {
  const toml =
    'cookie_expire = 3600000000000\ncookie_csrf_per_request_limit = "0x2"\ncookie_httponly = 1\nclient_id = 7';
  const { config, warnings } = loadOnly({ argv: good.filter((flag) => !flag.startsWith('--client-id')), toml });
  expect(config.cookie).toMatchObject({
    cookieExpireMs: 3_600_000,
    cookieCsrfPerRequestLimit: 2,
    cookieHttponly: true,
  });
  expect(config.provider.clientId).toBe('7');
  expect(warnings.join()).toMatch(/cookie_expire in proxy\.cfg has no unit and counts nanoseconds/);
});

test.each<[string, readonly string[], string]>([
  ['--help', ['--help'], 'help'],
  ['-h', ['-h'], 'help'],
  ['--version, whatever else is wrong', ['--version', '--no-such-flag'], 'version'],
  ['--config-test', [...good, '--config-test'], 'config-test'],
  ['otherwise', good, 'run'],
])('%s', (_, argv, kind) => {
  expect(outcomeOf({ argv }).kind).toBe(kind);
});
