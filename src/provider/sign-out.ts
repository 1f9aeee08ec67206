// Tells the provider that a user has signed out, or makes the URL by which the browser does.
import { buildEndSessionUrl, Configuration } from 'openid-client';
import type { Logger } from '../lib/logger.ts';
import type { Session } from '../session/session.ts';
import { clientSecret } from './client-secret.ts';
import { ProviderFailure } from './failure.ts';
import type { Answer, Http } from './http.ts';
import type { Metadata } from './metadata.ts';
import type { ProviderOptions, SignOutOptions } from './options.ts';
import type { Flavour } from './sign-in.ts';
import { isKeycloakLogout, isSamePlace, planSignOut, type SignOutPlan } from './sign-out-plan.ts';

/** What came of telling the provider. Anything but `ended` means: perhaps still signed in there. */
export type Told =
  | { readonly kind: 'ended'; readonly how: string }
  | { readonly kind: 'failed'; readonly because: string }
  /** Nothing names a session at the provider: no ID token, no refresh token. */
  | { readonly kind: 'nothing_to_tell' };

/** What the browser brings to the provider. */
export interface EndSessionWish {
  readonly endpoint: URL;
  readonly idToken: string | undefined;
  /** Only one that the operator configured: at an unregistered one Keycloak answers 400 and keeps the session. */
  readonly postLogoutRedirectUri: string | undefined;
  readonly state: string | undefined;
  readonly uiLocales: string | undefined;
}

export interface SignOutAtProvider {
  /** Is this the end-session endpoint itself? */
  endpointIn(target: string): URL | undefined;
  plan(wishAtProvider: URL | undefined): SignOutPlan;
  /** Adds what is missing and never changes what is given (OpenID Connect RP-Initiated Logout 1.0 §2). */
  urlFor(wish: EndSessionWish): URL;
  /** Server to server at the end-session endpoint. Never throws for a fault of the provider. */
  endSession(endpoint: URL, session: Session | undefined): Promise<Told>;
  /** --backend-logout-url that is no end-session endpoint (reference: backendLogout). Never throws for a fault of the provider. */
  call(url: string, session: Session | undefined): Promise<Told>;
  /** RFC 7009; best effort, the result is logged. */
  revoke(session: Session): Promise<void>;
}

export interface SignOutParts {
  readonly options: ProviderOptions;
  readonly signOutOptions: SignOutOptions;
  readonly flavour: Flavour;
  readonly http: Http;
  readonly logger: Logger;
  metadata(): Metadata | undefined;
}

const formType = { 'content-type': 'application/x-www-form-urlencoded' };

export function signOutAtProvider(parts: SignOutParts): SignOutAtProvider {
  const { options, signOutOptions, flavour, http, metadata } = parts;
  const secret = clientSecret(options);
  const endpoint = () => signOutOptions.oidcEndSessionUrl || metadata()?.endSessionEndpoint;
  const credentials = () => ({ client_id: options.clientId, ...(secret() !== '' && { client_secret: secret() }) });
  const post = (url: URL, form: Record<string, string>) =>
    http.call({
      purpose: 'end_session',
      url: url.origin + url.pathname, // parameters of a configured URL do not belong to this form
      headers: { ...formType, accept: 'text/html,application/json' },
      form: new URLSearchParams(form).toString(),
    });

  /** Keycloak's own form: its 204 is the one answer that leaves no doubt. */
  async function withRefreshToken(url: URL, refreshToken: string | undefined): Promise<Told | undefined> {
    if (refreshToken === undefined || !isKeycloakLogout(url)) return undefined;
    const { status } = await post(url, { ...credentials(), refresh_token: refreshToken });
    return status === 204 ? { kind: 'ended', how: 'refresh_token' } : undefined;
  }

  return {
    endpointIn(target) {
      const url = URL.parse(target);
      const known = endpoint();
      return url !== null && known !== undefined && isSamePlace(url, new URL(known)) ? url : undefined;
    },
    plan: (wishAtProvider) =>
      planSignOut({
        mode: signOutOptions.oidcLogout,
        endSessionEndpoint: endpoint(),
        backendLogoutUrl: options.backendLogoutUrl,
        mayReturn: signOutOptions.postLogoutRedirectUrl !== '',
        isKeycloak: flavour.isKeycloak || isKeycloakLogout(new URL(endpoint() ?? 'http://unknown.invalid')),
        wishAtProvider,
      }),
    urlFor: (wish) => endSessionUrl(options.clientId, metadata()?.issuer ?? options.oidcIssuerUrl, wish),
    endSession: (url, session) =>
      twice(async () => {
        const told = await withRefreshToken(url, session?.refreshToken);
        if (told !== undefined) return told;
        if (session?.idToken === undefined) return { kind: 'nothing_to_tell' };
        return judge(await post(url, { client_id: options.clientId, id_token_hint: session.idToken }));
      }),
    async call(url, session) {
      const idToken = session?.idToken;
      if (session === undefined || (idToken === undefined && url.includes('{id_token}')))
        return { kind: 'nothing_to_tell' };
      return twice(async () => {
        const { status } = await http.call({
          purpose: 'backend_logout',
          url: url.replaceAll('{id_token}', idToken ?? ''),
        });
        const isFine = status >= 200 && status < 300;
        return isFine ? { kind: 'ended', how: 'backend_logout_url' } : { kind: 'failed', because: `status_${status}` };
      });
    },
    async revoke(session) {
      const url = metadata()?.revocationEndpoint;
      if (url === undefined || signOutOptions.revokeTokensOnSignOut === 'off') return;
      await revoke(parts, url, { credentials: credentials(), session });
    },
  };
}

