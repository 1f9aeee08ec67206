// What does a process stand on that is there only where somebody asked for it: Redis, other workers, metrics?
import type { Config } from './config/options.ts';
import { usesRedis } from './config/redis-use.ts';
import type { Clock } from './lib/clock.ts';
import type { Line } from './lib/line.ts';
import type { Logger } from './lib/logger.ts';
import { hasMetricsListener, startMetricsListeners } from './listeners.ts';
import type { MetricsGiven, MetricsService } from './listeners.ts';
import { metrics as metricsPage } from './routes/metrics.ts';
import { sharedByBoth, sharedWithNobody, type Shared } from './session/shared.ts';

export interface SharedGiven {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  /** To the first process, in a worker. */
  readonly line?: Line | undefined;
}

/** What other replicas and workers know as well. The client of Redis is loaded only where it is used. */
export async function openShared(given: SharedGiven): Promise<Shared> {
  const { config, line } = given;
  const near = line && (await (await import('./session/worker-shared.ts')).sharedByWorkers(line));
  if (!usesRedis(config.session)) return near ?? sharedWithNobody();
  const far = await (await import('./session/redis-shared.ts')).redisShared(given);
  return near ? sharedByBoth(near, far) : far;
}

/** Counts, and tells the counts at listeners of its own. prom-client is loaded only when somebody asked for it. */
export async function startMetrics(given: MetricsGiven & Pick<SharedGiven, 'line'>): Promise<MetricsService> {
  if (!hasMetricsListener(given.server)) return { metrics: undefined, listener: undefined };
  const { createMetrics } = await import('./lib/metrics-prometheus.ts');
  const metrics = createMetrics(given.line);
  return { metrics, listener: await startMetricsListeners({ ...given, handler: metricsPage({ metrics, ...given }) }) };
}
