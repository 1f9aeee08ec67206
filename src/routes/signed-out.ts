// {prefix}/signed_out: public, begins no sign-in. Where the provider sends the browser back to, and the page that says how it went.
import type { RequestHandler } from 'express';
import type { OriginalRequest } from '../request/original-request.ts';
import type { ReturnTo } from '../request/return-to.ts';
import type { Logger } from '../lib/logger.ts';
import type { Pages } from '../response/pages.ts';
import { forbidCaching } from '../response/send.ts';
import type { SignOutTrips } from '../session/sign-out-trip.ts';
import { appendCookies, redirect } from './answer.ts';
import type { ReadAsked } from './asked.ts';
import { cookieRequest, type Visits } from './visit.ts';

export interface SignedOutParts {
  readonly visits: Visits;
  readonly logger: Logger;
  readonly readAsked: ReadAsked;
  readonly trips: SignOutTrips;
  readonly pages: Pages;
  readonly judge: (target: string, original: OriginalRequest) => ReturnTo | undefined;
}

export function signedOut({ visits, logger, readAsked, trips, pages, judge }: SignedOutParts): RequestHandler {
  return async (req, res) => {
    const { parameters, returnTo } = await readAsked(req);
    const { original } = visits.of(req);
    const request = cookieRequest(req, visits.of(req));
    forbidCaching(res);
    const state = parameters.get('state');
    const wanted = state === undefined ? undefined : await trips.end(request, state);
    if (state !== undefined) {
      appendCookies(res, trips.forget(request));
      const reason = wanted === undefined ? 'sign_out_state_unknown' : undefined;
      logger.info('back from the sign-out at the provider', { reason, request_id: original.id });
    }
    const target = wanted === undefined ? undefined : judge(wanted, original);
    // A state that is not of this browser leads nowhere (security R4): the page says the same as without one.
    if (target !== undefined) return redirect(res, target);
    const isProviderUnknown = parameters.get('provider') === 'unknown';
    pages.sendSignedOut(res, { isProviderUnknown, returnTo: isProviderUnknown ? returnTo : undefined });
  };
}
