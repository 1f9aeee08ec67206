// How does Keycloak vouch for users where only OAuth2 is spoken to it (--provider=keycloak)? Without ID token, discovery or keys.
import type { LoginParameter } from '../config/login-parameter.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Session } from '../session/session.ts';
import { authorizationUrl, challengeMethod } from './authorization-url.ts';
import { ProviderFailure } from './failure.ts';
import type { Http } from './http.ts';
import { sameIssuer } from './id-token-claims.ts';
import { redeemLegacy } from './keycloak-legacy-sign-in.ts';
import { loginParameters } from './login-parameters.ts';
import { configuredMetadata, type Metadata } from './metadata.ts';
import { ownOrigins, type OidcProvider } from './oidc.ts';
import type { ProviderOptions, SignOutOptions } from './options.ts';
import type { Renewal } from './provider.ts';
import { unavailableBy } from './refresh.ts';
import { signOutAtProvider, type SignOutAtProvider } from './sign-out.ts';
import { tokenEndpoint } from './token-endpoint.ts';
import { takesToken } from './validate-url.ts';

export interface LegacyParts {
  readonly options: ProviderOptions;
  readonly signOutOptions: SignOutOptions;
  readonly loginParameters: readonly LoginParameter[];
  readonly http: Http;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** reference: keycloak.go */
const defaultScope = 'api';

export function keycloakLegacy(given: LegacyParts): OidcProvider {
  const options = { ...given.options, scope: given.options.scope || defaultScope };
  const metadata = legacyMetadata(options);
  const { http } = given;
  const parts = { ...given, options, metadata, exchange: tokenEndpoint({ options, http }) };
  const asked = { metadata, options, allowedGroups: [], loginParameters: loginParameters(given.loginParameters) };

  return {
    displayName: options.providerDisplayName || 'Keycloak',
    metadata: () => metadata,
    notReadyBecause: () => undefined,
    whenReady: () => Promise.resolve(),
    codeChallengeMethod: () => challengeMethod(options, metadata),
    accountPrompt: () => 'login',
    // No nonce: there is no ID token that could carry it (reference).
    authorizationUrl: (request) => authorizationUrl({ ...asked, request: { ...request, nonce: '' } }),
    issProblem: (iss) => issProblem(iss, options),
    redeem: (redemption) => redeemLegacy(redemption, parts),
    refresh: (session) => lookAgain(session, parts),
    verifyBearer: () => Promise.reject(keyless('rejected', 'bearer_issuer_unknown')),
    issuer: () => metadata.issuer,
    ownOrigins: () => ownOrigins(parts, metadata),
    signOut: byBrowser(signOutAtProvider({ ...parts, flavour: { isKeycloak: true }, metadata: () => metadata })),
    verifyLogoutToken: () => Promise.reject(keyless('misconfigured', 'logout_token_unsupported')),
    start: () => undefined,
    stop: http.close,
  };
}

/** The credentials go in the body (reference: provider_default.go). */
function legacyMetadata(options: ProviderOptions): Metadata {
  return {
    ...configuredMetadata(options),
    issuer: options.oidcIssuerUrl || realmOf(options.loginUrl),
    clientAuthMethods: ['client_secret_post'],
  };
}

/** `https://HOST/realms/REALM` where that can be seen. */
function realmOf(loginUrl: string): string {
  const { origin, pathname } = new URL(loginUrl);
  const [realm = ''] = /^.*\/realms\/[^/]+(?=\/)/.exec(pathname) ?? [];
  return origin + realm;
}

/** RFC 9207 §2.4 where the operator has said who the issuer is; a realm that was guessed proves nothing. */
function issProblem(iss: string | undefined, options: ProviderOptions): string | undefined {
  const { oidcIssuerUrl, insecureOidcSkipIssuerVerification: isAnyFine } = options;
  if (iss === undefined || oidcIssuerUrl === '' || isAnyFine) return undefined;
  return sameIssuer(iss, oidcIssuerUrl) ? undefined : 'iss_mismatch';
}

/**
 * Nothing is refreshed: while --validate-url takes the access token, the session begins to count anew (reference). There a
 * silent provider ends the session, here it does not (security D9).
 */
async function lookAgain(
  session: Session,
  { options, http, clock }: Pick<LegacyParts, 'options' | 'http' | 'clock'>,
): Promise<Renewal> {
  try {
    const isGood = await takesToken(session.accessToken ?? '', options.validateUrl, http);
    if (!isGood) return { kind: 'revoked', because: 'validate_url_rejected' };
    return { kind: 'renewed', session: { ...session, createdAtMs: clock() } };
  } catch (error) {
    if (error instanceof ProviderFailure) return unavailableBy(error);
    throw error;
  }
}

function keyless(kind: 'rejected' | 'misconfigured', reason: string): ProviderFailure {
  return new ProviderFailure(kind, reason, '--provider=keycloak has no keys to verify a token with');
}

/** Without ID token and refresh token only the browser can tell the end-session endpoint whose session it is. */
function byBrowser(signOut: SignOutAtProvider): SignOutAtProvider {
  return {
    ...signOut,
    plan(wish) {
      const plan = signOut.plan(wish);
      return plan.kind === 'backend' ? { kind: 'redirect', endpoint: plan.endpoint } : plan;
    },
  };
}
