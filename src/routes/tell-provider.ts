// Tells the provider of a sign-out within bounded time, and writes down what came of it.
import type { IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Provider } from '../provider/provider.ts';
import type { Told } from '../provider/sign-out.ts';
import type { SignOutPlan } from '../provider/sign-out-plan.ts';
import type { Session } from '../session/session.ts';
import type { Visits } from './visit.ts';

export interface TellProvider {
  tell(
    req: IncomingMessage,
    plan: SignOutPlan & { kind: 'backend' | 'call' },
    session: Session | undefined,
  ): Promise<Told>;
  /** By the browser, on its way. */
  byBrowser(req: IncomingMessage): void;
  notTold(req: IncomingMessage): void;
}

export interface TellProviderParts {
  readonly visits: Visits;
  readonly provider: Pick<Provider, 'signOut'>;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Sign-out answers within three seconds whatever the provider does. */
const patienceMs = 2500;

export function tellProvider({ visits, provider, logger, clock }: TellProviderParts): TellProvider {
  const facts = (req: IncomingMessage) => ({
    username: visits.of(req).username,
    request_id: visits.of(req).original.id,
  });

  return {
    async tell(req, plan, session) {
      const startedAtMs = clock();
      const call =
        plan.kind === 'backend'
          ? provider.signOut.endSession(plan.endpoint, session)
          : provider.signOut.call(plan.url, session);
      const told = await Promise.race([call, wait(patienceMs, tooLate, { ref: false })]);
      const ms = clock() - startedAtMs;
      if (told.kind === 'failed') {
        logger.warn('signed out here, but the provider could not be told', { ...facts(req), reason: told.because, ms });
      } else {
        const how = told.kind === 'ended' ? told.how : told.kind;
        logger.info('signed out, and the provider was told', { ...facts(req), provider: how, ms });
      }
      return told;
    },
    byBrowser: (req) =>
      logger.info('signed out; the browser goes on to the provider', { ...facts(req), provider: 'redirect' }),
    notTold: (req) => logger.info('signed out', { ...facts(req), provider: 'not_told' }),
  };
}

const tooLate: Told = { kind: 'failed', because: 'timeout' };
