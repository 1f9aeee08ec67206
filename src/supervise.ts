// How does the first process keep workers, and what does it keep for them?
import type { Writable } from 'node:stream';
import type { Config } from './config/options.ts';
import { systemClock } from './lib/clock.ts';
import type { Logger } from './lib/logger.ts';
import { countDesk } from './lib/worker-counts.ts';
import type { Addresses, LastWords } from './lib/worker-messages.ts';
import { startWorkers } from './lib/workers.ts';
import { prepareListeners } from './listeners.ts';
import { markDesk } from './session/mark-desk.ts';
import { turnDesk } from './session/turn-desk.ts';

export interface SuperviseParts {
  readonly server: Config['server'];
  readonly count: number;
  readonly logger: Logger;
  readonly streams: { readonly out: Writable; readonly err: Writable };
  readonly keepsPolicy: boolean;
  /** Told once, when all workers serve. */
  ready(addresses: Addresses): void;
  onReload(reload: () => void): void;
  readonly stopped: Promise<NodeJS.Signals>;
}

/** A worker has to finish a refresh and to close what it has opened, beside what the options give it. */
const toSpareMs = 15_000;

/** Resolves when all workers have ended: undefined when somebody wanted that, else what stands in the way. */
export async function supervise(parts: SuperviseParts): Promise<LastWords | undefined> {
  const { server, logger, stopped } = parts;
  const desks = [turnDesk({ clock: systemClock }), markDesk({ clock: systemClock }), countDesk()];
  await prepareListeners(server);
  const workers = startWorkers({ ...parts, join: (line) => desks.forEach((desk) => desk.join(line)) });
  parts.onReload(() => workers.signal('SIGHUP'));
  void workers.started.then(parts.ready);

  const why = await Promise.race([workers.failed, stopped]);
  if (typeof why === 'string') {
    await workers.stop(why, server.shutdownDelayMs + server.shutdownTimeoutMs + toSpareMs);
    return undefined;
  }
  logger.debug('the workers are ended', { because: why.text });
  await workers.stop('SIGTERM', 0);
  return why;
}
