// How does one process serve, from its listeners to its last answer?
import { setTimeout as sleep } from 'node:timers/promises';
import { createApp, type App } from './app.ts';
import { openShared, startMetrics } from './surroundings.ts';
import type { Loaded } from './config/load.ts';
import { systemClock } from './lib/clock.ts';
import type { Line } from './lib/line.ts';
import type { Listening } from './lib/listening.ts';
import type { Logger } from './lib/logger.ts';
import type { SocketActivation } from './lib/socket-activation.ts';
import type { Addresses } from './lib/worker-messages.ts';
import { startListeners, type MetricsService } from './listeners.ts';
import { sessionParts } from './parts/session.ts';
import type { Proxies } from './provider/http.ts';
import type { Desk } from './session/session-desk.ts';
import type { Shared } from './session/shared.ts';

export interface ServeParts {
  readonly loaded: Loaded;
  readonly logger: Logger;
  readonly version: string;
  readonly proxies: Proxies;
  readonly activation: SocketActivation;
  /** To the first process, for a worker. */
  readonly line?: Line;
  /** Told once, when it listens. */
  ready(addresses: Addresses): void;
  onReload(reload: () => void): void;
  /** Somebody wants it to end. */
  readonly stopped: Promise<NodeJS.Signals>;
}

interface Service {
  readonly app: App;
  readonly shared: Shared;
  readonly listening: Listening;
  readonly counted: MetricsService;
}

/** For a scrape that is under way when the service ends. */
const metricsGraceMs = 1_000;

/** Resolves when the last request has its answer. @throws what keeps it from starting */
export async function serve(parts: ServeParts): Promise<void> {
  const service = await Promise.race([start(parts), parts.stopped]);
  if (typeof service === 'string') return; // nobody has been served yet
  const { app, listening, counted } = service;
  parts.ready({ service: listening.addresses, metrics: counted.listener?.addresses ?? [] });
  app.start();
  parts.onReload(app.reload);
  await parts.stopped;
  await end(service, parts.loaded.config.server);
}

/** Everything is made, and nothing listens: does it come about? @throws ConfigError, and what else stands in the way */
export function rehearse(parts: Pick<ServeParts, 'loaded' | 'logger' | 'version'>): void {
  createApp({ ...parts.loaded, ...parts, clock: systemClock });
}

/** For a command that looks after sessions and serves nobody. Undefined: the store knows of no users. */
export async function atDesk<T>(
  parts: Pick<ServeParts, 'loaded' | 'logger' | 'version'>,
  work: (desk: Desk) => Promise<T>,
): Promise<T | undefined> {
  const given = { ...parts.loaded, ...parts, clock: systemClock };
  const shared = await openShared(given);
  const { desk, marks, secrets, closeStore } = sessionParts({ ...given, shared });
  try {
    return desk && (await work({ desk, marks }));
  } finally {
    closeStore();
    secrets.close();
    await shared.close();
  }
}

async function start(parts: ServeParts): Promise<Service> {
  const { loaded, logger, line, activation } = parts;
  const { config } = loaded;
  // What every worker would say alike the first process says once.
  const quiet = { ...logger, info: logger.debug };
  const counted = await startMetrics({ ...config, logger: quiet, activation, line });
  const shared = await openShared({ config, logger, clock: systemClock, line });
  const app = createApp({ ...loaded, ...parts, clock: systemClock, metrics: counted.metrics, shared });
  const listening = await startListeners({ config, handler: app.listener, quick: app.quick, logger, activation });
  return { app, shared, listening, counted };
}

async function end({ app, shared, listening, counted }: Service, server: Loaded['config']['server']): Promise<void> {
  app.drain();
  if (server.shutdownDelayMs > 0) await sleep(server.shutdownDelayMs);
  await listening.shutdown(server.shutdownTimeoutMs);
  await app.stop();
  await shared.close();
  await counted.metrics?.text(); // what a worker has counted the first process keeps (worker-counts.ts)
  await counted.listener?.shutdown(metricsGraceMs); // last: the end can be watched as well
}
