// What is every part made of?
import type { Config, Flag } from '../config/options.ts';
import type { Structure } from '../config/structure.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { Proxies } from '../provider/http.ts';
import type { Shared } from '../session/shared.ts';

export interface Given extends Structure {
  readonly config: Config;
  isGiven(flag: Flag): boolean;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly version: string;
  readonly proxies?: Proxies;
  /** Absent: nobody else is known of. */
  readonly shared?: Shared | undefined;
  /** Absent: nothing is counted. */
  readonly metrics?: Metrics | undefined;
}
