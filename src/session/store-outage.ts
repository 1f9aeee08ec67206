// Is Redis out, since when, and what has to be done when it is back?
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { ownCopy } from '../lib/memory-of.ts';
import type { Metrics } from '../lib/metrics.ts';
import { StoreFailure, type RedisLink } from './redis-link.ts';

/** What could not be done, by its key in Redis; the last one counts. */
export type Debt =
  | { readonly kind: 'remove' }
  /** A session that was refreshed meanwhile; only if it is there still. */
  | { readonly kind: 'write'; readonly value: Buffer; readonly lifeMs: number };

export interface StoreOutage {
  /** Redis did not do what it was asked. Told once, however many requests hear of it. @throws what is no StoreFailure */
  noticed(error: unknown): StoreFailure;
  owe(key: string, debt: Debt): void;
  /** A newer value than the one in Redis. */
  unwritten(key: string): Buffer | undefined;
  servedFromMemory(): void;
  close(): void;
}

export interface StoreOutageParts {
  readonly link: Pick<RedisLink, 'ping' | 'remove' | 'setIfPresent'>;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'storeFailed' | 'storeOut' | 'servedFromMemory'>;
  readonly clock: Clock;
}

/** How soon it is noticed that Redis is back. */
const askAgainMs = 500;
const removalLimit = 20_000;
const writeLimitBytes = 16 * 1024 * 1024;

interface Outage {
  readonly beganAtMs: number;
  served: number;
  timer: NodeJS.Timeout | undefined;
}

export function storeOutage(parts: StoreOutageParts): StoreOutage {
  const { logger, metrics, clock } = parts;
  const owed = debts(logger);
  let current: Outage | undefined;
  let isClosed = false;

  function schedule(outage: Outage): void {
    if (!isClosed) outage.timer = setTimeout(() => void look(outage), askAgainMs).unref();
  }

  async function look(outage: Outage): Promise<void> {
    try {
      await parts.link.ping();
      const paid = await owed.pay(parts.link);
      current = undefined;
      metrics.storeOut(false);
      logger.info('the session store is back', {
        ms: clock() - outage.beganAtMs,
        from_memory: outage.served,
        made_up_for: paid,
      });
    } catch (error) {
      if (!(error instanceof StoreFailure))
        logger.error('the session store failed in a way that nobody foresaw', {
          reason: 'internal_error',
          cause: String(error),
        });
      schedule(outage);
    }
  }

  return {
    noticed(error) {
      if (!(error instanceof StoreFailure)) throw error;
      metrics.storeFailed(error.reason);
      if (current === undefined) {
        current = { beganAtMs: clock(), served: 0, timer: undefined };
        metrics.storeOut(true);
        logger.error(
          'the session store is out: sessions that were seen lately are served from memory, others have to wait',
          { reason: error.reason, cause: causeOf(error) },
        );
        schedule(current);
      }
      return error;
    },
    owe: owed.add,
    unwritten: owed.unwritten,
    servedFromMemory() {
      metrics.servedFromMemory();
      if (current !== undefined) current.served++;
    },
    close() {
      isClosed = true;
      clearTimeout(current?.timer);
      owed.tellOfRest();
    },
  };
}

/** Bounded: an outage may be long, and users go on signing out. */
function debts(logger: Logger) {
  const owed = new Map<string, Debt>();
  let writtenBytes = 0;

  function settle(key: string): void {
    const debt = owed.get(key);
    if (debt?.kind === 'write') writtenBytes -= debt.value.length;
    owed.delete(key);
  }

  return {
    add(key: string, debt: Debt): void {
      const known = owed.get(key);
      if (known?.kind === 'remove') return; // whoever signed out stays signed out
      settle(key);
      const bytes = debt.kind === 'write' ? debt.value.length : 0;
      if (owed.size >= removalLimit || writtenBytes + bytes > writeLimitBytes)
        return logger.error('too much to make up for in the session store; a change of a session is lost', {
          reason: 'store_debts_full',
          kind: debt.kind,
        });
      owed.set(key, debt.kind === 'write' ? { ...debt, value: ownCopy(debt.value) } : debt);
      writtenBytes += bytes;
    },
    unwritten(key: string): Buffer | undefined {
      const debt = owed.get(key);
      return debt?.kind === 'write' ? debt.value : undefined;
    },
    /** @returns how many; what Redis does not take now stays owed */
    async pay(link: Pick<RedisLink, 'remove' | 'setIfPresent'>): Promise<number> {
      let paid = 0;
      for (const [key, debt] of owed) {
        if (debt.kind === 'remove') await link.remove(key);
        else await link.setIfPresent(key, debt.value, debt.lifeMs);
        if (owed.get(key) === debt) settle(key); // else it changed while Redis was asked
        paid++;
      }
      return paid;
    },
    tellOfRest(): void {
      if (owed.size > 0)
        logger.warn(
          'stopping while the session store is out: some sessions that ended here stay there until they expire',
          {
            reason: 'store_debts_unpaid',
            count: owed.size,
          },
        );
    },
  };
}

function causeOf({ cause }: StoreFailure): string | undefined {
  return cause instanceof Error ? cause.message : undefined;
}
