// What is remembered for a while, all of it equally long and only so much of it?
import type { Clock } from '../lib/clock.ts';

export interface ExpiringMap<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  /** How many are held, those included that are over but not yet forgotten. */
  size(): number;
}

export interface ExpiringMapParts {
  readonly clock: Clock;
  readonly lifetimeMs: number;
  /** Beyond it the oldest go first. */
  readonly limit: number;
}

/**
 * One lifetime for all, so the order of writing is the order of ending, and each write forgets what is over at the front:
 * no timer, no search, and no memory before there is something to remember.
 */
export function expiringMap<V>({ clock, lifetimeMs, limit }: ExpiringMapParts): ExpiringMap<V> {
  const entries = new Map<string, { readonly value: V; readonly untilMs: number }>();

  function forget(nowMs: number): void {
    for (const [key, { untilMs }] of entries) {
      if (untilMs > nowMs && entries.size <= limit) return;
      entries.delete(key);
    }
  }

  return {
    get(key) {
      const entry = entries.get(key);
      return entry === undefined || entry.untilMs <= clock() ? undefined : entry.value;
    },
    set(key, value) {
      entries.delete(key); // to the end, where the newest are
      entries.set(key, { value, untilMs: clock() + lifetimeMs });
      forget(clock());
    },
    size: () => entries.size,
  };
}
