// Which worker refreshes which session now, and what came of it? Kept by the first process.
import { LRUCache } from 'lru-cache';
import type { Clock } from '../lib/clock.ts';
import type { Line } from '../lib/line.ts';
import { finishTurn, takeTurn, type FinishedTurn, type TurnAnswer } from './worker-topics.ts';

export interface TurnDesk {
  /** A new worker; when it ends its turns end. */
  join(line: Line): void;
}

export interface TurnDeskParts {
  readonly clock: Clock;
  /** How long somebody waits for another's turn to end; 30 s unless told. */
  readonly patienceMs?: number;
}

interface Waiter {
  readonly line: Line;
  answer(turn: TurnAnswer): void;
}

interface Held {
  readonly key: string;
  readonly owner: Line;
  readonly waiters: Set<Waiter>;
  readonly expiry: NodeJS.Timeout;
}

/** Sealed sessions are a few kilobytes, and are kept for less than a minute. */
const mostCharacters = 64 * 1024 * 1024;
/** Longer than any refresh takes: a turn that somebody forgot to finish must not stop a session from ever being refreshed. */
const longestTurnMs = 120_000;

export function turnDesk({ clock, patienceMs = 30_000 }: TurnDeskParts): TurnDesk {
  const outcomes = new LRUCache<string, string>({
    maxSize: mostCharacters,
    sizeCalculation: (outcome, key) => outcome.length + key.length + 1,
    ttl: 1,
    ttlResolution: 0, // the clock is asked each time, so that it may be turned
    perf: { now: clock },
  });
  const byKey = new Map<string, number>();
  const turns = new Map<number, Held>();
  let lastTurn = 0;

  function grant(key: string, { line, answer }: Waiter, waiters = new Set<Waiter>()): void {
    const turn = ++lastTurn;
    const expiry = setTimeout(() => finish({ turn, outcome: undefined, lifeMs: 0 }), longestTurnMs).unref();
    turns.set(turn, { key, owner: line, waiters, expiry });
    byKey.set(key, turn);
    answer({ kind: 'ours', turn });
  }

  function finish({ turn, outcome, lifeMs }: FinishedTurn): void {
    const held = turns.get(turn);
    if (held === undefined) return;
    const { key, waiters, expiry } = held;
    clearTimeout(expiry);
    turns.delete(turn);
    byKey.delete(key);
    if (outcome !== undefined) {
      outcomes.set(key, outcome, { ttl: Math.max(1, lifeMs) });
      return waiters.forEach(({ answer }) => answer({ kind: 'done', outcome }));
    }
    const [next] = waiters;
    if (next === undefined) return;
    waiters.delete(next);
    grant(key, next, waiters);
  }

  function take(key: string, line: Line): Promise<TurnAnswer> {
    const outcome = outcomes.get(key);
    if (outcome !== undefined) return Promise.resolve({ kind: 'done', outcome });
    const held = turns.get(byKey.get(key) ?? 0);
    return new Promise((answer) => {
      if (held === undefined) return grant(key, { line, answer });
      const waiter: Waiter = { line, answer: (turn) => (clearTimeout(timer), answer(turn)) };
      const timer = setTimeout(() => {
        for (const { waiters } of turns.values()) waiters.delete(waiter);
        answer({ kind: 'unknown', because: 'turn_timeout' });
      }, patienceMs).unref();
      held.waiters.add(waiter);
    });
  }

  return {
    join(line) {
      line.answer(takeTurn, (key) => take(key, line));
      line.answer(finishTurn, finish);
      line.onClosed(() => {
        for (const { waiters } of turns.values())
          for (const waiter of waiters) if (waiter.line === line) waiters.delete(waiter);
        for (const [turn, { owner }] of turns) if (owner === line) finish({ turn, outcome: undefined, lifeMs: 0 });
      });
    },
  };
}
