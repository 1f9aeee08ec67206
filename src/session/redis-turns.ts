// Who of all replicas does what must be done once? A lock in Redis, and beside it what came of it.
import { createHash, randomBytes } from 'node:crypto';
import type { Logger } from '../lib/logger.ts';
import { StoreFailure, type RedisLink } from './redis-link.ts';
import type { Turn, Turns } from './turns.ts';

export interface RedisTurnsParts {
  readonly link: Pick<RedisLink, 'get' | 'set' | 'setIfAbsent' | 'removeIf' | 'prolongIf'>;
  /** Keys lie under it; it ends in a colon. */
  readonly prefix: string;
  readonly logger: Pick<Logger, 'warn'>;
  /** Somewhat longer than the longest call to a token endpoint; whoever dies blocks the others as long. */
  readonly lockLifeMs?: number;
  /** How long one waits for another. */
  readonly patienceMs?: number;
}

const defaultLockLifeMs = 16_000;
const pollMs = 40;

export function redisTurns(parts: RedisTurnsParts): Turns & { close(): void } {
  const { link, prefix, lockLifeMs = defaultLockLifeMs, patienceMs = lockLifeMs + 2_000 } = parts;
  const held = new Set<HeldLock>();

  async function attempt(names: Names): Promise<Turn | undefined> {
    const before = await link.get(names.outcome);
    if (before !== undefined) return doneWith(before);
    const owner = randomBytes(16).toString('base64url');
    if (!(await acquire({ ...parts, names, owner, lockLifeMs }))) return undefined;
    const lock = heldLock({ ...parts, names, owner, lockLifeMs, forget: (one) => void held.delete(one) });
    held.add(lock);
    try {
      // Somebody may have finished between the look at the outcome and the lock.
      const meanwhile = await link.get(names.outcome);
      if (meanwhile === undefined) return { kind: 'ours', finish: lock.finish };
      await lock.finish(undefined, 0);
      return doneWith(meanwhile);
    } catch (error) {
      await lock.finish(undefined, 0);
      throw error;
    }
  }

  return {
    async take(key) {
      const names = namesOf(prefix, key);
      const untilMs = performance.now() + patienceMs;
      try {
        for (;;) {
          const turn = await attempt(names);
          if (turn !== undefined) return turn;
          if (performance.now() + pollMs >= untilMs) return { kind: 'unknown', because: 'turn_taken' };
          await pause(pollMs * (0.75 + Math.random() / 2));
        }
      } catch (error) {
        return { kind: 'unknown', because: error instanceof StoreFailure ? error.reason : 'store_refused' };
      }
    },
    close() {
      for (const lock of held) lock.abandon();
    },
  };
}

interface Names {
  readonly lock: string;
  readonly outcome: string;
}

/** What the turn is about may be a secret; and both lie on one node of a cluster by nothing but luck, which no command needs. */
function namesOf(prefix: string, key: string): Names {
  const hash = createHash('sha256').update(key).digest('base64url');
  return { lock: `${prefix}turn:${hash}`, outcome: `${prefix}outcome:${hash}` };
}

const doneWith = (outcome: Buffer): Turn => ({ kind: 'done', outcome: outcome.toString() });

interface LockParts extends Pick<RedisTurnsParts, 'link' | 'logger'> {
  readonly names: Names;
  readonly owner: string;
  readonly lockLifeMs: number;
}

/** When the answer is lost on the way, the owner's name in the lock tells whether it was won. */
async function acquire({ link, names, owner, lockLifeMs }: LockParts): Promise<boolean> {
  try {
    return await link.setIfAbsent(names.lock, owner, lockLifeMs);
  } catch (error) {
    if (!(error instanceof StoreFailure) || error.reason === 'store_refused') throw error;
    return (await link.get(names.lock))?.toString() === owner;
  }
}

interface HeldLock {
  finish(outcome: string | undefined, lifeMs: number): Promise<void>;
  /** Stops prolonging it, and telling of it: the process ends. */
  abandon(): void;
}

function heldLock(parts: LockParts & { forget(lock: HeldLock): void }): HeldLock {
  const { link, names, owner, lockLifeMs, forget } = parts;
  let isAbandoned = false;
  const lock: HeldLock = {
    finish,
    abandon() {
      isAbandoned = true;
      clearInterval(timer);
    },
  };
  const timer = setInterval(() => {
    link.prolongIf(names.lock, owner, lockLifeMs).catch(() => undefined); // three more tries before it ends
  }, lockLifeMs / 4).unref();
  const end = () => {
    clearInterval(timer);
    forget(lock);
  };

  async function tell(outcome: string | undefined, lifeMs: number): Promise<void> {
    if (outcome !== undefined) await link.set(names.outcome, outcome, lifeMs);
    await link.removeIf(names.lock, owner);
  }

  /** The work is done, and its result must not be lost to the others for a moment without Redis: they would do it again. */
  async function finish(outcome: string | undefined, lifeMs: number): Promise<void> {
    try {
      await tell(outcome, lifeMs);
      end();
    } catch (error) {
      void keepTelling(outcome, lifeMs, error);
    }
  }

  async function keepTelling(outcome: string | undefined, lifeMs: number, first: unknown): Promise<void> {
    const untilMs = performance.now() + (outcome === undefined ? 0 : Math.max(lockLifeMs, lifeMs));
    let last = first;
    while (performance.now() < untilMs && !isAbandoned) {
      await pause(250);
      try {
        await tell(outcome, lifeMs);
        return end();
      } catch (error) {
        last = error;
      }
    }
    end();
    const reason = last instanceof StoreFailure ? last.reason : 'store_refused';
    parts.logger.warn('other replicas could not be told what came of a refresh', { reason });
  }

  return lock;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
