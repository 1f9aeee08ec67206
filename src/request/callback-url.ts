// To which URL does the provider send the browser back?
import type { OriginalRequest } from './original-request.ts';

export interface CallbackUrlParts {
  /** --redirect-url; without a path the callback endpoint is added. */
  readonly redirectUrl: string;
  readonly relativeRedirectUrl: boolean;
  readonly proxyPrefix: string;
  readonly cookieSecure: boolean;
}

/**
 * The redirect_uri of RFC 6749 §3.1.2. An absolute --redirect-url always wins (security F-9); otherwise host and scheme
 * are those of the request, and secure cookies mean https (reference: getOAuthRedirectURI).
 */
export function callbackUrl(parts: CallbackUrlParts): (original: OriginalRequest) => string {
  const onSite = siteUrl(parts);
  const configured = withPath(parts.redirectUrl, `${parts.proxyPrefix}/callback`);
  if (parts.relativeRedirectUrl || URL.canParse(configured)) return () => configured;
  return (original) => onSite(original, configured);
}

/** A path on the site that was asked for, as an absolute URL. */
export function siteUrl({ cookieSecure }: Pick<CallbackUrlParts, 'cookieSecure'>) {
  return ({ host, scheme }: OriginalRequest, path: string) =>
    `${cookieSecure ? 'https' : scheme || 'http'}://${host.replaceAll(' ', '%20')}${path}`;
}

function withPath(url: string, path: string): string {
  if (url === '') return path;
  if (!URL.canParse(url)) return url;
  const { pathname } = new URL(url);
  // A URL without a path ends at its host: only then `new URL` invents the slash.
  return pathname === '/' && !url.endsWith('/') ? url + path : url;
}
