// Does --convert-config-to-alpha say the same in the structured form?
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import '../support/seeded.ts';
import type { Loaded } from '../../src/config/load.ts';
import { rows, type Flag } from '../../src/config/options.ts';
import { valueOf } from '../../src/config/invariants.ts';
import { ConfigError } from '../../src/config/config-error.ts';
import { loadOnly, outcomeOf, refusal, type Place } from './given.ts';

const core = ['--cookie-secret=s3cret-of-the-cookie', '--email-domain=*', '--redirect-url=https://app.example/cb'];
const needed = { provider: 'oidc', 'oidc-issuer-url': 'https://id.example', 'client-id': 'app', 'client-secret': 'x' };

function convert(place: Place): { readonly yaml: string; readonly warnings: readonly string[] } {
  const outcome = outcomeOf({ ...place, argv: [...core, ...(place.argv ?? []), '--convert-config-to-alpha'] });
  if (outcome.kind !== 'converted') throw new Error(`got ${outcome.kind}`);
  return outcome;
}

/** Everything that counts, whatever it was written in. */
function effective(loaded: Loaded): unknown {
  const { config, isGiven, headerRules, loginParameters, upstreamConfig } = loaded;
  const same = rows.filter(
    ({ flag, alphaInstead, commandLineOnly }) => !alphaInstead && !commandLineOnly && flag !== 'code-challenge-method',
  );
  return {
    options: Object.fromEntries(same.map((row) => [row.flag, valueOf(config, row)])),
    method: config.provider.codeChallengeMethod || config.provider.forceCodeChallengeMethod,
    skipsNonceBecauseSaid: isGiven('insecure-oidc-skip-nonce') && config.provider.insecureOidcSkipNonce,
    ...{ headerRules, loginParameters, upstreamConfig },
  };
}

// What means something to YAML, to shells, or to the substitution of variables.
const pieces = [
  'a',
  'Z',
  '0',
  '-',
  ' ',
  '$',
  '{',
  '}',
  '${HOME}',
  '$1',
  '"',
  "'",
  '#',
  ': ',
  '\\',
  'ß',
  'true',
  '~',
  '!',
  '&',
  '*',
];
const word = fc.string({ unit: fc.constantFrom(...pieces), minLength: 1, maxLength: 12 });
const words = fc.array(word, { minLength: 1, maxLength: 3 });
const yes = fc.boolean().map(String);
const url = fc.webUrl({ validSchemes: ['https'] });
const address = fc.constantFrom('127.0.0.1:0', ':9000', 'unix:///run/x.sock,mode=0660');
const length = fc.constantFrom('0s', '250ms', '7s', '1h2m3.5s');
const upstream = fc.constantFrom(
  'http://a:81/',
  'https://b/c%20d/',
  'unix:///run/u.sock',
  'file:///var/www#/f/',
  'static://204',
);

const texts = [
  'client-id',
  'client-secret',
  'scope',
  'provider-display-name',
  'oidc-email-claim',
  'oidc-groups-claim',
  'acr-values',
  'prompt',
  'approval-prompt',
  'basic-auth-password',
] as const;
const lists = ['allowed-group', 'allowed-role', 'oidc-audience-claim', 'oidc-extra-audience'] as const;
const switches = [
  'use-system-trust-store',
  'skip-claims-from-profile-url',
  'insecure-oidc-skip-nonce',
  'insecure-oidc-allow-unverified-email',
  'insecure-oidc-skip-issuer-verification',
  'pass-access-token',
  'pass-authorization-header',
  'pass-basic-auth',
  'pass-user-headers',
  'prefer-email-to-user',
  'set-authorization-header',
  'set-basic-auth',
  'set-xauthrequest',
  'skip-auth-strip-headers',
  'disable-keep-alives',
  'pass-host-header',
  'proxy-websockets',
  'ssl-upstream-insecure-skip-verify',
] as const;
const urls = ['login-url', 'redeem-url', 'profile-url', 'validate-url', 'backend-logout-url'] as const;

type Values = Readonly<Partial<Record<Flag, string | readonly string[]>>>;

