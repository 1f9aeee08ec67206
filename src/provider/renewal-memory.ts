// What came of refreshing a session, for requests that still bring it as it was?
import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock.ts';
import type { Session } from '../session/session.ts';
import type { CookieRequest } from '../session/store.ts';
import { toWire } from '../session/wire.ts';

/** What the store answered to the request that caused the refresh. */
export interface Saved {
  readonly request: CookieRequest;
  /** Set-Cookie lines. */
  readonly lines: readonly string[];
}

export type Known =
  | { readonly kind: 'renewed'; readonly session: Session; readonly saved: Saved | undefined }
  | { readonly kind: 'revoked'; readonly because: string };

export interface RenewalMemory {
  get(session: Session): Known | undefined;
  set(session: Session, known: Known): void;
  /** A request brought this session: what it came from will hardly be brought again. */
  seen(session: Session): void;
}

export interface RenewalMemoryParts {
  readonly clock: Clock;
  /** --cookie-expire in milliseconds; 0: no end. */
  readonly lifetimeMs: number;
  /** Some thousand sessions of ordinary size, unless told. */
  readonly rememberedBytes?: number | undefined;
}

const defaultBytes = 32 * 1024 * 1024;
/** For requests that were sent before the browser had the new cookie (security T-9). */
const lateMs = 30_000;

/** The same for the same state of a session, wherever it is loaded. */
export function stateOf({ id, createdAtMs }: Session): string {
  return `${id} ${createdAtMs}`;
}

/**
 * The refresh token of the old cookie is dead once it was used (rotation: RFC 9700 §4.14.2), so the answer that carries the new
 * cookie is the only copy that the browser will get, and it may be lost: a closed lid, a tunnel, a request that was cancelled.
 * Without this memory such a browser would be signed out, and its next refresh would look like theft and end the session of
 * everybody who has it. So the new session is kept as long as the old cookie counts; shortly after a request has brought the
 * new cookie it is not needed any more.
 */
export function renewalMemory({
  clock,
  lifetimeMs,
  rememberedBytes = defaultBytes,
}: RenewalMemoryParts): RenewalMemory {
  /** From the state after a refresh to the one before it. */
  const origins = new Map<string, string>();
  const known = new LRUCache<string, Known>({
    maxSize: rememberedBytes,
    sizeCalculation: sizeOf,
    ttl: 0,
    ttlResolution: 0, // the clock is asked each time, so that it may be turned
    perf: { now: clock },
    dispose(value, _key, reason) {
      if (reason !== 'set' && value.kind === 'renewed') origins.delete(stateOf(value.session));
    },
  });

  return {
    get: (session) => known.get(stateOf(session)),
    set(session, value) {
      const ttl = lifetimeMs === 0 ? 0 : Math.max(1, session.createdAtMs + lifetimeMs - clock());
      const state = stateOf(session);
      if (value.kind === 'renewed') origins.set(stateOf(value.session), state);
      known.set(state, value, { ttl });
    },
    seen(session) {
      if (origins.size === 0) return;
      const state = stateOf(session);
      const origin = origins.get(state);
      if (origin === undefined) return;
      origins.delete(state);
      const value = known.peek(origin);
      if (value === undefined) return;
      known.set(origin, value, { ttl: Math.min(lateMs, known.getRemainingTTL(origin)) });
    },
  };
}

/** Two bytes for a character, at most. */
function sizeOf(known: Known): number {
  if (known.kind === 'revoked') return 1024;
  const lines = known.saved?.lines ?? [];
  const text = JSON.stringify(toWire(known.session)).length + (known.saved?.request.cookieHeader?.length ?? 0);
  return 2 * lines.reduce((sum, line) => sum + line.length, text) + 1024;
}
