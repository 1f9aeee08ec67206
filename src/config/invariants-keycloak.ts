// Does the old provider of Keycloak (--provider=keycloak) have what it needs, and do Keycloak's options have an effect?
import { httpUrl, type Check, type Checkup } from './checkup.ts';
import type { Flag } from './options.ts';

export const checkKeycloak: Check = (checkup) => {
  if (checkup.config.provider.provider === 'keycloak') checkLegacy(checkup);
  else warnOfLegacyGroup(checkup);
};

function checkLegacy(checkup: Checkup): void {
  const { config, problem, warn, nameOf } = checkup;
  const { loginUrl, redeemUrl, validateUrl, keycloakGroups } = config.provider;
  const needed: readonly (readonly [Flag, string, string])[] = [
    ['login-url', loginUrl, 'auth'],
    ['redeem-url', redeemUrl, 'token'],
    ['validate-url', validateUrl, 'userinfo'],
  ];
  for (const [flag, value, endpoint] of needed) {
    const what = `is required for ${nameOf('provider')}=keycloak`;
    const remedy = `https://HOST/realms/REALM/protocol/openid-connect/${endpoint}; there is no default that could work`;
    if (value === '') problem(flag, what, remedy);
  }
  const realm = realmIn(loginUrl) ?? 'https://HOST/realms/REALM';
  warn(
    `${nameOf('provider')}=keycloak is deprecated: it sees no ID token, so no signature, no nonce and no email_verified is checked, and the end of a session is not told by the provider. Move to keycloak-oidc: --provider=keycloak-oidc --oidc-issuer-url=${realm}, the scope openid, and --allowed-group in place of --keycloak-group`,
  );
  if (keycloakGroups.length > 0 && config.policy.allowedGroups.length > 0) {
    warn(`${nameOf('allowed-group')} has no effect beside ${nameOf('keycloak-group')}, which counts alone`);
  }
  if (config.cookie.cookieRefresh === 'auto') {
    warn(`${nameOf('cookie-refresh')}=auto: without effect with ${nameOf('provider')}=keycloak; give a length of time`);
  }
  warnOfUnused(checkup);
}

const onlyWithIdTokens: readonly Flag[] = [
  'oidc-email-claim',
  'oidc-groups-claim',
  'oidc-audience-claim',
  'oidc-extra-audience',
  'user-id-claim',
  'skip-oidc-discovery',
  'skip-claims-from-profile-url',
];

/** All that these could say is in tokens and documents that this provider never asks for (reference). */
function warnOfUnused({ isGiven, warn, nameOf }: Checkup): void {
  const unused = onlyWithIdTokens.filter(isGiven).map((flag) => nameOf(flag));
  if (unused.length > 0) warn(`${unused.join(', ')}: without effect with ${nameOf('provider')}=keycloak`);
}

/** reference: it is read and forgotten, so it keeps nobody out. */
function warnOfLegacyGroup({ config: { provider, policy }, warn, nameOf }: Checkup): void {
  if (provider.keycloakGroups.length === 0) return;
  const rest = policy.allowedGroups.length > 0 ? '' : '; nobody is kept out by it';
  warn(
    `${nameOf('keycloak-group')} has no effect with ${nameOf('provider')}=${provider.provider}${rest}: use --allowed-group`,
  );
}

/** `https://HOST/realms/REALM` of an address that Keycloak gives to a realm. */
function realmIn(loginUrl: string): string | undefined {
  const url = httpUrl(loginUrl);
  const [path] = /^.*\/realms\/[^/]+(?=\/protocol\/openid-connect\/)/.exec(url?.pathname ?? '') ?? [];
  return path === undefined ? undefined : `${url?.origin}${path}`;
}
