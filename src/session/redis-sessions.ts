// What is the store in Redis made of? Its parts, put together.
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { CookieScope } from './cookie-scope.ts';
import type { ForeignSessions } from './foreign.ts';
import { recentSessions } from './recent-sessions.ts';
import type { RedisLink } from './redis-link.ts';
import { redisStore } from './redis-store.ts';
import { redisWatch } from './redis-watch.ts';
import type { Sealer } from './seal.ts';
import type { Secrets } from './secrets.ts';
import { sessionCookie } from './session-cookie.ts';
import { sessionDesk, type SessionDesk } from './session-desk.ts';
import { sessionIndex } from './session-index.ts';
import { storeOutage } from './store-outage.ts';
import type { SessionStore } from './store.ts';
import { storedSessions } from './stored-session.ts';
import { tickets } from './ticket.ts';

export interface RedisSessionsParts {
  readonly name: string;
  readonly link: RedisLink;
  readonly secrets: Secrets;
  /** Under a purpose of its own: a session sealed into a cookie is no ticket. */
  readonly sealer: Sealer;
  readonly foreign: ForeignSessions | undefined;
  readonly scope: CookieScope;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'storeFailed' | 'storeOut' | 'servedFromMemory'>;
  readonly clock: Clock;
  /** --cookie-expire; 0: no end. */
  readonly lifetimeMs: number;
  /** --session-outage-grace; 0: nothing is served from memory. */
  readonly graceMs: number;
  /** For sessions seen lately. */
  readonly rememberedBytes: number;
}

export interface RedisSessions {
  readonly store: SessionStore;
  /** For operators. */
  readonly desk: SessionDesk;
  close(): void;
}

export function redisSessions(parts: RedisSessionsParts): RedisSessions {
  const { name, scope } = parts;
  const outage = storeOutage(parts);
  const stored = storedSessions(parts);
  const index = sessionIndex(parts);
  const recent = recentSessions(parts);
  const store = redisStore({
    ...parts,
    tickets: tickets(parts),
    stored,
    recent,
    outage,
    index,
    cookie: sessionCookie(name, scope),
  });
  return {
    store: { ...store, watch: redisWatch({ ...parts, recent }) },
    desk: sessionDesk({ ...parts, stored, index }),
    close: outage.close,
  };
}
