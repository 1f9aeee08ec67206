// Options about several processes of the service, and about the end of each.
import { duration, workerCount } from './kinds.ts';
import type { Option } from './option.ts';

// prettier-ignore
export const workerOptions = {
  shutdownDelayMs: { flag: 'shutdown-delay', kind: duration, default: '0s', ours: true, help: 'How long requests are still taken after SIGTERM while the ready path answers 503 already, so that load balancers notice.' },
  workers:         { flag: 'workers', kind: workerCount, default: '1', ours: true, help: 'Number of processes that serve; auto: as many as there are processor cores.' },
} as const satisfies Record<string, Option>;
