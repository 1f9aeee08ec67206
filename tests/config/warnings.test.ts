// Which configurations start with a warning, and which are put right?
import { describe, expect, test } from '@jest/globals';
import { load, pem } from './given.ts';
import type { Place } from './given.ts';

/** A sentence, flags beside the good ones, and a line that must be among the warnings. */
type Warned = readonly [string, readonly string[], RegExp];

describe('warned of', () => {
  // prettier-ignore
  test.each<Warned>([
    ['U-1: forwarded headers of every neighbour', ['--reverse-proxy'], /--reverse-proxy without --trusted-proxy-ip believes/],
    ['U-1: forwarded headers of everybody', ['--reverse-proxy', '--trusted-proxy-ip=0.0.0.0/0'], /--trusted-proxy-ip 0\.0\.0\.0\/0: everybody's X-Forwarded-\* headers are believed/],
    ['proxies that are not believed', ['--trusted-proxy-ip=10.0.0.1'], /--trusted-proxy-ip counts only with --reverse-proxy/],
    ['A18: trusted clients among the default proxies', ['--reverse-proxy', '--trusted-ip=10.0.0.0/8'], /--trusted-ip 10\.0\.0\.0\/8 lies among the addresses that --reverse-proxy takes for proxies/],
    ['everybody trusted', ['--trusted-ip=::/0'], /--trusted-ip ::\/0 lets everybody in/],
    ['F-9: no redirect URL', ['--redirect-url='], /--redirect-url has no host/],
    ['F-9: a redirect URL without a host', ['--redirect-url=/oauth2/callback'], /--redirect-url has no host/],
    ['BCP-12: a redirect URL over http', ['--redirect-url=http://app.example'], /--redirect-url is plain http: authorization codes/],
    ['secure cookies for a site over http', ['--redirect-url=http://app.example'], /--cookie-secure is on, but --redirect-url is plain http/],
    ['an issuer over http', ['--oidc-issuer-url=http://id.example'], /--oidc-issuer-url is plain http: tokens/],
    ['H-15: a method that nginx does not tell', ['--skip-auth-route=POST=^/x'], /--skip-auth-route "POST=\^\/x" looks at the method/],
    ['an expression that is taken for a method', ['--skip-auth-route=^/a?b=1'], /--skip-auth-route "\^\/a\?b=1": what is before the = is taken for a method/],
    ['plain PKCE', ['--code-challenge-method=plain'], /--code-challenge-method=plain protects codes less/],
    ['no check of certificates', ['--ssl-insecure-skip-verify'], /--ssl-insecure-skip-verify is insecure/],
    ['no check of the upstream', ['--ssl-upstream-insecure-skip-verify'], /--ssl-upstream-insecure-skip-verify is insecure/],
    ['no check of the issuer', ['--insecure-oidc-skip-issuer-verification'], /--insecure-oidc-skip-issuer-verification: tokens/],
    ['unverified addresses', ['--insecure-oidc-allow-unverified-email'], /--insecure-oidc-allow-unverified-email: users/],
    ['no nonce, on purpose', ['--insecure-oidc-skip-nonce'], /--insecure-oidc-skip-nonce: a stolen/],
    ['SameSite=None over http', ['--cookie-samesite=none', '--cookie-secure=false'], /browsers refuse SameSite=None/],
    ['a strict CSRF cookie', ['--cookie-samesite=strict'], /--cookie-samesite=strict keeps the CSRF cookie from the callback/],
    ['cookies that scripts read', ['--cookie-httponly=false'], /--cookie-httponly=false lets every script/],
    ['L6: a cookie domain that browsers refuse', ['--cookie-domain=*.example.com'], /--cookie-domain "\*\.example\.com" is left out/],
    ['a cookie domain beside the site', ['--cookie-domain=other.example'], /the host app\.example of --redirect-url lies in no --cookie-domain \(other\.example\)/],
    ['a resource that nobody asks for', ['--resource=urn:x'], /--resource has no effect with --provider=oidc/],
    ['a whitelisted URL', ['--whitelist-domain=https://a.example'], /--whitelist-domain "https:\/\/a\.example" never matches/],
    ['a static upstream without a status', ['--upstream=static://abc'], /--upstream "static:\/\/abc" has no status/],
    ['a ping path without a slash', ['--ping-path=ping'], /--ping-path "ping" never matches/],
    ['keys without effect', ['--oidc-public-key-file=key.pem'], /--oidc-public-key-file counts only with --skip-oidc-discovery/],
    ['an old name', ['--skip-auth-regex=^/a'], /--skip-auth-regex is deprecated; use --skip-auth-route/],
    ['an old PKCE name', ['--force-code-challenge-method=S256'], /--force-code-challenge-method is deprecated; use --code-challenge-method/],
  ])('%s', (_, argv, line) => {
    expect(load({ argv, files: { 'key.pem': pem } }).warnings.filter((text) => line.test(text))).toHaveLength(1);
  });

  // prettier-ignore
  test.each<[string, readonly string[]]>([
    ['the good configuration', []],
    ['A18: a proxy apart from the trusted', ['--reverse-proxy', '--trusted-ip=10.0.0.0/8', '--trusted-proxy-ip=192.0.2.1']],
    ['H-15: a method that a trusted proxy tells', ['--reverse-proxy', '--trusted-proxy-ip=192.0.2.1', '--skip-auth-route=POST=^/x']],
    ['a callback on this machine', ['--redirect-url=http://127.0.0.1:4180/oauth2/callback']],
    ['a redirect URL meant to be relative', ['--redirect-url=/x', '--relative-redirect-url']],
    ['C-3: a __Host- cookie as it must be', ['--cookie-name=__Host-session']],
    ['a __Secure- cookie with a domain', ['--cookie-name=__Secure-s', '--cookie-domain=app.example']],
    ['cookies without an end', ['--cookie-expire=0', '--cookie-refresh=1h']],
    ['a header in other capitals', ['--reverse-proxy', '--trusted-proxy-ip=192.0.2.1', '--real-client-ip-header=x-forwarded-for']],
    ['an unused header of another name', ['--real-client-ip-header=Whatever']],
    ['several upstreams', ['--upstream=http://a/', '--upstream=https://b/x/', '--upstream=http://c/x']],
    ['a unix socket', ['--http-address=unix:///run/a.sock,mode=0660']],
    ['a logout URL with its placeholder', ['--backend-logout-url=https://id.example/out?id_token_hint={id_token}']],
    ['Keycloak with roles', ['--provider=keycloak-oidc', '--allowed-role=admin']],
  ])('silent: %s', (_, argv) => {
    expect(load({ argv }).warnings).toEqual([]);
  });
});

test.each<[string, string, string]>([
  ['a plain prefix', '/oauth2', '/oauth2'],
  ['a last slash too many', '/sso/', '/sso'],
  ['a missing first slash', 'sso', '/sso'],
  ['several parts', '/sso/app', '/sso/app'],
  ['the root', '/', ''],
])('prefix: %s', (_, written, expected) => {
  expect(load({ argv: [`--proxy-prefix=${written}`] }).config.request.proxyPrefix).toBe(expected);
});

test('a cookie domain that browsers refuse is left out, as the reference leaves it out', () => {
  const place: Place = { toml: 'cookie_domains = ["example.com,sub.example.com", ".example.com", "a.example:80"]' };
  expect(load(place).config.cookie.cookieDomains).toEqual(['.example.com']);
});
