// A browser on its way out: to the provider, or to a page that explains.
import type { Request, Response } from 'express';
import type { Provider } from '../provider/provider.ts';
import type { OriginalRequest } from '../request/original-request.ts';
import type { ReturnTo } from '../request/return-to.ts';
import type { Pages } from '../response/pages.ts';
import type { Session } from '../session/session.ts';
import type { SignOutTrips } from '../session/sign-out-trip.ts';
import { appendCookies, redirect } from './answer.ts';
import type { TellProvider } from './tell-provider.ts';
import { cookieRequest, type Visits } from './visit.ts';

export interface Leaving {
  readonly endpoint: URL;
  readonly returnTo: ReturnTo;
  readonly session: Session | undefined;
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
  readonly tellProvider: TellProvider;
  readonly proxyPrefix: string;
  /** --post-logout-redirect-url, absolute; undefined: none is configured. */
  readonly postLogoutUrl: (original: OriginalRequest) => string | undefined;
}

/** Servers in front of providers refuse longer request lines (nginx: 8 KiB for line and headers; security R3). */
const longestUrl = 6 * 1024;

export function signOutJourney(parts: JourneyParts): Journey {
  const { visits, provider, trips, pages, tellProvider, proxyPrefix, postLogoutUrl } = parts;
  return {
    async toProvider(req, res, { endpoint, returnTo, session, uiLocales }) {
      const { original } = visits.of(req);
      const postLogoutRedirectUri = postLogoutUrl(original);
      let state: string | undefined;
      if (postLogoutRedirectUri !== undefined) {
        const trip = await trips.begin(cookieRequest(req, visits.of(req)), returnTo);
        appendCookies(res, [trip.cookie]);
        state = trip.state;
      }
      const idToken = session?.idToken;
      const url = provider.signOut.urlFor({ endpoint, idToken, postLogoutRedirectUri, state, uiLocales });
      tellProvider.byBrowser(req);
      if (url.href.length <= longestUrl) return redirect(res, url);
      pages.sendHandOver(res, { action: url.origin + url.pathname, fields: [...url.searchParams] });
    },
    toExplanation(res, returnTo) {
      const query = new URLSearchParams({ provider: 'unknown', rd: returnTo });
      // Made of our own prefix and a target that was judged.
      redirect(res, `${proxyPrefix}/signed_out?${query}` as ReturnTo);
    },
  };
}
