// Does everything that is wrong come out at once, in the words of the user?
import { describe, expect, test } from '@jest/globals';
import { load, loadOnly, refusal } from './given.ts';
import type { Place } from './given.ts';

describe('what stops the start', () => {
  test('everything at once, each in the form the user wrote it', () => {
    const place = {
      argv: ['--cookie-expire=soon', '--skip-auth-route=(bad', '--no-such-flag=s3cret'],
      env: { OAUTH2_PROXY_COOKIE_SECURE: 'maybe' },
      toml: 'cookie_samesite = "x"\nno_such_key = 1\n',
    };
    const { message, exitCode, problems } = refusal(() => loadOnly(place));
    for (const line of [
      '--cookie-expire must be a duration such as 15m or 1h30m, with its unit (h, m, s, ms) (got "soon")',
      'OAUTH2_PROXY_COOKIE_SECURE must be true or false (got "maybe")',
      'cookie_samesite in proxy.cfg must be one of lax, strict, none (got "x")',
      'no_such_key in proxy.cfg, line 2, is not a known key',
      '--no-such-flag is not a known flag; hint: --help lists all flags',
      '--cookie-secret is required, or --cookie-secret-file; hint: make one with: openssl rand -base64 32',
      '--oidc-issuer-url is required; hint: for Keycloak: https://HOST/realms/REALM',
    ]) {
      expect(message.split('\n')).toContain(`  ${line}`);
    }
    expect(message).toMatch(/^invalid configuration:\n/);
    expect(message).toMatch(/^ {2}--client-id is required/m);
    expect(message).toMatch(/^ {2}--skip-auth-route has a regular expression that does not compile: "\(bad"/m);
    expect(problems).toHaveLength(message.split('\n').length - 1);
    expect(exitCode).toBe(2);
  });

  test.each<[string, readonly string[], 1 | 2]>([
    ['an unknown flag', ['--no-such-flag'], 2],
    ['an unknown letter', ['-x'], 2],
    ['a flag without its value', ['--cookie-name'], 2],
    ['a value that cannot be read', ['--cookie-expire=3600'], 2],
    ['a value that is wrong by meaning', ['--cookie-samesite=x'], 1],
    ['a required option', ['--client-id='], 1],
  ])('exit code: %s', (_, argv, exitCode) => {
    expect(refusal(() => load({ argv })).exitCode).toBe(exitCode);
  });

  // prettier-ignore
  test.each<[string, Place, string]>([
    ['a letter wrong', { argv: ['--cookie-nam=x'] }, '--cookie-nam is not a known flag; hint: did you mean --cookie-name?'],
    ['underscores', { argv: ['--cookie_name=x'] }, '--cookie_name is not a known flag; hint: did you mean --cookie-name?'],
    ['the plural of a list', { argv: ['--upstreams=x'] }, '--upstreams is not a known flag; hint: did you mean --upstream?'],
    ['a negated switch', { argv: ['--no-reverse-proxy'] }, '--no-reverse-proxy is not a known flag; hint: did you mean --reverse-proxy=false?'],
    ['a flag where a value belongs', { argv: ['--cookie-name', '--reverse-proxy'] }, '--cookie-name needs a value; hint: write --cookie-name=VALUE, where VALUE is a text'],
    ['a switch with an empty value', { argv: ['--reverse-proxy='] }, '--reverse-proxy needs a value; hint: write --reverse-proxy=VALUE, where VALUE is true or false'],
    ['a quote out of place', { argv: ['--upstream=a"b'] }, '--upstream has a quote out of place (got "a"b"); hint: write "…" around a whole element, "" for a quote'],
    ['a flag as a key', { toml: 'cookie-name = "x"' }, 'cookie-name in proxy.cfg, line 1, is not a known key; hint: did you mean cookie_name?'],
    ['a singular key', { toml: '\nupstream = ["x"]' }, 'upstream in proxy.cfg, line 2, is not a known key; hint: did you mean upstreams?'],
    ['a table', { toml: '[section]\nx = 1' }, 'section.x in proxy.cfg, line 1, is not a known key; hint: the file has no tables'],
    ['a key that is a flag alone', { toml: 'config_test = true' }, 'config_test in proxy.cfg, line 1, is not a key; hint: --config-test is given on the command line only'],
    ['a key twice', { toml: 'banner = "a"\nBANNER = "b"' }, 'BANNER in proxy.cfg is there twice, in different case; hint: leave one of them'],
    ['a list for a text', { toml: 'cookie_name = ["a"]' }, 'cookie_name in proxy.cfg must be a text (got ["a"])'],
    ['a date', { toml: 'cookie_name = 2020-01-01' }, 'cookie_name in proxy.cfg must be a text (got 2020-01-01)'],
    ['no file', { argv: ['--config', 'none.cfg'] }, '--config names "none.cfg", but there is no such file'],
    ['no TOML', { toml: 'client_secret = "s3cret' }, '--config proxy.cfg is not valid TOML: line 1, column 17: unfinished string'],
  ])('%s', (_, place, line) => {
    expect(refusal(() => load(place)).message).toBe(`invalid configuration:\n  ${line}`);
  });

  test('a problem is one line, whatever the value holds', () => {
    const { message } = refusal(() => load({ argv: ['--cookie-name=a\n\u001b[31mb'] }));
    expect(message.split('\n')).toHaveLength(2);
    expect(message).toContain('a\\n\\u001b[31mb');
  });
});
