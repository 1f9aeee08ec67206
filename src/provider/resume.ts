// Whose session does a request bring, refreshed when that is due?
import { LRUCache } from 'lru-cache';
import { assertNever } from '../lib/assert-never.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { Session } from '../session/session.ts';
import type { SignOutMarks } from '../session/sign-out-marks.ts';
import type { CookieRequest, SessionStore } from '../session/store.ts';
import type { Provider, Renewal } from './provider.ts';

/** A session, or why there is none; and the Set-Cookie lines that the answer must carry either way. */
export interface Resumed {
  readonly session: Session | undefined;
  /** Reason code when there is no session. */
  readonly because: string | undefined;
  /** The session cannot be known now (store out, or due for a refresh that nobody can do): keep the cookie, begin no sign-in. */
  readonly unavailable: boolean;
  readonly cookies: readonly string[];
}

export interface ResumeParts {
  readonly store: SessionStore;
  readonly provider: Provider;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'refresh'>;
  readonly clock: Clock;
  /** --cookie-refresh in milliseconds; 0: sessions are never refreshed (reference). */
  readonly refreshAfterMs: number;
  readonly marks: SignOutMarks;
}

/** A refreshed session is handed to requests that still bring the old cookie, so that no refresh token is used twice (security T-9). */
const graceMs = 30_000;
/** After a failed refresh the provider is left alone for a while. */
const pauseMs = 5_000;

export function resume(parts: ResumeParts): (request: CookieRequest) => Promise<Resumed> {
  const { store, marks, clock, refreshAfterMs } = parts;
  const renewals = new LRUCache<string, Promise<Renewal>>({
    max: 10_000,
    ttl: graceMs,
    ttlResolution: 0, // the clock is asked each time, so that it may be turned
    perf: { now: clock },
  });

  return async function resumed(request) {
    const loaded = await store.load(request);
    switch (loaded.kind) {
      case 'none': {
        const cookies = loaded.because === 'no_cookie' ? [] : await store.clear(request);
        return none(loaded.because, cookies);
      }
      case 'conflict':
        return none('sessions_of_two_sign_ins', await store.clear(request));
      case 'unavailable':
        return { session: undefined, because: loaded.because, unavailable: true, cookies: [] };
      case 'found':
        break;
      default:
        return assertNever(loaded);
    }
    const { session } = loaded;
    if (marks.isEnded(session)) return none('signed_out', await store.clear(request));
    const isDue = refreshAfterMs > 0 && clock() - session.createdAtMs > refreshAfterMs;
    if (!isDue) return { session, because: undefined, unavailable: false, cookies: [] };
    return outcome(parts, { request, session, renewal: await renewalOf(parts, renewals, session) });
  };
}

/** One refresh at a time for a session, and its result for everybody who asks within the grace time (security T-7). */
function renewalOf(
  parts: ResumeParts,
  renewals: LRUCache<string, Promise<Renewal>>,
  session: Session,
): Promise<Renewal> {
  const key = `${session.id} ${session.createdAtMs}`;
  const known = renewals.get(key);
  if (known !== undefined) return known;
  const renewal = refresh(parts, session);
  renewals.set(key, renewal);
  // A failure is remembered only for a pause: the next request after it may try again.
  void renewal.then(
    (result) => {
      if (result.kind === 'unavailable') renewals.set(key, renewal, { ttl: result.retryAfterMs ?? pauseMs });
    },
    () => renewals.delete(key),
  ); // the request itself hears of what nobody foresaw
  return renewal;
}

async function refresh({ provider, logger, metrics, clock }: ResumeParts, session: Session): Promise<Renewal> {
  const username = session.email || session.user;
  const renewal = await provider.refresh(session);
  metrics.refresh(renewal.kind);
  switch (renewal.kind) {
    case 'renewed':
      logger.info('refreshed a session', { username });
      return { ...renewal, session: { ...renewal.session, createdAtMs: clock() } };
    case 'revoked':
      logger.warn('the provider ended a session', { reason: renewal.because, username });
      return renewal;
    case 'unavailable':
      logger.warn('a session could not be refreshed and lives on to its own end', {
        reason: renewal.because,
        username,
      });
      return renewal;
    default:
      return assertNever(renewal);
  }
}

async function outcome(
  { store, marks, clock }: ResumeParts,
  { request, session, renewal }: { request: CookieRequest; session: Session; renewal: Renewal },
): Promise<Resumed> {
  switch (renewal.kind) {
    case 'renewed':
      // The user may have signed out while the provider was asked.
      if (marks.isEnded(session) || marks.isEnded(renewal.session))
        return none('signed_out', await store.clear(request));
      return {
        session: renewal.session,
        because: undefined,
        unavailable: false,
        cookies: await store.save(request, renewal.session),
      };
    case 'revoked':
      await marks.endSession(session);
      return none('session_revoked', await store.clear(request));
    case 'unavailable': {
      const isOver = session.expiresAtMs !== undefined && session.expiresAtMs <= clock();
      if (!isOver) return { session, because: undefined, unavailable: false, cookies: [] };
      // Without a refresh token nothing can bring this session back; otherwise the provider may, once it answers again.
      if (renewal.because === 'no_refresh_token') return none('session_expired', await store.clear(request));
      return { session: undefined, because: 'session_expired_and_refresh_failed', unavailable: true, cookies: [] };
    }
    default:
      return assertNever(renewal);
  }
}

function none(because: string, cookies: readonly string[]): Resumed {
  return { session: undefined, because, unavailable: false, cookies };
}
