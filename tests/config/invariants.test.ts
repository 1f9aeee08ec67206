// Which configurations are refused?
import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/load.ts';
import { good, load, loadOnly, pem, refusal } from './given.ts';

const without = (flag: string): readonly string[] => good.filter((word) => !word.startsWith(`--${flag}=`));

/** A sentence, flags beside the good ones, and a line that must be among the problems. */
type Refused = readonly [string, readonly string[], RegExp];

describe('refused', () => {
  // prettier-ignore
  test.each<Refused>([
    ['no client ID', ['--client-id='], /--client-id is required/],
    ['no client secret', ['--client-secret='], /--client-secret is required, or --client-secret-file/],
    ['no issuer', ['--oidc-issuer-url='], /--oidc-issuer-url is required/],
    ['an issuer that is no URL', ['--oidc-issuer-url=id.example'], /--oidc-issuer-url must be a URL .*got "id\.example"/],
    ['an unknown provider', ['--provider=nonsense'], /--provider must be one of oidc, keycloak-oidc, .*got "nonsense"/],
    ['a provider that is not built', ['--provider=github'], /--provider "github" is not supported yet; hint: use oidc .* or keycloak-oidc/],
    ['no discovery and no endpoints', ['--skip-oidc-discovery'], /--login-url is required because of --skip-oidc-discovery/],
    ['no discovery and no keys', ['--skip-oidc-discovery', '--login-url=https://a', '--redeem-url=https://a'], /--oidc-jwks-url or --oidc-public-key-file is required/],
    ['keys in two places', ['--oidc-jwks-url=https://a', '--oidc-public-key-file=key.pem'], /--oidc-jwks-url and --oidc-public-key-file exclude each other/],
    ['a key file that is none', ['--oidc-public-key-file=text'], /--oidc-public-key-file names "text", which does not hold a public key/],
    ['a missing CA file', ['--provider-ca-file=none'], /--provider-ca-file names "none", but there is no such file/],
    ['a CA file that is none', ['--provider-ca-file=key.pem'], /--provider-ca-file names "key\.pem", which does not hold certificates/],
    ['an unknown algorithm', ['--oidc-enabled-signing-alg=none'], /--oidc-enabled-signing-alg does not know "none"/],
    ['an unknown PKCE method', ['--code-challenge-method=s256'], /--code-challenge-method must be one of S256, plain/],
    ['an unknown PKCE method by its old name', ['--force-code-challenge-method=x'], /--force-code-challenge-method must be one of/],
    ['a response mode that hides the code from servers', ['--auth-request-response-mode=fragment'], /--auth-request-response-mode must be query or form_post/],
    ['a redirect URL that is none', ['--redirect-url=http://[bad'], /--redirect-url is no usable URL/],
    ['a redirect URL of another kind', ['--redirect-url=javascript:alert(1)'], /--redirect-url is no usable URL/],
    ['a redirect URL with a fragment', ['--redirect-url=https://a/#b'], /--redirect-url must have no #fragment/],
    ['roles without Keycloak', ['--allowed-role=admin'], /--allowed-role has no effect with --provider=oidc/],
    ['L6: a cookie name with a semicolon', ['--cookie-name=a;b'], /--cookie-name is not a valid cookie name/],
    ['L6: a cookie name with a blank', ['--cookie-name=a b'], /--cookie-name is not a valid cookie name/],
    ['L6: no cookie name', ['--cookie-name='], /--cookie-name is not a valid cookie name/],
    ['L6: a long cookie name', [`--cookie-name=${'n'.repeat(257)}`], /--cookie-name must be no longer than 256 characters/],
    ['L6: a cookie path with a semicolon', ['--cookie-path=/a;b'], /--cookie-path must begin with \//],
    ['L6: a cookie path that is none', ['--cookie-path=app'], /--cookie-path must begin with \//],
    ['L6: a cookie domain with a semicolon', ['--cookie-domain=a;b'], /--cookie-domain must be a domain/],
    ['C-3: a __Host- cookie with a domain', ['--cookie-name=__Host-s', '--cookie-domain=a.example'], /--cookie-name begins with __Host-, which excludes --cookie-domain/],
    ['C-3: a __Host- cookie with a path', ['--cookie-name=__Host-s', '--cookie-path=/app'], /which excludes a --cookie-path other than \//],
    ['C-3: a __Host- cookie over http', ['--cookie-name=__Host-s', '--cookie-secure=false'], /which excludes --cookie-secure=false/],
    ['C-3: in small letters too', ['--cookie-name=__host-s', '--cookie-secure=false'], /begins with __host-, which excludes --cookie-secure=false/],
    ['C-3: a __Secure- cookie over http', ['--cookie-name=__Secure-s', '--cookie-secure=false'], /which excludes --cookie-secure=false/],
    ['a refresh after the end', ['--cookie-refresh=2h', '--cookie-expire=1h'], /--cookie-refresh must be less than --cookie-expire \(got 2h and 1h\)/],
    ['a refresh at the end', ['--cookie-refresh=1h', '--cookie-expire=1h'], /--cookie-refresh must be less than --cookie-expire/],
    ['a refresh without tokens', ['--cookie-refresh=1h', '--session-cookie-minimal'], /--cookie-refresh needs tokens/],
    ['an access token without tokens', ['--pass-access-token', '--session-cookie-minimal'], /--pass-access-token needs tokens/],
    ['an ID token without tokens', ['--set-authorization-header', '--session-cookie-minimal'], /--set-authorization-header needs tokens/],
    ['SameSite of the CSRF cookie', ['--cookie-csrf-samesite=Lax'], /--cookie-csrf-samesite must be one of lax, strict, none/],
    ['a missing e-mails file', ['--authenticated-emails-file=none'], /--authenticated-emails-file names "none", but there is no such file/],
    ['H-16: look-ahead', ['--skip-auth-route=^/(?!api)'], /--skip-auth-route .*"\^\/\(\?!api\)"/],
    ['H-16: a back-reference', ['--api-route=(a)\\1'], /--api-route .*does not compile: "\(a\)\\1"/],
    ['a bad expression after a method', ['--skip-auth-route=PUT!=(bad[regex'], /--skip-auth-route .*"\(bad\[regex"/],
    ['a bad expression', ['--skip-auth-regex=(bad'], /--skip-auth-regex .*"\(bad"/],
    ['an address in brackets', ['--trusted-ip=[::1]'], /--trusted-ip must be an address or a network \(got "\[::1\]"\)/],
    ['a network with host bits', ['--trusted-ip=10.0.0.1/24'], /--trusted-ip must be .*got "10\.0\.0\.1\/24"/],
    ['a proxy that is no address', ['--trusted-proxy-ip=nope'], /--trusted-proxy-ip must be .*got "nope"/],
    ['A18, H-13, D16: a proxy among the trusted', ['--trusted-ip=10.0.0.5', '--trusted-proxy-ip=10.0.0.0/24'], /--trusted-ip 10\.0\.0\.5 and --trusted-proxy-ip 10\.0\.0\.0\/24 have addresses in common/],
    ['A18, H-13: the trusted around a proxy', ['--trusted-ip=10.0.0.0/8', '--trusted-proxy-ip=10.1.2.3'], /have addresses in common/],
    ['A18, H-13: in IPv6', ['--trusted-ip=2001:db8::/32', '--trusted-proxy-ip=2001:db8::1'], /have addresses in common/],
    ['an unknown address header', ['--reverse-proxy', '--real-client-ip-header=Forwarded'], /--real-client-ip-header must be one of .*got "Forwarded"/],
    ['a request ID header that is none', ['--request-id-header=a b'], /--request-id-header must be the name of a header/],
    ['a prefix with a query', ['--proxy-prefix=/a?b'], /--proxy-prefix must be a plain path/],
    ['a prefix with dots', ['--proxy-prefix=/a/../b'], /--proxy-prefix must be a plain path/],
    ['Basic without a password', ['--set-basic-auth'], /--set-basic-auth needs --basic-auth-password/],
    ['two Authorization headers for nginx', ['--set-basic-auth', '--basic-auth-password=x', '--set-authorization-header'], /--set-authorization-header and --set-basic-auth would both write the Authorization header/],
    ['two Authorization headers for the upstream', ['--pass-authorization-header', '--basic-auth-password=x'], /--pass-authorization-header and --basic-auth-password would both/],
    ['an upstream without a scheme', ['--upstream=localhost:8080'], /--upstream "localhost:8080" must begin with http.*did you mean http:\/\/localhost:8080\?/],
    ['an upstream with another scheme', ['--upstream=ftp://a'], /--upstream "ftp:\/\/a" must begin with/],
    ['an upstream that is no URL', ['--upstream=http://[a'], /--upstream "http:\/\/\[a" is no usable URL/],
    ['two upstreams for one path', ['--upstream=http://a/x', '--upstream=http://b/x'], /"http:\/\/b\/x" and "http:\/\/a\/x" both have the path "\/x"/],
    ['two static upstreams', ['--upstream=static://200', '--upstream=static://202'], /both have the path "\/"/],
    ['a port that is none', ['--http-address=127.0.0.1:notaport'], /--http-address cannot be listened at .*notaport/],
    ['an unknown network', ['--http-address=invalid://127.0.0.1:1'], /--http-address .*unknown network "invalid"/],
    ['371: a socket of systemd by its name', ['--http-address=fd:hello'], /--http-address cannot be listened at .*goes by its number/],
    ['a metrics port that is none', ['--metrics-address=127.0.0.1:notaport'], /--metrics-address cannot be listened at .*notaport/],
    ['no listener', ['--http-address=-'], /--http-address turns the only listener off/],
    ['a logo that is no picture', ['--custom-sign-in-logo=logo.gif'], /--custom-sign-in-logo must be a \.svg/],
    ['a logo over http', ['--custom-sign-in-logo=http://a/logo.png'], /--custom-sign-in-logo names .*no such file/],
    ['a signature key without a hash', ['--signature-key=nocolon'], /--signature-key must have exactly one colon/],
    ['a signature key with an unknown hash', ['--signature-key=rot13:x'], /--signature-key must begin with a known algorithm/],
    ['a negative shutdown time', ['--shutdown-timeout=-1s'], /--shutdown-timeout must not be negative/],
  ])('%s', (_, argv, line) => {
    const { message, exitCode } = refusal(() => load({ argv, files: { 'key.pem': pem, text: 'text' } }));
    expect(message).toMatch(line);
    expect(exitCode).toBe(1);
  });

  // prettier-ignore
  test.each<[string, string, RegExp]>([
    ['no provider', 'provider', /--provider is required: its default "google" is not supported yet; hint: use oidc .* or keycloak-oidc/],
    ['no e-mail rule', 'email-domain', /--email-domain is required, or --authenticated-emails-file/],
    ['no cookie secret', 'cookie-secret', /--cookie-secret is required.*openssl rand -base64 32/],
  ])('%s', (_, flag, line) => {
    expect(refusal(() => loadOnly({ argv: without(flag) })).message).toMatch(line);
  });

  test('an option that cannot be read gives no second problem', () => {
    const { problems } = refusal(() => load({ argv: ['--cookie-expire=soon', '--cookie-refresh=1h'] }));
    expect(problems.map(({ option }) => option)).toEqual(['--cookie-expire']);
  });
});

describe('C-9: cookie secrets', () => {
  test.each(Array.from({ length: 64 }, (_, index) => index + 1))('%d bytes', (length) => {
    const argv = [...without('cookie-secret'), `--cookie-secret=${'x'.repeat(length)}`];
    if (length >= 16) expect(loadOnly({ argv }).config.cookie.cookieSecret[0]).toHaveLength(length);
    else
      expect(refusal(() => loadOnly({ argv })).message).toMatch(
        /--cookie-secret must hold at least 16 bytes, but has \d+; hint: make one with: openssl rand -base64 32/,
      );
  });

  test('blanks are none', () => {
    const argv = [...without('cookie-secret'), `--cookie-secret=${' '.repeat(16)}`];
    expect(refusal(() => loadOnly({ argv })).message).toMatch(/--cookie-secret is blank; hint: make one with/);
  });

  test('bytes count, not characters', () => {
    expect(load({ argv: [`--cookie-secret=${'é'.repeat(8)}`] }).kind).toBe('run');
  });

  test('a short one in a file is named by its file', () => {
    const place = { argv: [...without('cookie-secret'), '--cookie-secret-file=f'], files: { f: 'short' } };
    expect(refusal(() => loadOnly(place)).message).toMatch(
      /--cookie-secret-file must hold at least 16 bytes, but has 5/,
    );
  });
});

test('a file that may not be read says so', () => {
  const readFile = (): never => {
    throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
  };
  const argv = [...good, '--authenticated-emails-file=f'];
  expect(refusal(() => loadConfig({ argv, env: {}, readFile })).message).toMatch(
    /names "f", but this process may not read it/,
  );
});
