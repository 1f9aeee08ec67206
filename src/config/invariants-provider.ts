// Is enough known about the provider to sign users in with it, and nothing contradictory?
import { createPublicKey, X509Certificate } from 'node:crypto';
import { httpUrl, isLoopback, whyUnreadable, withoutPassword } from './checkup.ts';
import type { Checkup } from './checkup.ts';
import type { Flag } from './options.ts';

/** RFC 7518 §3.1 and RFC 8037 §3.1, as far as the reference knows them. */
// prettier-ignore
const algorithms = ['EdDSA', 'HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'];

/** Those that speak OpenID Connect. */
const speaksOidc: readonly string[] = ['oidc', 'keycloak-oidc'];
const usable: readonly string[] = [...speaksOidc, 'keycloak'];

export function checkProvider(checkup: Checkup): void {
  const { config, problem, isGiven } = checkup;
  const { provider, clientId, clientSecret, clientSecretFile } = config.provider;
  if (!usable.includes(provider)) {
    const what = isGiven('provider')
      ? `"${provider}" is not supported yet`
      : `is required: its default "${provider}" is not supported yet`;
    problem(
      'provider',
      what,
      'use oidc (any OpenID Connect provider) or keycloak-oidc; others come in a later version',
    );
  }
  if (clientId === '') problem('client-id', 'is required', 'it is what the provider calls this application');
  if (clientSecret === '') {
    const what = clientSecretFile === '' ? 'is required, or --client-secret-file' : 'is empty';
    problem('client-secret', what, 'the provider shows it beside the client ID');
  }
  if (speaksOidc.includes(provider) || !isGiven('provider')) checkDiscovery(checkup);
  checkUrls(checkup);
  checkKeys(checkup);
  checkRedirectUrl(checkup);
  checkCallbackMode(checkup);
  checkResource(checkup);
  checkSignOut(checkup);
}

function checkSignOut({ config, problem }: Checkup): void {
  const { oidcEndSessionUrl, postLogoutRedirectUrl, oidcLogout } = config.signOut;
  if (oidcEndSessionUrl !== '' && !httpUrl(oidcEndSessionUrl)) {
    problem('oidc-end-session-url', `"${withoutPassword(oidcEndSessionUrl)}" is no http or https URL`);
  }
  if (postLogoutRedirectUrl !== '' && !/^\/(?!\/)/.test(postLogoutRedirectUrl) && !httpUrl(postLogoutRedirectUrl)) {
    const remedy = 'give an absolute URL, or a path such as /oauth2/signed_out';
    problem('post-logout-redirect-url', `"${withoutPassword(postLogoutRedirectUrl)}" is neither`, remedy);
  }
  const { provider, skipOidcDiscovery, backendLogoutUrl } = config.provider;
  const isDiscovered = !skipOidcDiscovery && provider !== 'keycloak';
  const isUnknown = !isDiscovered && oidcEndSessionUrl === '' && backendLogoutUrl === '';
  if (isUnknown && (oidcLogout === 'redirect' || oidcLogout === 'backend')) {
    problem('oidc-logout', `"${oidcLogout}" needs to know where`, 'set --oidc-end-session-url');
  }
}

function checkDiscovery({ config, problem, warn, nameOf }: Checkup): void {
  const { oidcIssuerUrl, skipOidcDiscovery, loginUrl, redeemUrl, oidcJwksUrl, oidcPublicKeyFiles } = config.provider;
  if (oidcIssuerUrl === '') problem('oidc-issuer-url', 'is required', 'for Keycloak: https://HOST/realms/REALM');
  if (oidcJwksUrl !== '' && oidcPublicKeyFiles.length > 0) {
    problem('oidc-jwks-url', `and ${nameOf('oidc-public-key-file')} exclude each other`, 'leave one of them out');
  }
  if (!skipOidcDiscovery) {
    if (oidcPublicKeyFiles.length > 0) warn(`${nameOf('oidc-public-key-file')} counts only with --skip-oidc-discovery`);
    return;
  }
  const because = `because of ${nameOf('skip-oidc-discovery')}`;
  if (loginUrl === '') problem('login-url', `is required ${because}`);
  if (redeemUrl === '') problem('redeem-url', `is required ${because}`);
  if (oidcJwksUrl === '' && oidcPublicKeyFiles.length === 0) {
    problem('oidc-jwks-url', `or --oidc-public-key-file is required ${because}`);
  }
}

