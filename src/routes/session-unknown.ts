// What does a browser hear while nobody can say whether it has a session? 503, and no cookie is touched (security C-8, D9).
import type { Request } from 'express';
import { Problem } from '../lib/problem.ts';
import type { SessionStore } from '../session/store.ts';
import { cookieRequest, type Visits } from './visit.ts';

const retryAfterSeconds = 10;

/** A store or provider that is out makes the session unknown, not gone: no sign-in begins. */
export function sessionUnknown(reason: string): Problem {
  return new Problem({
    status: 503,
    reason,
    message: 'Your session cannot be checked just now. Please try again in a moment; you are still signed in.',
    retryAfterSeconds,
  });
}

/** A sign-in could not be completed, and its page would clear a session that is perhaps good. */
export function storeOut(because: string): Problem {
  return new Problem({
    status: 503,
    reason: 'store_out',
    message: 'Signing in is not possible just now: sessions cannot be kept. Please try again in a moment.',
    debug: because,
    retryAfterSeconds,
  });
}

export interface SessionKnownParts {
  readonly visits: Visits;
  readonly store: Pick<SessionStore, 'load'>;
}

/** Whoever has a session that cannot be read now keeps it: a sign-in would replace it, if it came about at all. */
export async function refuseUnknownSessions({ visits, store }: SessionKnownParts, req: Request): Promise<void> {
  const loaded = await store.load(cookieRequest(req, visits.of(req)));
  if (loaded.kind === 'unavailable') throw sessionUnknown(loaded.because);
}
