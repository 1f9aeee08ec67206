// Until when does a session stay what it is, if nobody ends it?
import type { Session } from '../session/session.ts';
import { refreshDueAtMs, type RefreshAfter } from './refresh-due.ts';

export interface GoodUntilParts {
  /** --cookie-refresh */
  readonly refreshAfter: RefreshAfter;
  /** --cookie-expire in milliseconds; 0: no end. */
  readonly lifetimeMs: number;
}

/** The first of: its end, its next refresh, the end of its access token, which is handed to nobody from then on. */
export function goodUntilMs(session: Session, nowMs: number, { refreshAfter, lifetimeMs }: GoodUntilParts): number {
  const { createdAtMs, expiresAtMs } = session;
  const endMs = lifetimeMs === 0 ? Number.POSITIVE_INFINITY : createdAtMs + lifetimeMs;
  const tokenEndMs = expiresAtMs === undefined || expiresAtMs <= nowMs ? Number.POSITIVE_INFINITY : expiresAtMs;
  return Math.min(endMs, tokenEndMs, refreshDueAtMs(session, refreshAfter));
}
