// {prefix}/signed_out: public, begins no sign-in. The provider sends the browser back here, and a page says how it went.
import type { RequestHandler } from 'express';
import type { Pages } from '../response/pages.ts';
import { forbidCaching } from '../response/send.ts';
import { redirect } from './answer.ts';
import type { ReadAsked } from './asked.ts';
import type { SignOutRecord } from './sign-out-record.ts';
import type { EndTrip } from './sign-out-return.ts';

export interface SignedOutParts {
  readonly readAsked: ReadAsked;
  readonly endTrip: EndTrip;
  readonly record: Pick<SignOutRecord, 'returnedUnknown'>;
  readonly pages: Pick<Pages, 'sendSignedOut'>;
}

export function signedOut({ readAsked, endTrip, record, pages }: SignedOutParts): RequestHandler {
  return async (req, res) => {
    const { parameters, returnTo } = await readAsked(req);
    const state = parameters.get('state');
    forbidCaching(res);
    if (state !== undefined) {
      const target = await endTrip(req, res, state);
      if (target !== undefined) return redirect(res, target);
      record.returnedUnknown(req);
    }
    // A state that is not of this browser leads nowhere (security R4): the page says the same as without one.
    const isProviderUnknown = parameters.get('provider') === 'unknown';
    pages.sendSignedOut(res, { isProviderUnknown, returnTo: isProviderUnknown ? returnTo : undefined });
  };
}
