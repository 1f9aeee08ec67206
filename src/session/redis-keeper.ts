// Is there a connection to Redis now, and how does a lost one come back?
import type { Logger } from '../lib/logger.ts';
import type { Connect, Connection } from './redis-connection.ts';
import { failureOf } from './redis-failure.ts';
import { StoreFailure } from './redis-link.ts';

export interface Keeper {
  /** The connection; waits for it a moment after a loss, not when it is known to be away. @throws StoreFailure */
  connection(untilMs: number): Promise<Connection>;
  /** Gives this connection up: it answers no more, or belongs to a server that is the master no longer. */
  drop(connection: Connection, because: StoreFailure): void;
  close(): void;
}

export interface KeeperParts {
  readonly connect: Connect;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** A restart or a failover that takes no longer is noticed by nobody: calls wait for it. */
const graceMs = 1_000;
/** From the first byte to the last answer of the greeting: a server may accept and then say nothing. */
const openingMs = 3_000;
const firstPauseMs = 50;
const longestPauseMs = 1_000;
/** Calls that may wait for a connection at once. */
const waitingLimit = 10_000;

export const monotonicMs = () => performance.now();

/** Opens a connection at once, and another whenever it is lost, for ever. */
export function redisKeeper({ connect, logger }: KeeperParts): Keeper {
  let current: Connection | undefined;
  let isReady = false;
  let isClosed = false;
  let failures = 0;
  let lostAtMs = monotonicMs();
  let because = new StoreFailure('store_unreachable', new Error('not connected yet'));
  let isTold = false;
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Set<() => void>();

  const wake = () => {
    for (const one of waiting) one();
    waiting.clear();
  };

  function open(): void {
    const opened: Connection = connect({
      onReady: () => opened === current && becomeReady(),
      onError: (error) => {
        if (opened === current && !isReady) because = failureOf(error);
      },
      onLost: () => lose(opened, undefined),
    });
    current = opened;
    const silent = new StoreFailure('store_timeout', new Error(`no greeting within ${openingMs} ms`));
    timer = setTimeout(() => lose(opened, silent), openingMs).unref();
  }

  function becomeReady(): void {
    clearTimeout(timer);
    isReady = true;
    if (isTold || failures > 0) logger.info('Redis can be asked again');
    isTold = false;
    failures = 0;
    wake();
  }

  function lose(connection: Connection, why: StoreFailure | undefined): void {
    if (connection !== current || isClosed) return;
    clearTimeout(timer);
    current = undefined;
    connection.close();
    if (isReady) {
      lostAtMs = monotonicMs();
      because = new StoreFailure('store_unreachable', new Error('the connection was lost'));
    }
    isReady = false;
    if (why !== undefined) because = why;
    tell();
    wake();
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** failures++);
    timer = setTimeout(open, pauseMs * (0.5 + Math.random() / 2)).unref(); // replicas do not come back in step
  }

  /** Once for each outage. */
  function tell(): void {
    if (isTold) return;
    isTold = true;
    const cause = because.cause instanceof Error ? because.cause.message : undefined;
    logger.warn('Redis cannot be asked: sessions are unknown until it is back, and nobody is signed out', {
      reason: because.reason,
      cause,
    });
  }

  function waitForChange(forMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(alarm);
        waiting.delete(done);
        resolve();
      };
      const alarm = setTimeout(done, forMs);
      waiting.add(done);
    });
  }

  open();
  return {
    async connection(untilMs) {
      for (;;) {
        if (isReady && current?.isReady()) return current;
        // A wrong password is not waited for.
        const waitsMs = because.reason === 'store_refused' ? 0 : graceMs;
        const leftMs = Math.min(untilMs, lostAtMs + waitsMs) - monotonicMs();
        if (isClosed || leftMs <= 0 || waiting.size >= waitingLimit) throw because;
        // A cluster's client may have lost all nodes and not said so yet.
        await waitForChange(isReady ? Math.min(leftMs, 20) : leftMs);
      }
    },
    drop: lose,
    close() {
      isClosed = true;
      clearTimeout(timer);
      current?.close();
      current = undefined;
      isReady = false;
      because = new StoreFailure('store_unreachable', new Error('the service is stopping'));
      wake();
    },
  };
}
