// Is it time to refresh a session?
import type { Session } from '../session/session.ts';

/** --cookie-refresh: an age in milliseconds, 0 for never (reference), or by the access token's own end. */
export type RefreshAfter = number | 'auto';

const mostAheadMs = 60_000;

export function isRefreshDue(session: Session, refreshAfter: RefreshAfter, nowMs: number): boolean {
  return nowMs > refreshDueAtMs(session, refreshAfter);
}

/** Infinity: never. */
export function refreshDueAtMs(session: Session, refreshAfter: RefreshAfter): number {
  if (refreshAfter === 'auto') return nearEndMs(session);
  return refreshAfter > 0 ? session.createdAtMs + refreshAfter : Number.POSITIVE_INFINITY;
}

/**
 * Early enough that no request has to wait, late enough that the token was worth its while: Keycloak's 5 minutes are renewed
 * after 4, those of 60 s after 48 s. Where there is nothing to refresh with, the session goes on as without the option.
 */
function nearEndMs({ createdAtMs, expiresAtMs, refreshToken }: Session): number {
  if (expiresAtMs === undefined || !refreshToken) return Number.POSITIVE_INFINITY;
  return expiresAtMs - Math.min((expiresAtMs - createdAtMs) / 5, mostAheadMs);
}
