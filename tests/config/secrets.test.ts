// Are secrets read from files, and never shown?
import { describe, expect, test } from '@jest/globals';
import { describeEffective } from '../../src/config/effective.ts';
import { good, load, loadOnly, refusal } from './given.ts';
import type { Place } from './given.ts';

describe('secrets in files', () => {
  const secretless = good.filter((flag) => !/secret=/.test(flag));
  const files = { client: 'c-from-file\n', cookie: 'cookie-secret-from-file\n' };
  const names = ['--client-secret-file=client', '--cookie-secret-file=cookie'];
  const variables = { OAUTH2_PROXY_CLIENT_SECRET_FILE: 'client', OAUTH2_PROXY_COOKIE_SECRET_FILE: 'cookie' };

  // prettier-ignore
  test.each<[string, Place]>([
    ['named by flags', { argv: [...secretless, ...names], files }],
    ['named by variables', { argv: secretless, env: variables, files }],
    ['named in the config file', { argv: secretless, toml: 'client_secret_file = "client"\ncookie_secret_file = "cookie"', files }],
    ['beside empty values of their own', { argv: [...secretless, ...names, '--client-secret=', '--cookie-secret='], files }],
  ])('%s', (_, place) => {
    const { config } = loadOnly(place);
    expect(config.provider.clientSecret).toBe('c-from-file'); // a client secret has no line break
    expect(config.cookie.cookieSecret).toEqual(['cookie-secret-from-file\n']); // reference: the whole content
  });

  test('every secret has a variable that names its file; one newline is cut', () => {
    const { config, sourceOf } = load({
      env: { OAUTH2_PROXY_BASIC_AUTH_PASSWORD_FILE: 'p' },
      files: { p: 'pass word \n\n' },
    });
    expect(config.header.basicAuthPassword).toBe('pass word \n');
    expect(sourceOf('basic-auth-password')).toBe('OAUTH2_PROXY_BASIC_AUTH_PASSWORD_FILE');
  });

  test('a value of its own wins, and the file is not even read', () => {
    const { config } = load({
      argv: names,
      env: { OAUTH2_PROXY_BASIC_AUTH_PASSWORD_FILE: 'none' },
      toml: 'basic_auth_password = "own"',
    });
    expect(config.provider.clientSecret).toBe('s3cret-of-the-client');
    expect(config.header.basicAuthPassword).toBe('own');
  });

  test('a binary secret keeps every byte', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);
    const { config } = loadOnly({
      argv: [...secretless, '--client-secret=x', '--cookie-secret-file=b'],
      files: { b: bytes },
    });
    expect(Buffer.from(config.cookie.cookieSecret[0] ?? '', 'latin1')).toEqual(Buffer.from(bytes));
  });

  test('a missing file is one problem, named as the user named it', () => {
    const { message } = refusal(() => loadOnly({ argv: secretless, env: variables, files: { cookie: files.cookie } }));
    expect(message).toBe(
      'invalid configuration:\n  OAUTH2_PROXY_CLIENT_SECRET_FILE names "client", but there is no such file',
    );
  });
});

describe('secrets are never shown', () => {
  const secrets = [
    'client-secret',
    'cookie-secret',
    'basic-auth-password',
    'signature-key',
    'redis-password',
    'redis-sentinel-password',
    'redis-connection-url',
    'redis-sentinel-connection-urls',
    'redis-cluster-connection-urls',
    'jwt-key',
    'github-token',
  ];

  test('in problems', () => {
    const wrong = secrets.map((flag) => `--${flag}=hunter2`);
    expect(refusal(() => load({ argv: [...wrong, '--redis-cluster-connection-urls=hunter2"'] })).message).not.toContain(
      'hunter2',
    );
    expect(refusal(() => load({ argv: ['--upstream=ftp://user:hunter2@host'] })).message).not.toContain('hunter2');
    expect(
      refusal(() => load({ toml: 'cookie_secret = { a = "hunter2" }\nclient_secret = ["hunter2"]' })).message,
    ).not.toContain('hunter2');
  });

  test('in the effective configuration', () => {
    const { config, sourceOf } = load({
      argv: ['--basic-auth-password=hunter2', '--upstream=http://user:hunter2@host', '--cookie-expire=90m'],
    });
    const lines = describeEffective(config, sourceOf);
    expect(lines.join('\n')).not.toMatch(/hunter2|s3cret/);
    expect(lines).toEqual(
      expect.arrayContaining([
        'basic-auth-password = *** (--basic-auth-password)',
        'redis-password = "" (default)',
        'upstream = ["http://user:***@host"] (--upstream)',
        'cookie-expire = 1h30m (--cookie-expire)',
        'cookie-name = "_oauth2_proxy" (default)',
      ]),
    );
  });
});
