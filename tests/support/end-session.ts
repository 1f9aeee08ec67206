// How does Keycloak answer at its logout endpoint? (keycloak.md §3, §17)
import type { IncomingMessage } from 'node:http';
import { decodeJwt } from 'jose';
import type { Bends, Script } from './bends.ts';
import { isOurClient } from './idp-wire.ts';

export interface EndSessionCall {
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
}

export interface EndSessionAnswer extends Script {
  /** What named the session that has ended now. */
  readonly ended?: 'id_token_hint' | 'refresh_token';
}

const page = (title: string, more = '') =>
  `<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1>${more}</body></html>`;
const question = page(
  'Logging out',
  '<form action="/confirm" method="POST"><input type="submit" value="Logout"></form>',
);

export function endSession(bends: Bends, call: EndSessionCall, isLive: (token: string) => boolean): EndSessionAnswer {
  const { query, form, request } = call;
  const { method, headers } = request;
  const refreshToken = form.get('refresh_token');
  if (method === 'POST' && refreshToken !== null) {
    if (!isOurClient(bends, headers.authorization, form)) return { status: 401, body: 'unauthorized_client' };
    return isLive(refreshToken) ? { status: 204, ended: 'refresh_token' } : { status: 400, body: 'invalid_grant' };
  }
  return { type: 'text/html', ...byBrowser(bends, method === 'POST' ? form : query) };
}

function byBrowser(bends: Bends, parameters: URLSearchParams): EndSessionAnswer {
  if (new Set(parameters.keys()).size !== parameters.size) return { status: 400, body: page('duplicated parameter') };
  const hint = parameters.get('id_token_hint');
  const client = parameters.get('client_id');
  const uri = parameters.get('post_logout_redirect_uri');
  if (hint !== null && !isIdTokenFor(bends.clientId, hint)) return { status: 400, body: page('Invalid parameter') };
  if (client !== null && client !== bends.clientId) return { status: 400, body: page('Invalid parameter') };
  if (uri !== null && hint === null && client === null)
    return { status: 400, body: page('Missing parameters: id_token_hint') };
  if (uri !== null && !bends.postLogoutUris.includes(uri)) return { status: 400, body: page('Invalid redirect uri') };
  if (hint === null) return { status: 200, body: question };
  if (uri === null) return { status: 200, body: page('You are logged out'), ended: 'id_token_hint' };
  const location = new URL(uri);
  const state = parameters.get('state');
  if (state !== null) location.searchParams.set('state', state);
  return { status: 302, headers: { location: location.href }, ended: 'id_token_hint' };
}

/** The signature is not looked at here; that an expired one is good is what matters. */
function isIdTokenFor(clientId: string, hint: string): boolean {
  try {
    return decodeJwt(hint).aud === clientId;
  } catch {
    return false;
  }
}
