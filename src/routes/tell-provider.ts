// Tells the provider of a sign-out within bounded time.
import type { IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { assertNever } from '../lib/assert-never.ts';
import type { Clock } from '../lib/clock.ts';
import type { Told } from '../provider/end-session.ts';
import type { Provider } from '../provider/provider.ts';
import type { SignOutPlan } from '../provider/sign-out-plan.ts';
import type { Session } from '../session/session.ts';
import type { SignOutRecord } from './sign-out-record.ts';

export type TellProvider = (
  req: IncomingMessage,
  plan: SignOutPlan & { readonly kind: 'backend' | 'call' },
  session: Session | undefined,
) => Promise<Told>;

export interface TellProviderParts {
  readonly provider: Pick<Provider, 'signOut'>;
  readonly record: SignOutRecord;
  readonly clock: Clock;
}

/** Sign-out answers within three seconds whatever the provider does. */
const patienceMs = 2500;
const tooLate: Told = { kind: 'failed', because: 'timeout' };

export function tellProvider({ provider, record, clock }: TellProviderParts): TellProvider {
  return async (req, plan, session) => {
    const startedAtMs = clock();
    const told = await Promise.race([provider.signOut.tell(plan, session), wait(patienceMs, tooLate, { ref: false })]);
    const ms = clock() - startedAtMs;
    switch (told.kind) {
      case 'ended':
        record.told(req, { how: told.how, ms });
        break;
      case 'failed':
        record.notTold(req, { reason: told.because, ms });
        break;
      case 'nothing_to_tell':
        record.skipped(req, told.kind);
        break;
      default:
        assertNever(told);
    }
    return told;
  };
}
