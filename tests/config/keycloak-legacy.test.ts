// What does an operator hear who uses the old provider of Keycloak, or its options elsewhere?
import { describe, expect, test } from '@jest/globals';
import { load, refusal } from './given.ts';

const realm = 'https://id.example/auth/realms/staff';
const legacy = [
  '--provider=keycloak',
  '--oidc-issuer-url=',
  `--login-url=${realm}/protocol/openid-connect/auth`,
  `--redeem-url=${realm}/protocol/openid-connect/token`,
  `--validate-url=${realm}/protocol/openid-connect/userinfo`,
];

const warningsWith = (...argv: string[]) => load({ argv: [...legacy, ...argv] }).warnings.join('\n');

test('the start tells that it is deprecated, and how to move', () => {
  const warnings = warningsWith('--keycloak-group=staff');
  expect(warnings).toMatch(/--provider=keycloak is deprecated: .*no nonce/);
  expect(warnings).toContain(`--provider=keycloak-oidc --oidc-issuer-url=${realm},`);
  expect(warnings).not.toContain('--keycloak-group has no effect');
});

test.each(['login-url', 'redeem-url', 'validate-url'])('--%s is required', (flag) => {
  const { problems } = refusal(() => load({ argv: [...legacy, `--${flag}=`] }));
  expect(problems).toEqual([
    {
      option: `--${flag}`,
      what: 'is required for --provider=keycloak',
      remedy: expect.stringContaining('/protocol/openid-connect/'),
    },
  ]);
});

test('--profile-url is not', () => {
  expect(load({ argv: legacy }).config.provider.profileUrl).toBe('');
});

describe('what has no effect is told', () => {
  test.each<[string, RegExp, ...string[]]>([
    ['--allowed-group=a', /--allowed-group has no effect beside --keycloak-group/, '--keycloak-group=b'],
    ['--cookie-refresh=auto', /--cookie-refresh=auto: without effect/],
    ['--oidc-groups-claim=roles', /--oidc-groups-claim: without effect with --provider=keycloak/],
  ])('%s', (word, expected, ...others) => {
    expect(warningsWith(word, ...others)).toMatch(expected);
  });

  test.each(['oidc', 'keycloak-oidc'])('--keycloak-group with %s, which keeps nobody out', (provider) => {
    const argv = [`--provider=${provider}`, '--keycloak-group=a'];
    const alone = `--keycloak-group has no effect with --provider=${provider}; nobody is kept out by it: use --allowed-group`;
    expect(load({ argv }).warnings).toContain(alone);
    expect(load({ argv: [...argv, '--allowed-group=a'] }).warnings.join('\n')).not.toContain('nobody is kept out');
  });
});

test('roles are not read there', () => {
  const { problems } = refusal(() => load({ argv: [...legacy, '--allowed-role=a'] }));
  expect(problems.map(({ option }) => option)).toEqual(['--allowed-role']);
});

test('how the provider is told of sign-outs cannot be found out by discovery', () => {
  const { problems } = refusal(() => load({ argv: [...legacy, '--oidc-logout=redirect'] }));
  expect(problems.map(({ option }) => option)).toEqual(['--oidc-logout']);
});
