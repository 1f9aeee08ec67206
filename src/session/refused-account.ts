// Who was not admitted here, and is signed in at the provider all the same? Kept until they have had time to switch accounts.
import type { Clock } from '../lib/clock.ts';
import type { CookieScope } from './cookie-scope.ts';
import { cookieStore } from './cookie-store.ts';
import type { Sealer } from './seal.ts';
import type { SessionStore } from './store.ts';

export interface RefusedAccountParts {
  readonly cookieName: string;
  readonly sealer: Sealer;
  readonly scope: CookieScope;
  readonly clock: Clock;
  /** --session-cookie-minimal: then nothing is kept that could help. */
  readonly minimal: boolean;
}

const lifetimeMs = 10 * 60_000;

/** Sealed for another purpose than sessions are, so it can never pass for one. */
export function refusedAccounts({ cookieName, scope, ...others }: RefusedAccountParts): SessionStore {
  return cookieStore({
    ...others,
    name: `${cookieName}_refused`,
    scope: { ...scope, session: (host) => ({ ...scope.session(host), maxAge: lifetimeMs / 1000 }) },
    lifetimeMs,
  });
}