const configurations: fc.Arbitrary<Values> = fc.record(
  {
    ...Object.fromEntries([
      ...texts.map((flag) => [flag, word] as const),
      ...switches.map((flag) => [flag, yes] as const),
      ...urls.map((flag) => [flag, url] as const),
      ...lists.map((flag) => [flag, words] as const),
    ]),
    'code-challenge-method': fc.constantFrom('S256', 'plain'),
    'force-code-challenge-method': fc.constant('S256'),
    'http-address': address,
    'metrics-address': address,
    'flush-interval': length,
    'upstream-timeout': length,
    upstream: fc.uniqueArray(upstream, { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

type Source = 'flag' | 'env' | 'toml';

function placeOf(values: Values, sourceOf: (flag: Flag) => Source): Place {
  const argv: string[] = [];
  const env: Record<string, string> = {};
  const toml: string[] = [];
  for (const { flag, kind, configKey, env: variable } of rows) {
    const value = values[flag];
    if (value === undefined || configKey === undefined || variable === undefined) continue;
    const source = sourceOf(flag);
    if (source === 'env') env[variable] = [value].flat().join(',');
    else if (source === 'toml') toml.push(`${configKey} = ${JSON.stringify(value)}`);
    else
      for (const one of [value].flat()) argv.push(`--${flag}=${kind.isList ? `"${one.replaceAll('"', '""')}"` : one}`);
  }
  return { argv, env, toml: toml.join('\n') };
}

function loadable(place: Place): Loaded | undefined {
  try {
    return loadOnly({ ...place, argv: [...core, ...(place.argv ?? [])] });
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

test('whatever is configured: options, converted and read again, mean the same', () => {
  let compared = 0;
  const sources = fc.infiniteStream(fc.constantFrom<Source>('flag', 'env', 'toml'));
  fc.assert(
    fc.property(configurations, sources, (values, stream) => {
      const place = placeOf({ ...needed, ...values }, () => stream.next().value);
      const before = loadable(place);
      fc.pre(before !== undefined);
      const { yaml, warnings } = convert(place);
      fc.pre(!warnings.some((text) => text.includes('is lost')));
      const argv = [...core, '--alpha-config=alpha.yaml'];
      const after = loadOnly({ argv, env: place.env ?? {}, files: { 'alpha.yaml': yaml } });
      expect(effective(after)).toEqual(effective(before));
      compared += 1;
    }),
    { numRuns: 100 },
  );
  expect(compared).toBe(100);
});

describe('what is printed', () => {
  const argvOf = (values: Readonly<Record<string, string>>) =>
    Object.entries({ ...needed, ...values }).map(([flag, value]) => `--${flag}=${value}`);

  test.each<[string, Place, RegExp]>([
    ['an id of kind and client', { argv: argvOf({}) }, /- id: oidc=app$/m],
    ['an id of the name', { argv: argvOf({ 'provider-display-name': 'Corp' }) }, /- id: Corp$/m],
    [
      'both addresses as they are listened at',
      { argv: argvOf({}) },
      /^server:\n {2}bindAddress: 127\.0\.0\.1:4180\n\w/m,
    ],
    [
      'a certificate, which is listened with alone',
      { argv: argvOf({ 'tls-cert-file': 'c', 'tls-key-file': 'k' }) },
      /^server:\n {2}secureBindAddress: :443\n {2}tls:\n {4}cert:\n {6}fromFile: c\n {4}key:\n {6}fromFile: k\n\w/m,
    ],
    [
      'a secret of the environment as such',
      {
        argv: argvOf({ 'client-secret': '' }).filter((word) => !word.startsWith('--client-secret')),
        env: { OAUTH2_PROXY_CLIENT_SECRET: 'abc' },
      },
      /clientSecret: \$\{OAUTH2_PROXY_CLIENT_SECRET\}$/m,
    ],
    [
      'a password of the environment as such',
      { argv: argvOf({}), env: { OAUTH2_PROXY_BASIC_AUTH_PASSWORD: 'abc' } },
      /basicAuthPassword:\n +fromEnv: OAUTH2_PROXY_BASIC_AUTH_PASSWORD$/m,
    ],
    [
      'a password in a file as such',
      { argv: argvOf({}), env: { OAUTH2_PROXY_BASIC_AUTH_PASSWORD_FILE: '/run/pw' } },
      /basicAuthPassword:\n +fromFile: \/run\/pw$/m,
    ],
    ['what the reference sends by itself', { argv: argvOf({}) }, /- name: approval_prompt\n +default:\n +- force$/m],
    [
      'a header that keeps what clients send',
      { argv: argvOf({ 'skip-auth-strip-headers': 'false' }) },
      /preserveRequestValue: true/,
    ],
  ])('%s', (_, place, expected) => {
    expect(convert(place).yaml).toMatch(expected);
  });

  test('nothing is checked, as in the reference', () => {
    expect(convert({}).yaml).toMatch(/^providers:/m);
  });

  test('what must go, and what is lost', () => {
    const place = {
      argv: ['--client-id=a', '--htpasswd-file=x', '--prefer-email-to-user'],
      toml: 'upstreams = "http://a"',
    };
    expect(convert(place).warnings).toEqual([
      '--prefer-email-to-user is lost for users of --htpasswd-file; for headers it is kept',
      expect.stringMatching(/^beside --alpha-config these cannot stay: .*--client-id.*/),
    ]);
    const lost = ['--pass-basic-auth=false', '--pass-user-headers=false', '--skip-auth-strip-headers=false'];
    expect(convert({ argv: lost }).warnings[0]).toMatch(/^--skip-auth-strip-headers=false is lost/);
  });
});

test.each([
  ['with --alpha-config', ['--alpha-config=x'], '--convert-config-to-alpha and --alpha-config exclude each other'],
  ['with --config-test', ['--config-test'], '--convert-config-to-alpha and --config-test exclude each other'],
  ['with an unknown flag', ['--nonsense'], '--nonsense is not a known flag'],
  ['with a value that cannot be read', ['--cookie-expire=x'], '--cookie-expire must be a duration'],
])('it is refused %s', (_, argv, expected) => {
  expect(refusal(() => convert({ argv })).message).toContain(expected);
});
