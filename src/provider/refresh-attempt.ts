// What does the provider say to one refresh, and what do log, metrics and circuit breaker hear of it?
import { assertNever } from '../lib/assert-never.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../lib/metrics.ts';
import { nameOf, type Session } from '../session/session.ts';
import type { Permit } from './circuit-breaker.ts';
import type { Provider, Renewal, Unavailable } from './provider.ts';
import { remedyFor } from './remedy.ts';

export interface RefreshAttemptParts {
  readonly provider: Pick<Provider, 'refresh'>;
  readonly logger: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
  readonly metrics: Pick<Metrics, 'refresh'>;
  readonly clock: Clock;
}

/** Never rejects. */
export type RefreshAttempt = (session: Session, permit: Permit) => Promise<Renewal>;

const loudEveryMs = 60_000;
const clientRefused = new Set(['token_endpoint_invalid_client', 'token_endpoint_unauthorized_client']);

export function refreshAttempt(parts: RefreshAttemptParts): RefreshAttempt {
  const { provider, logger, metrics, clock } = parts;
  const tellTrouble = troubleTeller(parts);

  return async function attempt(session, permit) {
    const renewal = await provider.refresh(session).catch(unforeseen);
    metrics.refresh(renewal.kind);
    report(renewal, session, permit);
    const username = nameOf(session);
    switch (renewal.kind) {
      case 'renewed': {
        logger.info('refreshed a session', { username });
        // Later than before, whatever the clock does: each state of a session has a name of its own.
        const createdAtMs = Math.max(clock(), session.createdAtMs + 1);
        return { kind: 'renewed', session: { ...renewal.session, createdAtMs } };
      }
      case 'revoked':
        logger.warn('the provider ended a session', { reason: renewal.because, username });
        return renewal;
      case 'unavailable':
        tellTrouble(renewal, username);
        return renewal;
      default:
        return assertNever(renewal);
    }
  };

  /** Our own fault is no reason to sign anybody out (security D9), and what it has done to the refresh token is unknown. */
  function unforeseen(error: unknown): Unavailable {
    const cause = error instanceof Error ? error.stack : String(error);
    logger.error('a refresh failed in a way that nobody foresaw', { reason: 'internal_error', cause });
    return { kind: 'unavailable', because: 'internal_error' };
  }
}

function report(renewal: Renewal, { id: sessionId }: Session, permit: Permit): void {
  if (renewal.kind !== 'unavailable') return permit.answered();
  const { fault, because } = renewal;
  // Too many calls of ours at once are no fault of the provider.
  if (fault === undefined || because.endsWith('_busy')) return permit.unused();
  // It answered; what it answered does not fit this one session.
  if (fault === 'rejected') return permit.answered();
  permit.failed({ sessionId, ...renewal });
}

/** A client that the provider refuses concerns every session: loud, but not once for each of them (security T-10). */
function troubleTeller({ logger, clock }: RefreshAttemptParts) {
  let quietUntilMs = 0;
  return ({ because, fault, detail }: Unavailable, username: string | undefined): void => {
    const fields = { reason: because, cause: detail, hint: remedyFor(because), username };
    if (fault !== 'misconfigured') {
      return logger.warn('a session could not be refreshed and lives on to its own end', fields);
    }
    const isQuiet = clock() < quietUntilMs;
    if (!isQuiet) quietUntilMs = clock() + loudEveryMs;
    const what = clientRefused.has(because) ? 'the provider refuses this client' : 'the provider refuses refreshes';
    logger[isQuiet ? 'debug' : 'error'](`${what}: sessions are not refreshed and live on to their own ends`, fields);
  };
}
