// How is a session now that a request brings, which others may have refreshed or be refreshing?
import type { Clock } from '../lib/clock.ts';
import type { Session } from '../session/session.ts';
import type { CookieRequest } from '../session/store.ts';
import type { Unavailable } from './provider.ts';
import { isRefreshDue, type RefreshAfter } from './refresh-due.ts';
import { within, type Flight, type Landing, type RefreshFlights } from './refresh-flights.ts';
import type { Known, RenewalMemory, Saved } from './renewal-memory.ts';
import { isExpired } from './renewal-pauses.ts';

export interface Current {
  readonly session: Session;
  /** Undefined: it is the one that the request brought. */
  readonly renewed: { readonly saved: Saved | undefined } | undefined;
  /** Why it was not refreshed, although it was due. */
  readonly trouble: Unavailable | (Known & { readonly kind: 'revoked' }) | undefined;
}

/** Never rejects. */
export type Renewals = (request: CookieRequest, session: Session) => Promise<Current>;

export interface RenewalsParts {
  readonly flights: RefreshFlights;
  readonly memory: RenewalMemory;
  readonly clock: Clock;
  readonly refreshAfter: RefreshAfter;
  /** How long a refresh holds up requests whose session is still good. */
  readonly patienceMs?: number;
}

const defaultPatienceMs = 1_000;
/** An old cookie is followed through so many refreshes; more than a few means that something is wrong. */
const mostSteps = 1_000;

export function renewals(parts: RenewalsParts): Renewals {
  const { flights, memory, clock, refreshAfter, patienceMs = defaultPatienceMs } = parts;

  return async function current(request, brought) {
    memory.seen(brought);
    let now: Current = { session: brought, renewed: undefined, trouble: undefined };
    for (let step = 0; step < mostSteps; step++) {
      const known = memory.get(now.session);
      if (known?.kind === 'renewed') {
        now = after(known);
        continue;
      }
      if (known !== undefined) return { ...now, trouble: known };
      if (!isRefreshDue(now.session, refreshAfter, clock())) return now;
      const { outcome, isOurs } = await landingOf(flights.of(request, now.session), now.session);
      if (outcome.kind !== 'renewed') return { ...now, trouble: outcome };
      now = after(outcome);
      if (isOurs) return now; // even when its new token is as good as over
    }
    return now;
  };

  /** Who has a good session loses no more than a moment, once for each refresh; others have nothing to go on with. */
  async function landingOf(flight: Flight | Unavailable, session: Session): Promise<Landing> {
    if (!('landing' in flight)) return { outcome: flight, isOurs: false };
    if (isExpired(session, clock())) return flight.landing;
    const leftMs = flight.beganMs + patienceMs - performance.now();
    const landing = leftMs > 0 ? await within(flight.landing, leftMs) : undefined;
    return landing ?? { outcome: { kind: 'unavailable', because: 'refresh_under_way' }, isOurs: false };
  }
}

function after({ session, saved }: Known & { readonly kind: 'renewed' }): Current {
  return { session, renewed: { saved }, trouble: undefined };
}
