// Who refreshes a session, and what do all others get who would have? (security T-7)
import type { Logger } from '../lib/logger.ts';
import type { Session } from '../session/session.ts';
import type { SignOutMarks } from '../session/sign-out-marks.ts';
import type { CookieRequest, SessionStore } from '../session/store.ts';
import { alone, type Turn, type Turns } from '../session/turns.ts';
import type { CircuitBreaker, Permit } from './circuit-breaker.ts';
import type { Renewal, Unavailable } from './provider.ts';
import type { RefreshAttempt } from './refresh-attempt.ts';
import { stateOf, type Known, type RenewalMemory, type Saved } from './renewal-memory.ts';
import type { RenewalNotes } from './renewal-notes.ts';
import type { RenewalPauses } from './renewal-pauses.ts';

/** One refresh on its way. It belongs to no request: nobody who hangs up cancels it. */
export interface Flight {
  /** By performance.now(). */
  readonly beganMs: number;
  /** Never rejects. */
  readonly landing: Promise<Landing>;
}

export interface Landing {
  readonly outcome: Known | Unavailable;
  /** False: somebody else did it, perhaps a while ago. */
  readonly isOurs: boolean;
}

export interface RefreshFlights {
  /** Begins one unless it is on its way already; a reason when it must not be tried now. */
  of(request: CookieRequest, session: Session): Flight | Unavailable;
  /** Waits for what is under way, so that no token is lost when the service ends. */
  settled(limitMs: number): Promise<void>;
}

export interface RefreshFlightsParts {
  readonly store: Pick<SessionStore, 'save'>;
  readonly marks: Pick<SignOutMarks, 'endSession'>;
  readonly attempt: RefreshAttempt;
  readonly breaker: CircuitBreaker;
  readonly turns: Turns;
  readonly notes: RenewalNotes;
  readonly memory: RenewalMemory;
  readonly pauses: RenewalPauses;
  readonly logger: Pick<Logger, 'error' | 'warn'>;
}

/** For replicas that are asked with the old cookie; the memory of one process has no such end (renewal-memory.ts). */
const sharedForMs = 10 * 60_000;

export function refreshFlights(parts: RefreshFlightsParts): RefreshFlights {
  const flights = new Map<string, Flight>();
  const underWay = new Set<Promise<unknown>>();

  function track(work: Promise<unknown>): void {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  }

  function begin(request: CookieRequest, session: Session, permit: Permit): Flight {
    const state = stateOf(session);
    const landing = fly(parts, { request, session, permit, later: track }).catch((error: unknown): Landing => {
      permit.unused();
      complain(parts, 'a refresh failed in a way that nobody foresaw', error);
      return { outcome: { kind: 'unavailable', because: 'internal_error' }, isOurs: true };
    });
    const flight = { beganMs: performance.now(), landing };
    flights.set(state, flight);
    track(landing);
    void landing.finally(() => flights.delete(state));
    return flight;
  }

  return {
    of(request, session) {
      const known = flights.get(stateOf(session)) ?? parts.pauses.of(session);
      if (known !== undefined) return known;
      // Without a refresh token the provider is not asked.
      const permit = session.refreshToken ? parts.breaker.ask() : nobody;
      return permit === undefined ? unavailable('provider_circuit_open') : begin(request, session, permit);
    },
    async settled(limitMs) {
      const endMs = performance.now() + limitMs;
      while (underWay.size > 0 && performance.now() < endMs)
        await within(Promise.allSettled(underWay), endMs - performance.now());
    },
  };
}

const nobody: Permit = { answered: () => undefined, failed: () => undefined, unused: () => undefined };

interface Flown {
  readonly request: CookieRequest;
  readonly session: Session;
  readonly permit: Permit;
  /** For what no request waits for. */
  later(work: Promise<void>): void;
}

async function fly(parts: RefreshFlightsParts, flown: Flown): Promise<Landing> {
  const { session, permit } = flown;
  const state = stateOf(session);
  const turn = await (session.refreshToken ? parts.turns : alone).take(state);
  if (turn.kind === 'ours') return { outcome: await flyOurselves(parts, flown, turn), isOurs: true };
  permit.unused();
  const told = turn.kind === 'done' ? await parts.notes.read(turn.outcome, state) : undefined;
  const because = turn.kind === 'done' ? 'refresh_note_unreadable' : turn.because;
  // Nobody knows whether the refresh token has been used already, and twice it must not be (security T-9).
  if (told === undefined)
    parts.logger.warn('a session is not refreshed, because others might be doing it', { reason: because });
  return { outcome: await settle(parts, flown, told ?? unavailable(because)), isOurs: false };
}

async function flyOurselves(
  parts: RefreshFlightsParts,
  flown: Flown,
  turn: Turn & { kind: 'ours' },
): Promise<Known | Unavailable> {
  const { session, permit } = flown;
  const renewal = await parts.attempt(session, permit).catch(async (error: unknown) => {
    await turn.finish(undefined, 0);
    throw error;
  });
  const outcome = await settle(parts, flown, renewal);
  // Behind the saving, so that whoever hears of it finds it.
  flown.later(tell(parts, turn, { session, renewal }));
  return outcome;
}

/** What comes of a refresh for this process, whoever did it. */
async function settle(
  parts: RefreshFlightsParts,
  { request, session }: Pick<Flown, 'request' | 'session'>,
  renewal: Renewal,
): Promise<Known | Unavailable> {
  switch (renewal.kind) {
    case 'renewed': {
      const known: Known = { ...renewal, saved: await save(parts, request, renewal.session) };
      parts.memory.set(session, known);
      return known;
    }
    case 'revoked':
      parts.memory.set(session, renewal);
      await parts.marks
        .endSession(session)
        .catch((error: unknown) => complain(parts, 'others could not be told of the end of a session', error));
      return renewal;
    case 'unavailable':
      parts.pauses.failed(session, renewal);
      return renewal;
  }
}

/** Undefined: the store is out. The session is in memory, and the next request that brings the old one tries again. */
async function save(parts: RefreshFlightsParts, request: CookieRequest, session: Session): Promise<Saved | undefined> {
  try {
    return { request, lines: await parts.store.save(request, session) };
  } catch (error) {
    complain(parts, 'a refreshed session could not be saved', error);
    return undefined;
  }
}

async function tell(
  parts: RefreshFlightsParts,
  turn: Turn & { kind: 'ours' },
  { session, renewal }: { readonly session: Session; readonly renewal: Renewal },
): Promise<void> {
  const lifeMs = renewal.kind === 'unavailable' ? parts.pauses.othersMs(session) : sharedForMs;
  try {
    await turn.finish(await parts.notes.write(stateOf(session), renewal), lifeMs);
  } catch (error) {
    complain(parts, 'others could not be told of a refresh', error);
  }
}

function complain({ logger }: RefreshFlightsParts, what: string, error: unknown): void {
  const cause = error instanceof Error ? error.stack : String(error);
  logger.error(what, { reason: 'refresh_failed_here', cause });
}

function unavailable(because: string): Unavailable {
  return { kind: 'unavailable', because };
}

/** Undefined when it takes longer. */
export async function within<T>(work: Promise<T>, limitMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, limitMs, undefined)));
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