function endSessionUrl(clientId: string, issuer: string, wish: EndSessionWish): URL {
  const { idToken, postLogoutRedirectUri, state, uiLocales } = wish;
  const endpoint = new URL(wish.endpoint);
  const given = endpoint.searchParams;
  // A literal {id_token} is filled; where there is none it goes: Keycloak answers 400 to it.
  for (const [name, value] of [...given]) {
    if (!value.includes('{id_token}')) continue;
    if (idToken === undefined) given.delete(name);
    else given.set(name, value.replaceAll('{id_token}', idToken));
  }
  const wanted: Record<string, string | undefined> = {
    id_token_hint: idToken,
    client_id: clientId,
    post_logout_redirect_uri: postLogoutRedirectUri,
    state: postLogoutRedirectUri === undefined ? undefined : state,
    ui_locales: uiLocales,
  };
  const missing = Object.entries(wanted).flatMap(([name, value]) =>
    value === undefined || given.has(name) ? [] : [[name, value] as const],
  );
  const server = { issuer, end_session_endpoint: endpoint.href };
  return buildEndSessionUrl(new Configuration(server, clientId), Object.fromEntries(missing));
}

interface Revocation {
  readonly credentials: Record<string, string>;
  readonly session: Session;
}

/** Refresh token first: its access tokens go with it (RFC 7009 §2.1). */
async function revoke(
  { http, logger }: SignOutParts,
  url: string,
  { credentials, session }: Revocation,
): Promise<void> {
  const tokens = { refresh_token: session.refreshToken, access_token: session.accessToken };
  for (const [kind, token] of Object.entries(tokens)) {
    if (token === undefined) continue;
    try {
      const form = new URLSearchParams({ ...credentials, token, token_type_hint: kind }).toString();
      const { status } = await http.call({ purpose: 'revocation', url, headers: formType, form });
      if (status === 200) return void logger.info('the tokens of a session were revoked', { kind });
      logger.warn('the provider did not revoke a token', { reason: `revocation_status_${status}`, kind });
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      logger.warn('a token could not be revoked', { reason: error.reason, kind });
    }
  }
}

/** Once more when the connection failed: a sign-out must not hang on one lost packet. */
async function twice(attempt: () => Promise<Told>): Promise<Told> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    if (error.reason.includes('timeout')) return { kind: 'failed', because: error.reason };
  }
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    return { kind: 'failed', because: error.reason };
  }
}

/** A page that asks something has ended nothing, although it says 200 (keycloak.md §17). */
function judge({ status, text, contentType }: Answer): Told {
  if (status === 204 || (status >= 301 && status <= 303)) return { kind: 'ended', how: 'id_token_hint' };
  if (status !== 200) return { kind: 'failed', because: `status_${status}` };
  const asks = contentType.includes('html') && /<form\b/i.test(text);
  return asks ? { kind: 'failed', because: 'provider_asks' } : { kind: 'ended', how: 'id_token_hint' };
}
