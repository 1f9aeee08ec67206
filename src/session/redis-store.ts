// Sessions that live in Redis; the browser holds a ticket. What Redis does not answer is unknown, never gone (security C-8).
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { Problem } from '../lib/problem.ts';
import type { RecentSessions } from './recent-sessions.ts';
import type { RedisLink, StoreFailure } from './redis-link.ts';
import { nameOf, type Session } from './session.ts';
import type { SessionCookie } from './session-cookie.ts';
import type { SessionIndex } from './session-index.ts';
import type { StoreOutage } from './store-outage.ts';
import type { CookieRequest, SessionStore } from './store.ts';
import type { StoredSessions } from './stored-session.ts';
import { sessionLookup } from './session-lookup.ts';
import type { Ticket, Tickets } from './ticket.ts';

export interface RedisStoreParts {
  readonly name: string;
  readonly link: Pick<RedisLink, 'get' | 'set' | 'setIfPresent' | 'remove' | 'ping'>;
  readonly tickets: Tickets;
  readonly stored: StoredSessions;
  readonly recent: RecentSessions;
  readonly outage: StoreOutage;
  readonly index: SessionIndex;
  readonly cookie: SessionCookie;
  readonly logger: Pick<Logger, 'warn'>;
  readonly clock: Clock;
  /** --cookie-expire in milliseconds, counted from creation or the last refresh; 0: no end. */
  readonly lifetimeMs: number;
}

export function redisStore(parts: RedisStoreParts): SessionStore {
  const { link, tickets, recent, outage, cookie, lifetimeMs } = parts;
  const lookup = sessionLookup(parts);
  const ending = sessionEnding(parts);

  async function save(request: CookieRequest, session: Session): Promise<readonly string[]> {
    const ticket = ticketOf(await tickets.read(request.cookieHeader), session, recent);
    // Nothing names this session any more: it is kept as after a sign-in.
    if (ticket === undefined) return replace(request, session);
    if (recent.isEnded(ticket.key)) return cookie.erase(request);
    const value = writtenValue(parts, ticket, session);
    try {
      // Who signed out meanwhile stays signed out.
      if (!(await link.setIfPresent(ticket.key, value, lifetimeMs))) return await ending(request);
    } catch (error) {
      // The provider may take the old refresh token no more, so the new state must get there in the end.
      outage.noticed(error);
      outage.owe(ticket.key, { kind: 'write', value, lifeMs: lifetimeMs });
    }
    recent.keep(ticket, value, session);
    await listed(parts, ticket, session);
    return cookie.write(request, await tickets.seal(ticket, session.id));
  }

  async function replace(request: CookieRequest, session: Session): Promise<readonly string[]> {
    const ticket = tickets.create(session.id);
    const value = writtenValue(parts, ticket, session);
    try {
      await link.set(ticket.key, value, lifetimeMs);
    } catch (error) {
      throw notKept(outage.noticed(error));
    }
    recent.keep(ticket, value, session);
    await listed(parts, ticket, session);
    await ending(request); // what the browser brought, planted perhaps, is worth nothing from now on (security C-1, N12)
    return cookie.overwrite(request, await tickets.seal(ticket, session.id));
  }

  return {
    load: ({ cookieHeader }) => lookup(cookieHeader),
    save,
    replace,
    clear: ending,
    async notReadyBecause() {
      try {
        await link.ping();
        return undefined;
      } catch (error) {
        return `the session store cannot be asked (${outage.noticed(error).reason})`;
      }
    },
  };
}

/** Ends every session that a request names: here at once, in Redis now or when it is back. */
function sessionEnding({ link, tickets, recent, outage, index, cookie, logger }: RedisStoreParts) {
  async function remove({ key }: Ticket): Promise<void> {
    if (recent.isEnded(key)) return; // removed already, or owed
    const session = recent.known(key);
    recent.end(key);
    try {
      await link.remove(key);
      if (session !== undefined) await index.remove(session, [key]);
    } catch (error) {
      const { reason } = outage.noticed(error);
      outage.owe(key, { kind: 'remove' });
      logger.warn('a session ended here and is removed from the store when that is back', {
        reason,
        username: nameOf(session),
      });
    }
  }

  return async (request: CookieRequest): Promise<readonly string[]> => {
    await Promise.all((await tickets.read(request.cookieHeader)).map(remove));
    return cookie.erase(request);
  };
}

/** The one of the session. A ticket of the reference tells no id, but what it opened is remembered, or it is the only one. */
function ticketOf(candidates: readonly Ticket[], { id }: Session, recent: RecentSessions): Ticket | undefined {
  const [only, ...others] = candidates;
  return (
    candidates.find(({ sessionId }) => sessionId === id) ??
    candidates.find(({ key }) => recent.known(key)?.id === id) ??
    (others.length === 0 && only?.sessionId === undefined ? only : undefined)
  );
}

function writtenValue({ stored, logger }: RedisStoreParts, ticket: Ticket, session: Session): Buffer {
  const value = stored.write(ticket, session);
  if (value !== undefined) return value;
  const reason = 'session_too_large';
  logger.warn('a session is too large to be kept: ask the provider for fewer claims or groups', {
    reason,
    username: nameOf(session),
    groups: session.groups.length,
  });
  throw new Problem({
    status: 502,
    reason,
    message:
      'Login Failed: the identity provider says more about your account than this site can keep. The people who run this site have to look at it.',
    debug: 'the session is too large for the session store',
  });
}

/** For operators. The session itself is good without it. */
async function listed({ index, outage, logger, lifetimeMs }: RedisStoreParts, { key }: Ticket, session: Session) {
  try {
    await index.add(session, key, lifetimeMs === 0 ? undefined : session.createdAtMs + lifetimeMs);
  } catch (error) {
    const { reason } = outage.noticed(error);
    logger.warn('a session is missing in the list of its user', { reason, username: nameOf(session) });
  }
}

function notKept(failure: StoreFailure): Problem {
  return new Problem({
    status: 503,
    reason: failure.reason,
    message:
      'You have signed in, but your session cannot be kept just now. Nothing is lost: please try again in a moment.',
    debug: 'the session store cannot be used',
    retryAfterSeconds: 10,
    formTarget: '/', // reference: OAuthCallback
    cause: failure,
  });
}
