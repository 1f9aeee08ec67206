// By which URL does a browser tell the provider that its user signs out? OpenID Connect RP-Initiated Logout 1.0 §2.
import { allowInsecureRequests, buildEndSessionUrl, Configuration } from 'openid-client';

/** What the browser brings to the provider. */
export interface EndSessionWish {
  /** With the parameters that somebody has given already. */
  readonly endpoint: URL;
  readonly idToken: string | undefined;
  /** Only one that the operator configured: at an unregistered one Keycloak answers 400 and keeps the session. */
  readonly postLogoutRedirectUri: string | undefined;
  readonly state: string | undefined;
  readonly uiLocales: string | undefined;
}

/** Adds what is missing and never changes what is given. */
export function endSessionUrl(issuer: string, clientId: string, wish: EndSessionWish): URL {
  const endpoint = withIdToken(wish.endpoint, wish.idToken);
  const given = endpoint.searchParams;
  const wanted: Readonly<Record<string, string | undefined>> = {
    id_token_hint: wish.idToken,
    client_id: clientId,
    post_logout_redirect_uri: wish.postLogoutRedirectUri,
    state: wish.state,
    ui_locales: wish.uiLocales,
  };
  const missing = Object.entries(wanted).flatMap(([name, value]) =>
    value === undefined || given.get(name) ? [] : [[name, value] as const],
  );
  for (const [name] of missing) given.delete(name); // an empty one says nothing, and would hide ours
  // openid-client adds a client_id of its own if it sees none, and a second one is an error to some providers.
  const client = given.get('client_id');
  if (client !== null) given.delete('client_id');
  const configuration = new Configuration({ issuer, end_session_endpoint: endpoint.href }, clientId);
  allowInsecureRequests(configuration); // an http issuer is the operator's choice, and warned about at the start
  return buildEndSessionUrl(configuration, {
    ...Object.fromEntries(missing),
    ...(client !== null && { client_id: client }),
  });
}

const placeholder = '{id_token}';

/**
 * Fills `{id_token}` where it is the whole value of a parameter. Elsewhere, e.g. in an address that the browser goes on to, the
 * token would leave the provider (security N2); and without a token the words themselves are an error to Keycloak.
 */
export function withIdToken(url: URL, idToken: string | undefined): URL {
  const filled = new URL(url);
  filled.hash = ''; // browsers take it along to wherever the provider sends them
  const { searchParams } = filled;
  for (const [name, value] of [...searchParams]) {
    if (value === placeholder && idToken !== undefined) searchParams.set(name, idToken);
    else if (value.includes(placeholder)) searchParams.delete(name);
  }
  return filled;
}
