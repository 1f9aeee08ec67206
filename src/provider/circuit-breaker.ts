// Is the provider asked for refreshes at all, or left alone because it fails?
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { CircuitState, Metrics } from '../lib/metrics.ts';
import { backoffMs, boundedPatienceMs } from './backoff.ts';
import { remedyFor } from './remedy.ts';

export interface Trouble {
  readonly sessionId: string;
  /** Reason code. */
  readonly because: string;
  readonly retryAfterMs?: number | undefined;
}

/** For one refresh. Whoever has it says what came of it, once. */
export interface Permit {
  answered(): void;
  failed(trouble: Trouble): void;
  /** The provider was not asked after all. */
  unused(): void;
}

export interface CircuitBreaker {
  /** Undefined: the provider is to be left alone. */
  ask(): Permit | undefined;
  /** How often the provider came back; what failed before that is no longer held against anybody. */
  recoveries(): number;
}

export interface CircuitBreakerParts {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'debug' | 'info' | 'warn'>;
  readonly metrics: Pick<Metrics, 'providerCircuit'>;
  readonly random?: () => number;
}

/** So many failures in a row, and not all of one session, whose own fault it might be. A few sessions have their own pauses. */
const threshold = { failures: 15, sessions: 2 };
const rest = { firstMs: 5_000, mostMs: 60_000 };

export function circuitBreaker({ clock, logger, metrics, random = Math.random }: CircuitBreakerParts): CircuitBreaker {
  let state: CircuitState = 'closed';
  let fails = 0;
  let failing = new Set<string>();
  let opened = 0;
  let untilMs = 0;
  let recoveries = 0;
  metrics.providerCircuit(state);

  function become(next: CircuitState): void {
    state = next;
    metrics.providerCircuit(next);
  }

  function close(): void {
    fails = 0;
    failing = new Set();
    if (state === 'closed') return;
    opened = 0;
    recoveries += 1;
    become('closed');
    logger.info('the provider answers again: sessions are refreshed', { reason: 'provider_circuit_closed' });
  }

  function open({ because, retryAfterMs }: Trouble): void {
    const restMs = backoffMs({ ...rest, failsBefore: opened, chance: random() });
    const waitMs = Math.max(restMs, boundedPatienceMs(retryAfterMs));
    opened += 1;
    untilMs = clock() + waitMs;
    become('open');
    logger.warn('the provider fails again and again: no session is refreshed for a while, and all live on', {
      reason: 'provider_circuit_open',
      cause: because,
      hint: remedyFor(because),
      seconds: Math.ceil(waitMs / 1000),
    });
  }

  function count(trouble: Trouble): void {
    fails += 1;
    if (failing.size < threshold.sessions) failing.add(trouble.sessionId);
    if (fails >= threshold.failures && failing.size >= threshold.sessions) open(trouble);
  }

  const ordinary: Permit = {
    answered: close,
    // What was asked before it opened tells nothing new.
    failed: (trouble) => void (state === 'closed' && count(trouble)),
    unused: () => undefined,
  };
  const probe: Permit = {
    answered: close,
    failed: (trouble) => void (state === 'half_open' && open(trouble)),
    unused: () => void (state === 'half_open' && become('open')),
  };

  return {
    recoveries: () => recoveries,
    ask() {
      if (state === 'closed') return ordinary;
      if (state === 'half_open' || clock() < untilMs) return undefined;
      become('half_open');
      logger.debug('asking the provider once, for one session', { reason: 'provider_circuit_half_open' });
      return probe;
    },
  };
}
