// When may the refresh of a session be tried again that has failed?
import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock.ts';
import type { Session } from '../session/session.ts';
import { backoffMs, boundedPatienceMs } from './backoff.ts';
import type { Unavailable } from './provider.ts';
import { stateOf } from './renewal-memory.ts';

export interface RenewalPauses {
  /** Why it is not tried now; undefined: it may be. */
  of(session: Session): Unavailable | undefined;
  failed(session: Session, trouble: Unavailable): void;
  /** For how long nobody else should try either. */
  othersMs(session: Session): number;
}

export interface RenewalPausesParts {
  readonly clock: Clock;
  /** How often the provider came back (circuit-breaker.ts). */
  recoveries(): number;
  readonly random?: () => number;
}

interface Pause {
  readonly trouble: Unavailable;
  readonly fails: number;
  readonly beganMs: number;
  readonly untilMs: number;
  /** The provider itself asked for so much. */
  readonly firmUntilMs: number;
  readonly recoveries: number;
}

const none = { beganMs: 0, untilMs: 0, firmUntilMs: 0 };
const delay = { firstMs: 5_000, mostMs: 60_000 };
/** Whoever cannot get in asks sooner, so that they are back soon after the provider is. */
const urgentMs = 10_000;
const sessionsRemembered = 10_000;

export function renewalPauses({ clock, recoveries, random = Math.random }: RenewalPausesParts): RenewalPauses {
  const pauses = new LRUCache<string, Pause>({ max: sessionsRemembered });

  function isOver(pause: Pause, session: Session): boolean {
    const now = clock();
    if (now < pause.firmUntilMs) return false;
    if (now >= pause.untilMs) return true;
    // What made it fail may be gone; the fault of the session itself, such as an ID token that does not verify, is not.
    if (pause.trouble.fault !== 'rejected' && pause.recoveries !== recoveries()) return true;
    return isExpired(session, now) && now >= pause.beganMs + urgentMs;
  }

  return {
    of(session) {
      const pause = pauses.get(stateOf(session));
      return pause === undefined || isOver(pause, session) ? undefined : pause.trouble;
    },
    failed(session, trouble) {
      const state = stateOf(session);
      const failsBefore = pauses.get(state)?.fails ?? 0;
      const isFault = trouble.fault !== undefined;
      const pauseMs = isFault ? backoffMs({ ...delay, failsBefore, chance: random() }) : delay.firstMs;
      const firmMs = boundedPatienceMs(trouble.retryAfterMs);
      const now = clock();
      pauses.set(state, {
        trouble,
        fails: isFault ? failsBefore + 1 : failsBefore,
        beganMs: now,
        untilMs: now + Math.max(pauseMs, firmMs),
        firmUntilMs: now + firmMs,
        recoveries: recoveries(),
      });
    },
    othersMs(session) {
      const { beganMs, untilMs, firmUntilMs } = pauses.get(stateOf(session)) ?? none;
      return Math.max(Math.min(untilMs - beganMs, urgentMs), firmUntilMs - beganMs);
    },
  };
}

export function isExpired({ expiresAtMs }: Session, nowMs: number): boolean {
  return expiresAtMs !== undefined && expiresAtMs <= nowMs;
}
