// Is a browser back from its sign-out at the provider, and where did it want to go?
import type { Request, Response } from 'express';
import type { OriginalRequest } from '../request/original-request.ts';
import type { ReturnTo } from '../request/return-to.ts';
import type { SignOutTrips } from '../session/sign-out-trip.ts';
import { appendCookies } from './answer.ts';
import type { SignOutRecord } from './sign-out-record.ts';
import { cookieRequest, type Visits } from './visit.ts';

/** Undefined: this state is not of this browser, or its target is not allowed any more. A state counts once. */
export type EndTrip = (req: Request, res: Response, state: string) => Promise<ReturnTo | undefined>;

export interface EndTripParts {
  readonly visits: Visits;
  readonly trips: SignOutTrips;
  readonly record: Pick<SignOutRecord, 'returned'>;
  readonly judge: (target: string, original: OriginalRequest) => ReturnTo | undefined;
}

export function endTrip({ visits, trips, record, judge }: EndTripParts): EndTrip {
  return async (req, res, state) => {
    const visit = visits.of(req);
    const request = cookieRequest(req, visit);
    const wanted = await trips.end(request, state);
    if (wanted === undefined) return undefined;
    appendCookies(res, trips.forget(request));
    record.returned(req);
    return judge(wanted, visit.original);
  };
}
