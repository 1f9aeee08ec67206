// How is the provider told that a user signs out? Pure: options, what discovery says and what the session holds decide.

export type OidcLogout = 'auto' | 'redirect' | 'backend' | 'off';

export interface SignOutFacts {
  readonly mode: OidcLogout;
  /** Discovered, or --oidc-end-session-url. */
  readonly endSessionEndpoint: string | undefined;
  /** --backend-logout-url; empty: none. */
  readonly backendLogoutUrl: string;
  /** --post-logout-redirect-url is set: the provider may send the browser back. */
  readonly mayReturn: boolean;
  /** --provider=keycloak-oidc, or an end-session endpoint that is Keycloak's. */
  readonly isKeycloak: boolean;
  /** The wanted target, when it is the end-session endpoint itself: a documented practice. */
  readonly wishAtProvider: URL | undefined;
}

export type SignOutPlan =
  /** The provider is not told. */
  | { readonly kind: 'local' }
  /** RP-initiated: the browser goes to the endpoint (OpenID Connect RP-Initiated Logout 1.0 §2). */
  | { readonly kind: 'redirect'; readonly endpoint: URL }
  /** Server to server, at the end-session endpoint. */
  | { readonly kind: 'backend'; readonly endpoint: URL }
  /** Server to server, at an address that only the operator knows (reference). */
  | { readonly kind: 'call'; readonly url: string };

export function planSignOut(facts: SignOutFacts): SignOutPlan {
  const { mode, endSessionEndpoint, wishAtProvider } = facts;
  const endpoint = endSessionEndpoint === undefined ? undefined : new URL(endSessionEndpoint);
  switch (mode) {
    case 'off':
      return facts.backendLogoutUrl === '' ? local : { kind: 'call', url: facts.backendLogoutUrl };
    case 'redirect':
      if (wishAtProvider !== undefined) return { kind: 'redirect', endpoint: wishAtProvider };
      return endpoint === undefined ? local : { kind: 'redirect', endpoint };
    case 'backend':
      return ofBackend(facts, endpoint);
    case 'auto':
      return automatic(facts, endpoint);
  }
}

const local: SignOutPlan = { kind: 'local' };

function automatic(facts: SignOutFacts, endpoint: URL | undefined): SignOutPlan {
  if (facts.backendLogoutUrl !== '') return ofBackend(facts, endpoint);
  if (facts.wishAtProvider !== undefined) return { kind: 'redirect', endpoint: facts.wishAtProvider };
  if (endpoint === undefined) return local;
  // At Keycloak a post-logout URI must be registered; without one the user would end on its page.
  if (facts.isKeycloak && !facts.mayReturn) return { kind: 'backend', endpoint };
  return { kind: 'redirect', endpoint };
}

/** --backend-logout-url at the end-session endpoint, as in many set-ups, is called with all that we know about it. */
function ofBackend({ backendLogoutUrl }: SignOutFacts, endpoint: URL | undefined): SignOutPlan {
  if (backendLogoutUrl === '') return endpoint === undefined ? local : { kind: 'backend', endpoint };
  const given = URL.parse(backendLogoutUrl.replaceAll('{id_token}', ''));
  if (given !== null && (isSamePlace(given, endpoint) || isKeycloakLogout(given)))
    return { kind: 'backend', endpoint: given };
  return { kind: 'call', url: backendLogoutUrl };
}

export function isSamePlace(url: URL, endpoint: URL | undefined): boolean {
  return endpoint !== undefined && url.origin === endpoint.origin && url.pathname === endpoint.pathname;
}

/** keycloak.md: `…/realms/REALM/protocol/openid-connect/logout`, with or without a path in front. */
export function isKeycloakLogout({ pathname }: URL): boolean {
  return /\/realms\/[^/]+\/protocol\/openid-connect\/logout$/.test(pathname);
}
