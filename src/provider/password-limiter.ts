// How often may somebody try passwords? By address and user, so that one guesser locks nobody else out (security P15).
import { LRUCache } from 'lru-cache';
import { subscriberOf } from '../lib/addresses.ts';
import type { Clock } from '../lib/clock.ts';

export interface PasswordLimiter {
  /** Milliseconds until the next try; 0: now. */
  waitMs(who: Guesser): number;
  /** Counts until `succeeded`. */
  tried(who: Guesser): void;
  /** It came to nothing: nobody looked. */
  takeBack(who: Guesser): void;
  succeeded(who: Guesser): void;
  /** Everybody begins anew. */
  forget(): void;
}

export interface Guesser {
  readonly client: string;
  readonly user: string;
}

export const passwordBudget = { tries: 10, windowMs: 5 * 60_000 } as const;
/** Whoever comes from so many addresses, or tries so many names, pushes out his own oldest. */
const remembered = 20_000;

interface Tries {
  readonly count: number;
  readonly sinceMs: number;
}

export function passwordLimiter(clock: Clock): PasswordLimiter {
  const tries = new LRUCache<string, Tries>({ max: remembered });
  const current = (who: Guesser) => {
    const known = tries.get(keyOf(who));
    return known !== undefined && clock() - known.sinceMs < passwordBudget.windowMs ? known : undefined;
  };
  const add = (who: Guesser, more: number) => {
    const known = current(who);
    tries.set(keyOf(who), { count: Math.max(0, (known?.count ?? 0) + more), sinceMs: known?.sinceMs ?? clock() });
  };
  return {
    waitMs(who) {
      const known = current(who);
      if (known === undefined || known.count < passwordBudget.tries) return 0;
      return known.sinceMs + passwordBudget.windowMs - clock();
    },
    tried: (who) => add(who, 1),
    takeBack: (who) => add(who, -1),
    succeeded: (who) => void tries.delete(keyOf(who)),
    forget: () => tries.clear(),
  };
}

/** Other spellings of a name, and its e-mail form, share one budget; so do the addresses of one subscriber. */
function keyOf({ client, user }: Guesser): string {
  const canonical = user.normalize('NFKC').trim().toLowerCase().split('@', 1)[0] ?? '';
  return `${subscriberOf(client)} ${canonical}`;
}
