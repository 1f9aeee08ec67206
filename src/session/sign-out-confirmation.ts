// Was it this user, on our own page, who confirmed the sign-out?
import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import type { Sealer } from './seal.ts';
import type { Session } from './session.ts';

export interface SignOutConfirmations {
  /** What the page's form carries; another site cannot know it. */
  issue(session: Session | undefined): Promise<string>;
  isValid(confirmation: string, session: Session | undefined): Promise<boolean>;
}

const lifetimeMs = 10 * 60_000;
const schema = z.object({ s: z.string(), t: z.number() });

export function signOutConfirmations({ sealer, clock }: { sealer: Sealer; clock: Clock }): SignOutConfirmations {
  return {
    issue: (session) => sealer.seal({ s: session?.id ?? '', t: clock() }),
    async isValid(confirmation, session) {
      const opened = schema.safeParse(await sealer.open(confirmation));
      return opened.success && opened.data.s === (session?.id ?? '') && opened.data.t > clock() - lifetimeMs;
    },
  };
}
