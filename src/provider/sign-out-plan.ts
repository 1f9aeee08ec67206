// How is the provider told that a user signs out? Pure: options, what discovery says and what was wished for decide.

export type OidcLogout = 'auto' | 'redirect' | 'backend' | 'off';

export interface SignOutFacts {
  readonly mode: OidcLogout;
  /** False until the provider has been asked with success: then nobody knows what it offers. */
  readonly isDiscovered: boolean;
  /** --oidc-end-session-url, else discovered. */
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
  | {
      readonly kind: 'backend';
      readonly endpoint: URL;
      /** --backend-logout-url as the operator wrote it, when that is the endpoint. */
      readonly written: string | undefined;
    }
  /** Server to server, at an address that only the operator knows (reference). */
  | {
      readonly kind: 'call';
      readonly url: string;
      /** Its failure changes nothing (reference). */
      readonly isOptional: boolean;
    }
  /** The provider is to be told, but has not been reached since the start. */
  | { readonly kind: 'unreachable' };

export function planSignOut(facts: SignOutFacts): SignOutPlan {
  const { mode, endSessionEndpoint, wishAtProvider, backendLogoutUrl } = facts;
  const endpoint = endSessionEndpoint === undefined ? undefined : new URL(endSessionEndpoint);
  switch (mode) {
    case 'off':
      return backendLogoutUrl === '' ? local : { kind: 'call', url: backendLogoutUrl, isOptional: true };
    case 'redirect':
      if (wishAtProvider !== undefined) return { kind: 'redirect', endpoint: wishAtProvider };
      return endpoint === undefined ? withoutEndpoint(facts) : { kind: 'redirect', endpoint };
    case 'backend':
      return ofBackend(facts, endpoint);
    case 'auto':
      return automatic(facts, endpoint);
  }
}

const local: SignOutPlan = { kind: 'local' };

/** A provider that offers none is no failure (security R6); one that could not say so yet is. */
function withoutEndpoint({ isDiscovered }: SignOutFacts): SignOutPlan {
  return isDiscovered ? local : { kind: 'unreachable' };
}

function automatic(facts: SignOutFacts, endpoint: URL | undefined): SignOutPlan {
  if (facts.backendLogoutUrl !== '') return ofBackend(facts, endpoint);
  if (facts.wishAtProvider !== undefined) return { kind: 'redirect', endpoint: facts.wishAtProvider };
  if (endpoint === undefined) return withoutEndpoint(facts);
  // At Keycloak a post-logout URI must be registered; without one the user would end on its page.
  if (facts.isKeycloak && !facts.mayReturn) return { kind: 'backend', endpoint, written: undefined };
  return { kind: 'redirect', endpoint };
}

/** --backend-logout-url at the end-session endpoint, as in many set-ups, is called with all that we know about it. */
function ofBackend(facts: SignOutFacts, endpoint: URL | undefined): SignOutPlan {
  const { backendLogoutUrl: written } = facts;
  if (written === '') {
    return endpoint === undefined ? withoutEndpoint(facts) : { kind: 'backend', endpoint, written: undefined };
  }
  const given = URL.parse(written);
  if (given !== null && (isSamePlace(given, endpoint) || isKeycloakLogout(given)))
    return { kind: 'backend', endpoint: given, written };
  return { kind: 'call', url: written, isOptional: false };
}

export function isSamePlace(url: URL, endpoint: URL | undefined): boolean {
  return endpoint !== undefined && url.origin === endpoint.origin && url.pathname === endpoint.pathname;
}

/** keycloak.md: `…/realms/REALM/protocol/openid-connect/logout`, with or without a path in front. */
export function isKeycloakLogout({ pathname }: URL): boolean {
  return /\/realms\/[^/]+\/protocol\/openid-connect\/logout$/.test(pathname);
}
