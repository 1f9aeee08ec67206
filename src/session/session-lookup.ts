// Whose session is in Redis? One question for a request, or an answer from memory while Redis cannot be asked.
import type { Clock } from '../lib/clock.ts';
import { cookiesOf } from './chunks.ts';
import type { RecentSessions } from './recent-sessions.ts';
import type { RedisLink, StoreFailure } from './redis-link.ts';
import type { Session } from './session.ts';
import type { StoreOutage } from './store-outage.ts';
import type { Loaded } from './store.ts';
import type { StoredSessions } from './stored-session.ts';
import type { Ticket, Tickets } from './ticket.ts';

export interface LookupParts {
  readonly name: string;
  readonly link: Pick<RedisLink, 'get'>;
  readonly tickets: Tickets;
  readonly stored: StoredSessions;
  readonly recent: RecentSessions;
  readonly outage: StoreOutage;
  readonly clock: Clock;
  readonly lifetimeMs: number;
}

/** What is known of one ticket. */
type Seen =
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'none'; readonly because: 'session_gone' | 'session_unreadable' }
  | { readonly kind: 'unknown'; readonly failure: StoreFailure };

/** How far a session may come from the future: clocks of replicas differ (reference: encryption.Validate). */
const skewMs = 5 * 60_000;

export function sessionLookup(parts: LookupParts): (cookieHeader: string | undefined) => Promise<Loaded> {
  const { name, tickets } = parts;
  return async (cookieHeader) => {
    const brought = await tickets.read(cookieHeader);
    if (brought.length === 0) {
      const isEmpty = cookiesOf(name, cookieHeader).length === 0;
      return { kind: 'none', because: isEmpty ? 'no_cookie' : 'cookie_unreadable' };
    }
    const own = brought.filter(({ foreign }) => foreign === undefined);
    const loaded = own.length === 0 ? undefined : await judged(parts, own);
    // A session of ours makes those of the reference leftovers.
    if (loaded !== undefined && (loaded.kind !== 'none' || own.length === brought.length)) return loaded;
    const inherited = await judged(
      parts,
      brought.filter(({ foreign }) => foreign !== undefined),
    );
    return inherited.kind === 'found' ? { ...inherited, isForeign: true } : inherited;
  };
}

/** At least one ticket. */
async function judged(parts: LookupParts, tickets: readonly Ticket[]): Promise<Loaded> {
  const seen = await Promise.all(tickets.map((ticket) => look(parts, ticket)));
  const sessions = seen.flatMap((one) => (one.kind === 'session' ? [one.session] : []));
  const current = newestFirst(sessions.filter((session) => isCurrent(parts, session)));
  const unknown = seen.find((one) => one.kind === 'unknown');
  if (unknown !== undefined) {
    const sessionIds = tickets.flatMap(({ sessionId }) => sessionId ?? []);
    return { kind: 'unavailable', because: unknown.failure.reason, sessionIds };
  }
  const [newest, ...others] = current;
  if (newest !== undefined) {
    return others.length > 0 ? { kind: 'conflict', sessions: current } : { kind: 'found', session: newest };
  }
  const [expired] = newestFirst(sessions);
  if (expired !== undefined) return { kind: 'none', because: 'session_expired', expired };
  const none = seen.find((one) => one.kind === 'none');
  return { kind: 'none', because: none?.because ?? 'session_gone' };
}

async function look({ link, stored, recent, outage }: LookupParts, ticket: Ticket): Promise<Seen> {
  // Redis may not have heard of it yet.
  if (recent.isEnded(ticket.key)) return { kind: 'none', because: 'session_gone' };
  const unwritten = outage.unwritten(ticket.key);
  const refreshed = unwritten && stored.read(ticket, unwritten);
  if (refreshed !== undefined) return { kind: 'session', session: refreshed };
  let value: Buffer | undefined;
  try {
    value = await link.get(ticket.key);
  } catch (error) {
    return remembered({ recent, outage }, ticket, outage.noticed(error));
  }
  // It may have ended while Redis was asked.
  if (value === undefined || recent.isEnded(ticket.key)) {
    recent.forget(ticket.key);
    return { kind: 'none', because: 'session_gone' };
  }
  const known = recent.opened(ticket, value);
  if (known !== undefined) return { kind: 'session', session: known };
  const opened = stored.read(ticket, value);
  if (opened === undefined) return { kind: 'none', because: 'session_unreadable' };
  recent.keep(ticket, value, opened);
  return { kind: 'session', session: opened };
}

function remembered(
  { recent, outage }: Pick<LookupParts, 'recent' | 'outage'>,
  ticket: Ticket,
  failure: StoreFailure,
): Seen {
  const session = recent.lately(ticket);
  if (session === undefined) return { kind: 'unknown', failure };
  outage.servedFromMemory();
  return { kind: 'session', session };
}

function newestFirst(sessions: readonly Session[]): readonly Session[] {
  return sessions.toSorted((a, b) => b.createdAtMs - a.createdAtMs);
}

function isCurrent({ clock, lifetimeMs }: LookupParts, { createdAtMs }: Session): boolean {
  const now = clock();
  return createdAtMs < now + skewMs && (lifetimeMs === 0 || createdAtMs > now - lifetimeMs);
}
