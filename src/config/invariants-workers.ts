// Do the options about the end of a process make sense?
import type { Checkup } from './checkup.ts';

export function checkWorkers({ config, problem }: Checkup): void {
  if (config.server.shutdownDelayMs < 0) problem('shutdown-delay', 'must not be negative');
}
