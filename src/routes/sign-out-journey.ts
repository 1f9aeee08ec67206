// A browser on its way out: to the provider, or to a page that explains.
import type { Request, Response } from 'express';
import type { Provider } from '../provider/provider.ts';
import type { OriginalRequest } from '../request/original-request.ts';
import { siteRoot, type ReturnTo } from '../request/return-to.ts';
import type { Pages } from '../response/pages.ts';
import type { SignOutTrips } from '../session/sign-out-trip.ts';
import { appendCookies, redirect } from './answer.ts';
import { cookieRequest, type Visits } from './visit.ts';

export interface Leaving {
  /** With the parameters that the wanted target has, if it is the endpoint itself. */
  readonly endpoint: URL;
  /** Where to after that; undefined: the endpoint is where the user wanted to go. */
  readonly returnTo: ReturnTo | undefined;
  readonly idToken: string | undefined;
  /** As the site's sign-out link said (OpenID Connect RP-Initiated Logout 1.0 §2). */
  readonly uiLocales: string | undefined;
}

export interface Journey {
  /** RP-initiated logout: the browser itself brings the news. */
  toProvider(req: Request, res: Response, leaving: Leaving): Promise<void>;
  /** Signed out here; at the provider perhaps not. Never to `/`, which would sign in again in silence. */
  toExplanation(res: Response, returnTo: ReturnTo): void;
}

export interface JourneyParts {
  readonly visits: Visits;
  readonly provider: Pick<Provider, 'signOut'>;
  readonly trips: SignOutTrips;
  readonly pages: Pages;
  readonly proxyPrefix: string;
  /** --post-logout-redirect-url, absolute; undefined: none is configured. */
  readonly postLogoutUrl: (original: OriginalRequest) => string | undefined;
}

/**
 * nginx takes no more than 4 KiB of headers from us by default, and servers in front of providers no more than 8 KiB of a
 * request line (security R3): what is longer goes by a form.
 */
const mostBytes = 3584;

export function signOutJourney(parts: JourneyParts): Journey {
  const { visits, provider, trips, pages, proxyPrefix, postLogoutUrl } = parts;
  return {
    async toProvider(req, res, { endpoint, returnTo = siteRoot, idToken, uiLocales }) {
      const visit = visits.of(req);
      const given = endpoint.searchParams;
      // With an address of the link's own to return to, or a state of its own, the way back is none of ours.
      const postLogoutRedirectUri = given.has('post_logout_redirect_uri') ? undefined : postLogoutUrl(visit.original);
      const mayReturn = postLogoutRedirectUri !== undefined && !given.has('state');
      const trip = mayReturn ? await trips.begin(cookieRequest(req, visit), returnTo) : undefined;
      if (trip !== undefined) appendCookies(res, [trip.cookie]);
      const wish = { endpoint, idToken, postLogoutRedirectUri, state: trip?.state, uiLocales };
      const url = provider.signOut.urlFor(wish);
      if (url.href.length + cookieBytes(res) <= mostBytes) return redirect(res, url);
      pages.sendHandOver(res, { action: url.origin + url.pathname, fields: [...url.searchParams] });
    },
    toExplanation(res, returnTo) {
      const query = new URLSearchParams({ provider: 'unknown', rd: returnTo });
      // Made of our own prefix and a target that was judged.
      redirect(res, `${proxyPrefix}/signed_out?${query}` as ReturnTo);
    },
  };
}

function cookieBytes(res: Response): number {
  return [res.getHeader('set-cookie') ?? []].flat().join('\r\nSet-Cookie: ').length;
}
