// Which sessions were read from Redis a short while ago? They are opened once, and outlive an outage for a time (security C-8).
import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock.ts';
import { memoryOf, ownCopy } from '../lib/memory-of.ts';
import { expiringMap } from './expiring-map.ts';
import type { Session } from './session.ts';
import type { Ticket } from './ticket.ts';

export interface RecentSessions {
  /** What this very value holds, if it was opened before. */
  opened(ticket: Ticket, value: Buffer): Session | undefined;
  /** Redis has just said so. */
  keep(ticket: Ticket, value: Buffer, session: Session): void;
  /** As Redis last said, if that is no longer ago than --session-outage-grace. */
  lately(ticket: Ticket): Session | undefined;
  /** Under which this very session was kept. */
  keyOf(session: Session): string | undefined;
  /** Whatever is known, however old. */
  known(key: string): Session | undefined;
  /** It has ended here: it comes back neither from memory nor from an answer that was on its way. */
  end(key: string): void;
  isEnded(key: string): boolean;
  /** Gone from Redis by itself or by somebody else. */
  forget(key: string): void;
  bytes(): number;
}

export interface RecentSessionsParts {
  readonly clock: Clock;
  readonly graceMs: number;
  /** Beyond it the longest unused are forgotten. */
  readonly rememberedBytes: number;
}

interface Entry {
  readonly session: Session;
  readonly secret: Buffer;
  readonly value: Buffer;
  seenAtMs: number;
}

/** Of the memory itself. */
const entryBytes = 512;
const endedLimit = 100_000;
/** Longer than any answer of Redis is on its way. */
const endedMs = 10 * 60_000;

export function recentSessions({ clock, graceMs, rememberedBytes }: RecentSessionsParts): RecentSessions {
  // No `max`: memory for so many entries would be taken at once, whether they come or not.
  const entries = new LRUCache<string, Entry>({
    maxSize: rememberedBytes,
    sizeCalculation: (entry) => entryBytes + memoryOf(entry),
  });
  const keys = new WeakMap<Session, string>();
  const ended = expiringMap<true>({ clock, lifetimeMs: Math.max(graceMs, endedMs), limit: endedLimit });

  /** Another secret for the same key would be another session. */
  function entryOf({ key, secret }: Ticket): Entry | undefined {
    const entry = entries.get(key);
    return entry?.secret.equals(secret) ? entry : undefined;
  }

  return {
    opened(ticket, value) {
      const entry = entryOf(ticket);
      if (!entry?.value.equals(value)) return undefined;
      entry.seenAtMs = clock();
      return entry.session;
    },
    keep({ key, secret }, value, session) {
      if (ended.get(key)) return;
      keys.set(session, key);
      entries.set(key, { secret: ownCopy(secret), value: ownCopy(value), session, seenAtMs: clock() });
    },
    lately(ticket) {
      const entry = graceMs > 0 ? entryOf(ticket) : undefined;
      return entry !== undefined && entry.seenAtMs > clock() - graceMs ? entry.session : undefined;
    },
    keyOf: (session) => keys.get(session),
    known: (key) => entries.peek(key)?.session,
    end(key) {
      entries.delete(key);
      ended.set(key, true);
    },
    isEnded: (key) => ended.get(key) === true,
    forget: (key) => void entries.delete(key),
    bytes: () => entries.calculatedSize,
  };
}
