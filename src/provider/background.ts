// Is something ready that has to be fetched first, and when is it tried again?
import type { Logger } from '../lib/logger.ts';
import { ProviderFailure } from './failure.ts';
import { remedyFor } from './remedy.ts';

export interface Background<T> {
  value(): T | undefined;
  /** Undefined when the value is there; else the failure of the last attempt, or `provider_not_ready`. */
  trouble(): ProviderFailure | undefined;
  /** Waits a little for an attempt that is under way. @throws ProviderFailure its trouble */
  ready(): Promise<T>;
  start(): void;
  stop(): void;
}

export interface BackgroundParts<T> {
  /** @throws ProviderFailure */
  load(): Promise<T>;
  readonly logger: Logger;
  /** What it is, in the log. */
  readonly name?: string;
  readonly delays?: Partial<Delays>;
}

interface Delays {
  /** Between the first attempt and the second; doubled from then on. */
  readonly firstMs: number;
  readonly mostMs: number;
  /** How long somebody who signs in waits for an attempt that is under way. */
  readonly patienceMs: number;
}

const restMs = 1000;
const defaults: Delays = { firstMs: 250, mostMs: 30_000, patienceMs: 3000 };

export function background<T>({ load, logger, name = 'the provider', delays }: BackgroundParts<T>): Background<T> {
  const { firstMs, mostMs, patienceMs } = { ...defaults, ...delays };
  let value: { readonly is: T } | undefined;
  let failure: ProviderFailure | undefined;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let fails = 0;
  let endedAt = -Infinity;
  let stopped = false;

  function attempt(): Promise<void> {
    clearTimeout(timer);
    running ??= load()
      .then(succeed, fail)
      .finally(() => {
        running = undefined;
        endedAt = performance.now();
      });
    return running;
  }

  function succeed(loaded: T): void {
    value = { is: loaded };
    failure = undefined;
    logger.info(`${name} is ready`);
  }

  function fail(error: unknown): void {
    const before = failure?.message;
    failure =
      error instanceof ProviderFailure
        ? error
        : new ProviderFailure('misconfigured', 'discovery_failed', String(error), error);
    // The same trouble again is no news.
    const level = failure.message === before ? 'debug' : 'warn';
    const { reason, message } = failure;
    logger[level](`${name} is not ready, trying again`, { reason, error: message, hint: remedyFor(reason) });
    if (stopped) return;
    const delayMs = Math.min(mostMs, firstMs * 2 ** fails);
    fails += 1;
    // Jitter: many replicas that started together should not ask together.
    timer = setTimeout(() => void attempt(), delayMs * (0.75 + Math.random() / 2)).unref();
  }

  /** What is the operator's fault stays so, however often it is tried again. */
  function trouble(): ProviderFailure {
    const { kind = 'unreachable', reason = 'provider_not_ready', message = 'discovery is under way' } = failure ?? {};
    return new ProviderFailure(kind, reason, message, failure);
  }

  return {
    value: () => value?.is,
    trouble: () => (value === undefined ? trouble() : undefined),
    async ready() {
      if (value === undefined && !stopped) {
        // Somebody is waiting: the back-off is cut short, yet many who wait do not ask more than once a second.
        const mayAsk = running !== undefined || performance.now() - endedAt >= restMs;
        if (mayAsk) await patience(attempt(), patienceMs);
      }
      if (value !== undefined) return value.is;
      throw trouble();
    },
    start: () => void attempt(),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

async function patience(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
