// What is written down and counted of a sign-out? Four steps: started, cleared here, provider told, returned from there.
import type { IncomingMessage } from 'node:http';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { Visits } from './visit.ts';

export interface SignOutRecord {
  /** `session`: `found`, or the reason code why there is none. Without one a sign-out is a success all the same. */
  started(req: IncomingMessage, session: string): void;
  cleared(req: IncomingMessage): void;
  /** Server to server. */
  told(req: IncomingMessage, outcome: { readonly how: string; readonly ms: number }): void;
  /** A warning only where a session was to be ended. */
  notTold(req: IncomingMessage, outcome: { readonly reason: string; readonly ms: number }): void;
  /** By the browser, on its way. */
  sent(req: IncomingMessage): void;
  /** Nobody is to be told, or there is nothing to tell. */
  skipped(req: IncomingMessage, because: string): void;
  returned(req: IncomingMessage): void;
  returnedUnknown(req: IncomingMessage): void;
}

export interface SignOutRecordParts {
  readonly visits: Visits;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'signOut'>;
}

export function signOutRecord({ visits, logger, metrics }: SignOutRecordParts): SignOutRecord {
  const factsOf = (req: IncomingMessage) => {
    const { username, original } = visits.of(req);
    return { username, request_id: original.id };
  };
  return {
    started(req, session) {
      logger.info('a sign-out began', { ...factsOf(req), session });
      metrics.signOut({ step: 'started', result: 'ok' });
    },
    cleared(req) {
      logger.info('signed out here', factsOf(req));
      metrics.signOut({ step: 'cleared', result: 'ok' });
    },
    told(req, { how, ms }) {
      logger.info('the provider was told of the sign-out', { ...factsOf(req), how, ms });
      metrics.signOut({ step: 'provider_told', result: 'ok', how, durationMs: ms });
    },
    notTold(req, { reason, ms }) {
      logger.warn('signed out here, but the provider could not be told', { ...factsOf(req), reason, ms });
      metrics.signOut({ step: 'provider_told', result: 'failed', how: reason, durationMs: ms });
    },
    sent(req) {
      logger.info('the browser tells the provider of the sign-out', { ...factsOf(req), how: 'redirect' });
      metrics.signOut({ step: 'provider_told', result: 'sent', how: 'redirect' });
    },
    skipped(req, because) {
      logger.info('the provider is not told of the sign-out', { ...factsOf(req), reason: because });
      metrics.signOut({ step: 'provider_told', result: 'skipped', how: because });
    },
    returned(req) {
      logger.info('back from the sign-out at the provider', factsOf(req));
      metrics.signOut({ step: 'returned', result: 'ok' });
    },
    returnedUnknown(req) {
      const reason = 'sign_out_state_unknown';
      logger.info('somebody came back from a sign-out that this browser did not begin', { ...factsOf(req), reason });
      metrics.signOut({ step: 'returned', result: 'failed', how: reason });
    },
  };
}
