// Which parts does the refresh of sessions have, and how do they hang together?
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { Sealer } from '../session/seal.ts';
import type { SignOutMarks } from '../session/sign-out-marks.ts';
import type { SessionStore } from '../session/store.ts';
import { alone, type Turns } from '../session/turns.ts';
import { circuitBreaker } from './circuit-breaker.ts';
import type { Provider } from './provider.ts';
import { refreshAttempt } from './refresh-attempt.ts';
import type { RefreshAfter } from './refresh-due.ts';
import { refreshFlights } from './refresh-flights.ts';
import { renewalMemory } from './renewal-memory.ts';
import { renewalNotes } from './renewal-notes.ts';
import { renewalPauses } from './renewal-pauses.ts';
import { renewals, type Renewals } from './renewals.ts';

export interface Refreshing {
  /** Undefined: never. */
  readonly renewals: Renewals | undefined;
  /** At the end of the service: waits for refreshes that are under way, within a limit. */
  settled(limitMs?: number): Promise<void>;
}

export interface RefreshingParts {
  readonly store: Pick<SessionStore, 'save'>;
  readonly marks: Pick<SignOutMarks, 'endSession'>;
  readonly provider: Pick<Provider, 'refresh'>;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'refresh' | 'providerCircuit'>;
  readonly clock: Clock;
  /** Of its own purpose: for what processes and replicas tell each other. */
  readonly noteSealer: Sealer;
  /** Absent: one process alone. */
  readonly turns?: Turns | undefined;
  /** --cookie-refresh */
  readonly refreshAfter: RefreshAfter;
  /** --cookie-expire in milliseconds; 0: no end. */
  readonly lifetimeMs: number;
  readonly patienceMs?: number;
  /** For what became of sessions whose old state may still be brought. */
  readonly rememberedBytes?: number | undefined;
  readonly random?: () => number;
}

/** A refresh that nobody waits for has tokens that must reach the store or the other replicas; a call takes 5 s at most. */
const lastMomentMs = 6_000;

export function refreshing(parts: RefreshingParts): Refreshing {
  const { refreshAfter, noteSealer, turns = alone } = parts;
  if (refreshAfter !== 'auto' && refreshAfter <= 0) return { renewals: undefined, settled: () => Promise.resolve() };
  const memory = renewalMemory(parts);
  const breaker = circuitBreaker(parts);
  const pauses = renewalPauses({ ...parts, ...breaker });
  const attempt = refreshAttempt(parts);
  const notes = renewalNotes(noteSealer);
  const flights = refreshFlights({ ...parts, attempt, breaker, turns, notes, memory, pauses });
  return {
    renewals: renewals({ ...parts, flights, memory }),
    settled: (limitMs = lastMomentMs) => flights.settled(limitMs),
  };
}