function checkUrls({ config, problem, warn, nameOf }: Checkup): void {
  const { provider } = config;
  const urls: readonly (readonly [Flag, string])[] = [
    ['oidc-issuer-url', provider.oidcIssuerUrl],
    ['login-url', provider.loginUrl],
    ['redeem-url', provider.redeemUrl],
    ['profile-url', provider.profileUrl],
    ['validate-url', provider.validateUrl],
    ['oidc-jwks-url', provider.oidcJwksUrl],
    ['backend-logout-url', provider.backendLogoutUrl.replaceAll('{id_token}', 'x')],
  ];
  for (const [flag, text] of urls) {
    const url = httpUrl(text);
    if (text !== '' && !url) problem(flag, `must be a URL with http:// or https:// (got "${withoutPassword(text)}")`);
    // RFC 9700 §2.6: tokens and secrets travel there
    if (url?.protocol === 'http:' && !isLoopback(url))
      warn(`${nameOf(flag)} is plain http: tokens can be read on the way`);
  }
}

function checkKeys({ config, problem, readFile }: Checkup): void {
  const { oidcEnabledSigningAlgs, oidcPublicKeyFiles, providerCaFiles } = config.provider;
  for (const name of oidcEnabledSigningAlgs) {
    if (!algorithms.includes(name))
      problem('oidc-enabled-signing-alg', `does not know "${name}"`, `use ${algorithms.join(', ')}`);
  }
  const pemFiles = [
    ...oidcPublicKeyFiles.map(
      (path) => ['oidc-public-key-file', path, 'a public key in PEM form', createPublicKey] as const,
    ),
    ...providerCaFiles.map((path) => ['provider-ca-file', path, 'certificates in PEM form', certificateOf] as const),
  ];
  for (const [flag, path, expected, read] of pemFiles) {
    let content: Buffer;
    try {
      content = Buffer.from(readFile(path));
    } catch (error) {
      problem(flag, `names "${path}", but ${whyUnreadable(error)}`);
      continue;
    }
    try {
      read(content);
    } catch {
      problem(flag, `names "${path}", which does not hold ${expected}`);
    }
  }
}

function certificateOf(pem: Buffer): X509Certificate {
  return new X509Certificate(pem);
}

function checkRedirectUrl({ config, problem, warn, nameOf }: Checkup): void {
  const { redirectUrl, relativeRedirectUrl } = config.provider;
  const url = URL.parse(redirectUrl, 'relative://redirect');
  if (!url || !/^(?:https?|relative):$/.test(url.protocol)) {
    problem(
      'redirect-url',
      `is no usable URL (got "${withoutPassword(redirectUrl)}")`,
      'write https://app.example/oauth2/callback',
    );
  } else if (url.hash !== '') {
    problem('redirect-url', 'must have no #fragment (RFC 6749 section 3.1.2)');
  } else if (url.protocol === 'relative:') {
    // F-9: what the client says of host and scheme ends up in the callback URL
    const text = `${nameOf('redirect-url')} has no host: the callback URL is made from the Host or X-Forwarded-Host of each request; give an absolute one`;
    if (!relativeRedirectUrl) warn(text);
  } else if (url.protocol === 'http:' && !isLoopback(url)) {
    // BCP-12, RFC 9700 §4.1.3
    warn(`${nameOf('redirect-url')} is plain http: authorization codes can be read on the way; use https`);
    if (config.cookie.cookieSecure)
      warn(
        `${nameOf('cookie-secure')} is on, but ${nameOf('redirect-url')} is plain http: browsers will not send the cookies back`,
      );
  }
}

function checkResource({ config, warn, nameOf }: Checkup): void {
  const { resource, provider } = config.provider;
  if (resource !== '' && speaksOidc.includes(provider))
    warn(`${nameOf('resource')} has no effect with --provider=${provider}`);
}

function checkCallbackMode({ config, problem, warn, nameOf }: Checkup): void {
  const { authRequestResponseMode, codeChallengeMethod, forceCodeChallengeMethod } = config.provider;
  if (!['', 'query', 'form_post'].includes(authRequestResponseMode)) {
    problem(
      'auth-request-response-mode',
      `must be query or form_post (got "${authRequestResponseMode}")`,
      'the service never sees a #fragment',
    );
  }
  const flag = codeChallengeMethod === '' ? 'force-code-challenge-method' : 'code-challenge-method';
  if ((codeChallengeMethod || forceCodeChallengeMethod) === 'plain') {
    warn(`${nameOf(flag)}=plain protects codes less than S256 does (RFC 7636 section 4.2)`); // RFC 7636 §4.2
  }
}
