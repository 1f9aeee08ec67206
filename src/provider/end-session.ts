// Does the provider end a session when it is told server to server? Only a sure answer counts as yes.
import type { Session } from '../session/session.ts';
import { credentials } from './client-credentials.ts';
import { withIdToken } from './end-session-url.ts';
import { ProviderFailure } from './failure.ts';
import type { Answer, Http } from './http.ts';
import type { SignOutPlan } from './sign-out-plan.ts';

/** What came of telling the provider. Anything but `ended` means: perhaps still signed in there. */
export type Told =
  | { readonly kind: 'ended'; readonly how: string }
  | { readonly kind: 'failed'; readonly because: string }
  /** Nothing names a session at the provider: no ID token, no refresh token. */
  | { readonly kind: 'nothing_to_tell' };

export interface EndSessionParts {
  readonly http: Http;
  readonly clientId: string;
  secret(): string;
  /** Keycloak has a form of its own, whose 204 leaves no doubt. */
  isKeycloak(endpoint: URL): boolean;
}

type Backend = SignOutPlan & { readonly kind: 'backend' };
type Tokens = Pick<Session, 'idToken' | 'refreshToken'>;

const formHeaders = {
  'content-type': 'application/x-www-form-urlencoded',
  accept: 'text/html,application/json;q=0.9,*/*;q=0.8',
};
/** Beyond it a hint goes by POST: servers in front of providers refuse long request lines (security R3). */
const longestUrl = 6 * 1024;

/** Never throws for a fault of the provider. */
export function endSession(parts: EndSessionParts, plan: Backend, tokens: Tokens | undefined): Promise<Told> {
  return twice(async () => {
    const first = await byRefreshToken(parts, plan.endpoint, tokens?.refreshToken);
    if (first?.kind === 'ended') return first;
    return (await byHint(parts, plan, tokens?.idToken)) ?? first ?? { kind: 'nothing_to_tell' };
  });
}

/** --backend-logout-url that is no end-session endpoint (reference: backendLogout). Never throws for a fault of the provider. */
export async function callBackend({ http }: EndSessionParts, url: string, tokens: Tokens | undefined): Promise<Told> {
  const idToken = tokens?.idToken;
  if (tokens === undefined || (idToken === undefined && url.includes('{id_token}'))) return { kind: 'nothing_to_tell' };
  return twice(async () => {
    const answer = await http.call({
      purpose: 'backend_logout',
      url: url.replaceAll('{id_token}', idToken ?? ''),
      headers: { accept: formHeaders.accept },
    });
    return verdict(answer, 'backend_logout_url', false);
  });
}

async function byRefreshToken(
  { http, clientId, secret, isKeycloak }: EndSessionParts,
  endpoint: URL,
  refreshToken: string | undefined,
): Promise<Told | undefined> {
  if (refreshToken === undefined || !isKeycloak(endpoint)) return undefined;
  const { form } = credentials(secret() === '' ? 'none' : 'client_secret_post', clientId, secret());
  const { status } = await http.call({
    purpose: 'end_session',
    url: endpoint.origin + endpoint.pathname, // parameters of a configured URL do not belong to this form
    headers: formHeaders,
    form: new URLSearchParams({ ...form, refresh_token: refreshToken }).toString(),
  });
  return status === 204 ? { kind: 'ended', how: 'refresh_token' } : { kind: 'failed', because: `status_${status}` };
}

/** By POST, so that the token stands in no log of the provider; an operator's own URL is called as it is written. */
async function byHint(
  { http, clientId, isKeycloak }: EndSessionParts,
  { endpoint, written }: Backend,
  idToken: string | undefined,
): Promise<Told | undefined> {
  if (idToken === undefined) return undefined;
  const url = withIdToken(endpoint, idToken);
  if (!url.searchParams.get('id_token_hint')) url.searchParams.set('id_token_hint', idToken);
  const isGet = written !== undefined && url.href.length <= longestUrl;
  if (!isGet && !url.searchParams.has('client_id')) url.searchParams.set('client_id', clientId);
  const answer = await http.call({
    purpose: 'end_session',
    ...(isGet
      ? { url: url.href, headers: { accept: formHeaders.accept }, stopsAtRedirect: true }
      : { url: url.origin + url.pathname, headers: formHeaders, form: url.searchParams.toString() }),
  });
  return isRedirectOnwards(answer, endpoint, isKeycloak(endpoint))
    ? { kind: 'ended', how: 'id_token_hint' }
    : verdict(answer, 'id_token_hint', true);
}

/**
 * Done, and on to an address outside: so answer Keycloak and others where a post-logout URI is known. To the endpoint again
 * (https, a slash) or to a page of the provider's own, which only a browser can go through, nothing is done yet.
 */
function isRedirectOnwards({ status, location }: Answer, endpoint: URL, isKeycloak: boolean): boolean {
  if (status !== 302 && status !== 303) return false;
  const target = URL.parse(location ?? '', endpoint.href);
  if (target === null) return false;
  return isKeycloak ? target.pathname !== endpoint.pathname : target.host !== endpoint.host;
}

/** A page that asks something has ended nothing, although it says 200 (keycloak.md §17). */
function verdict({ status, text, contentType }: Answer, how: string, isStrict: boolean): Told {
  const isFine = isStrict ? status === 200 || status === 204 : status >= 200 && status < 300;
  if (!isFine) return { kind: 'failed', because: `status_${status}` };
  const asks = contentType.includes('html') && /<form\b/i.test(text);
  return asks ? { kind: 'failed', because: 'provider_asks' } : { kind: 'ended', how };
}

/** Once more when the connection failed: a sign-out must not hang on one lost packet. */
async function twice(attempt: () => Promise<Told>): Promise<Told> {
  const once = async (): Promise<Told> => {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof ProviderFailure) return { kind: 'failed', because: error.reason };
      throw error;
    }
  };
  const first = await once();
  const isLost = first.kind === 'failed' && first.because.endsWith('_unreachable');
  return isLost ? once() : first;
}
